/** Texts that come from a file or a spreadsheet, or go into a file. */

/** @returns undefined where it is no UTF-8. */
export async function textOf(file: Blob): Promise<string | undefined> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer());
  } catch {
    return undefined;
  }
}

/**
 * What was copied out of a spreadsheet, as the table that its cells make: there they are parted by
 * tabs.
 *
 * @returns undefined where it was not.
 */
export function tableOf(copied: string): string | undefined {
  const rows = rowsOf(copied.replace(/\r\n?/g, '\n').replace(/\n$/, ''));
  const [first = []] = rows;
  if (first.length < 2 || /^\s*[{[]/.test(copied)) return undefined;
  const cell = (text: string): string =>
    /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  return `${rows.map((row) => row.map(cell).join(',')).join('\n')}\n`;
}

/** A cell with a line break or a tab in it is copied in quotes, and its quotes doubled. */
function rowsOf(copied: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain = '', end] of copied.matchAll(
    /(?:"((?:[^"]|"")*)"|([^\t\n]*))(\t|\n|$)/g,
  )) {
    rows.at(-1)?.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === '\n') rows.push([]);
    if (end === '') break;
  }
  return rows;
}

export function download(name: string, text: string): void {
  const type = name.endsWith('.csv') ? 'text/csv' : 'application/json';
  const address = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser has taken it by then.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
