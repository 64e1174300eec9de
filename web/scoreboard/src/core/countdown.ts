/** How a night that has not begun stands to its time: what is left of it, or that it is over. */
import { clockInZone, countdown, day, dayAndClock } from './format';
import { words } from './words';

/** For so many ms after its time a night is about to begin; later than that it is overdue. */
const SOON = 5 * 60_000;

export type Start =
  | { readonly is: 'ahead'; readonly left: number }
  | { readonly is: 'soon' }
  /** `due` says for when it was announced. */
  | { readonly is: 'overdue'; readonly due: string };

/** @param now in Unix ms. A night without a time is about to begin. */
export function startOf(startsAt: string | undefined, now: number): Start {
  const left = new Date(startsAt ?? '').getTime() - now;
  if (startsAt === undefined || Number.isNaN(left)) return { is: 'soon' };
  if (left > 0) return { is: 'ahead', left };
  if (left > -SOON) return { is: 'soon' };
  const today = day(startsAt) === day(now);
  return {
    is: 'overdue',
    due: words.countdown.due(clockInZone(startsAt), today ? undefined : dayAndClock(startsAt)),
  };
}

/** The words over the time of the start. */
export function startSaid({ is }: Start): string {
  const w = words.countdown;
  return is === 'ahead' ? w.kicker : is === 'soon' ? w.soon : w.overdue;
}

export interface Part {
  readonly value: number;
  /** "hours". */
  readonly name: string;
}

/** The largest parts that are not naught, at most so many; the seconds at least. */
export function partsLeft(ms: number, most = 3): Part[] {
  const w = words.countdown;
  const names = [w.days, w.hours, w.minutes, w.seconds];
  const all = countdown(ms).map((value, i) => ({ value, name: names[i]?.(value) ?? '' }));
  const first = all.findIndex(({ value }, i) => value > 0 || i === names.length - 1);
  return all.slice(first, first + most);
}
