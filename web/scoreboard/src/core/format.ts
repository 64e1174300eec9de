/** Times, numbers and lists as the reader's language writes them. */

/** All of the words are British English. */
const REGIONS: Readonly<Record<string, string>> = { en: 'en-GB' };

let spoken = 'en';
let locale = 'en-GB';
let made = new Map<string, unknown>();

/** Writes from here on as this language does. */
export function writeIn(language: string): void {
  spoken = language;
  locale = REGIONS[language] ?? language;
  made = new Map();
}

/** A format is made when it is first used: making all of them would take longer than the page. */
function kept<T>(name: string, make: (locale: string) => T): T {
  const format = (made.get(name) as T | undefined) ?? make(locale);
  made.set(name, format);
  return format;
}

let zoneOf: () => string | undefined = () => undefined;

/** Tells times in this zone from here on; undefined is the reader's own. Asked for each time. */
export function tellTimesIn(zone: () => string | undefined): void {
  zoneOf = zone;
}

function time(
  name: string,
  options: Intl.DateTimeFormatOptions,
  timeZone: string | undefined = zoneOf(),
): Intl.DateTimeFormat {
  // In Britain "PST" would be "GMT-8": a zone has the name that is known where it is.
  const make = (of: string): Intl.DateTimeFormat =>
    new Intl.DateTimeFormat(options.timeZoneName ? spoken : of, { ...options, timeZone });
  return kept(`${name} ${timeZone}`, make);
}

const HOUR = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
const DATE = { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' } as const;

type Moment = string | number;

/** "21:04" in the reader's time zone. */
export const clock = (at: Moment): string => time('clock', HOUR).format(new Date(at));

/** "21:04 PST": the zone named, where a day and a time stand alone. */
export const clockInZone = (at: Moment): string =>
  time('in zone', { ...HOUR, timeZoneName: 'short' }).format(new Date(at));

/** "21:04:12" in the reader's time zone. */
export const clockSeconds = (at: Moment): string =>
  time('seconds', { ...HOUR, second: '2-digit' }).format(new Date(at));

export const day = (at: Moment): string => time('day', DATE).format(new Date(at));

/** The day and "21:04", where they stand alone: in Spanish a day begins with a small letter. */
export const moment = (at: Moment): string => upper(`${day(at)}, ${clock(at)}`);

export const momentInZone = (at: Moment): string => upper(`${day(at)}, ${clockInZone(at)}`);

const upper = (text: string): string => text.charAt(0).toLocaleUpperCase(locale) + text.slice(1);

/** "Sunday, 2 March 2025 at 21:04", in a zone of its own or the one in which times are told. */
export const dayAndClock = (at: Moment, of: string | undefined = zoneOf()): string =>
  time('day and clock', { ...DATE, ...HOUR }, of).format(new Date(at));

/** "2 Mar", where that is not the reader's today. */
export function otherDay(at: Moment, now: Moment): string | undefined {
  const format = time('short day', { day: 'numeric', month: 'short' });
  const [then, today] = [format.format(new Date(at)), format.format(new Date(now))];
  return then === today ? undefined : then;
}

/** The zone in which times are told at that moment, or another one, by its name. */
export function zone(at: Moment, form: 'long' | 'short' = 'long', of = zoneOf()): string {
  const parts = time(`zone ${form}`, { timeZoneName: form }, of).formatToParts(new Date(at));
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? 'UTC';
}

/** The zones in which these times are told, in order: two where the clock changes among them. */
export function zonesAmong(times: readonly Moment[], form: 'long' | 'short' = 'long'): string {
  const [from, to] = [earliest(times), latest(times)].map((at) => zone(at, form));
  return from === to ? `${to}` : `${from} / ${to}`;
}

/** Tells each of these times; with its zone where the clock changes among them. */
export function clockAmong(times: readonly Moment[]): (at: Moment) => string {
  const changes = zone(earliest(times), 'short') !== zone(latest(times), 'short');
  return changes ? clockInZone : clock;
}

const inMs = (times: readonly Moment[]): number[] => times.map((at) => new Date(at).getTime());
const earliest = (times: readonly Moment[]): number => Math.min(...inMs(times));
const latest = (times: readonly Moment[]): number => Math.max(...inMs(times));

export const list = (items: readonly string[]): string =>
  kept('list', (of) => new Intl.ListFormat(of, { type: 'conjunction' })).format(items);

/** The same list in pieces: each item by its place, and what stands between them. */
export const listed = (
  items: readonly string[],
): readonly { readonly text: string; readonly item?: number }[] => {
  let item = 0;
  return kept('list', (of) => new Intl.ListFormat(of, { type: 'conjunction' }))
    .formatToParts(items)
    .map(({ type, value }) =>
      type === 'element' ? { text: value, item: item++ } : { text: value },
    );
};

export const number = (value: number): string =>
  kept('number', (of) => new Intl.NumberFormat(of)).format(value);

/** Which of the two forms goes with the number. */
export const plural = (value: number, one: string, many: string): string =>
  kept('plural', (of) => new Intl.PluralRules(of)).select(value) === 'one' ? one : many;

export const counted = (value: number, one: string, many: string): string =>
  `${number(value)} ${plural(value, one, many)}`;

/** The order of names in the reader's alphabet. */
export const alphabetical = (a: string, b: string): number =>
  kept('order', (of) => new Intl.Collator(of)).compare(a, b);

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
