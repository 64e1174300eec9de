/** Times, numbers and lists as the reader's language writes them. */

export const LOCALE = 'en';

const clockFormat = new Intl.DateTimeFormat(LOCALE, {
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});
const clockZoneFormat = new Intl.DateTimeFormat(LOCALE, {
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
  timeZoneName: 'short',
});
const clockSecondsFormat = new Intl.DateTimeFormat(LOCALE, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const dayFormat = new Intl.DateTimeFormat(LOCALE, {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
});
const zoneFormat = new Intl.DateTimeFormat(LOCALE, { timeZoneName: 'long' });
const listFormat = new Intl.ListFormat(LOCALE, { type: 'conjunction' });
const numberFormat = new Intl.NumberFormat(LOCALE);
const plural = new Intl.PluralRules(LOCALE);

type Moment = string | number;

/** "21:04" in the reader's time zone. */
export const clock = (at: Moment): string => clockFormat.format(new Date(at));

/** "21:04 PST": the zone named, where a day and a time stand alone. */
export const clockInZone = (at: Moment): string => clockZoneFormat.format(new Date(at));

/** "21:04:12" in the reader's time zone. */
export const clockSeconds = (at: Moment): string => clockSecondsFormat.format(new Date(at));

export const day = (at: Moment): string => dayFormat.format(new Date(at));

/** The reader's time zone at that moment, by its name. */
export function zone(at: Moment): string {
  const parts = zoneFormat.formatToParts(new Date(at));
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? 'UTC';
}

export const list = (items: readonly string[]): string => listFormat.format(items);

export const number = (value: number): string => numberFormat.format(value);

export function counted(value: number, one: string, many: string): string {
  return `${number(value)} ${plural.select(value) === 'one' ? one : many}`;
}

/** "1:56:30": hours only when there are any. */
export function elapsed(ms: number): string {
  const [hours, minutes, seconds] = split(ms);
  const two = (value: number): string => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

/** "1 h 56 min", as one would say it; seconds only below a minute. */
export function elapsedSpoken(ms: number): string {
  const [hours, minutes, seconds] = split(ms);
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min` : `${seconds} s`;
}

/** "4 s", "3 min", "2 h". */
export function age(ms: number): string {
  const seconds = Math.max(Math.floor(ms / 1000), 0);
  if (seconds < 60) return `${seconds} s`;
  return seconds < 3600 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3600)} h`;
}

/** Days, hours, minutes and seconds left, for a countdown. */
export function countdown(ms: number): readonly [number, number, number, number] {
  const [hours, minutes, seconds] = split(ms);
  return [Math.floor(hours / 24), hours % 24, minutes, seconds];
}

function split(ms: number): readonly [number, number, number] {
  const seconds = Math.max(Math.floor(ms / 1000), 0);
  return [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
}
