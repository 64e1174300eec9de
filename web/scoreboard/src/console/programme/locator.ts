/** Where in a JSON text something stands: lines are counted from 1. */

/** `$.categories[3].nominees[1].id`, as the server names a place. */
export type Path = string;

/**
 * Where each value begins, by its path: as far as the text can be read, so that one that breaks off
 * has its places too.
 */
export function placesIn(text: string): ReadonlyMap<Path, number> {
  const places = new Map<Path, number>();
  try {
    new Reader(text, places).value('$');
  } catch (problem) {
    if (!(problem instanceof Broken)) throw problem;
  }
  return places;
}

/** The line of a path, or of the innermost part of it that there is. */
export function lineOf(text: string, path: Path, places = placesIn(text)): number | undefined {
  const at = places.get(path);
  if (at !== undefined) return lineAt(text, at);
  const outer = path.replace(/(?:\.[^.[\]]*|\[\d+\])$/, '');
  return outer === path ? undefined : lineOf(text, outer, places);
}

/** The line of a character, by its index. */
export function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}

/** The line of a byte of the text in UTF-8. */
export function lineOfByte(text: string, byte: number): number {
  const before = new TextEncoder().encode(text).subarray(0, byte);
  return before.reduce((line, each) => (each === 10 ? line + 1 : line), 1);
}

/** The first character of a line, and the one after its last. */
export function spanOf(text: string, line: number): readonly [number, number] {
  const lines = text.split('\n');
  const before = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
  const start = Math.min(before, text.length);
  return [start, start + (lines[line - 1]?.length ?? 0)];
}

class Broken extends Error {}

const STRING = /"(?:[^"\\\n]|\\.)*"/y;
const PLAIN = /[^\s,\]}]+/y;
/** Deeper than any programme; what a text nests beyond it is not looked at. */
const DEEPEST = 20;

class Reader {
  readonly #text: string;
  readonly #places: Map<Path, number>;
  #at = 0;

  constructor(text: string, places: Map<Path, number>) {
    this.#text = text;
    this.#places = places;
  }

  value(path: Path, depth = 0): void {
    this.#space();
    this.#places.set(path, this.#at);
    const first = this.#text[this.#at];
    if (depth > DEEPEST) throw new Broken();
    if (first === '{')
      this.#members('}', (_, key) => this.value(`${path}.${key}`, depth + 1), true);
    else if (first === '[')
      this.#members(']', (i) => this.value(`${path}[${i}]`, depth + 1), false);
    else this.#take(first === '"' ? STRING : PLAIN);
  }

  #members(end: string, member: (index: number, key: string) => void, named: boolean): void {
    this.#at += 1;
    for (let index = 0; ; index += 1) {
      this.#space();
      if (this.#skip(end)) return;
      const key = named ? this.#key() : '';
      member(index, key);
      this.#space();
      if (!this.#skip(',') && this.#text[this.#at] !== end) throw new Broken();
    }
  }

  #key(): string {
    const written = this.#take(STRING);
    this.#space();
    if (!this.#skip(':')) throw new Broken();
    try {
      return JSON.parse(written) as string;
    } catch {
      throw new Broken();
    }
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) throw new Broken();
    this.#at += found.length;
    return found;
  }

  #skip(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #space(): void {
    while (/\s|\uFEFF/.test(this.#text[this.#at] ?? '')) this.#at += 1;
  }
}
