/** The time that is left, in the parts in which one says it. */
import { countdown } from './format';
import { words } from './words';

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
