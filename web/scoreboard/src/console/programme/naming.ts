/** Ids that a person need not think of, and times that a person types. */

/** `Harbour Music Prizes`, on a day of 2031, proposes `harbour-music-prizes-2031`. */
export function proposedId(name: string, startsAt = ''): string {
  const slug = name
    .normalize('NFKD')
    .replace(/[\p{M}'’]/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  const year = /^\d{4}/.exec(startsAt)?.[0];
  const ending = slug === '' || year === undefined || slug.includes(year) ? '' : `-${year}`;
  return slug.slice(0, 54 - ending.length).replace(/-$/, '') + ending;
}

/** What a field for a day and a time holds, in this device's zone; empty for no time. */
export function typedTime(at: string): string {
  const time = new Date(at);
  if (Number.isNaN(time.getTime())) return '';
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${day}T${two(time.getHours())}:${two(time.getMinutes())}`;
}

/** The same back as RFC 3339; empty while it is not a whole time. */
export function timeTyped(field: string): string {
  const time = new Date(field);
  return field === '' || Number.isNaN(time.getTime()) ? '' : time.toISOString();
}

/** Whether what was typed is the name, however it was capitalised and spaced. */
export function isNamed(typed: string, name: string): boolean {
  const plain = (text: string): string =>
    text.normalize('NFC').trim().replace(/\s+/g, ' ').toLowerCase();
  return plain(typed) === plain(name) && name.trim() !== '';
}
