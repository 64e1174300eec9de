/** The ceremonies of the index page: what runs first, then what comes, then what can be replayed. */
import type { CeremonySummary } from '../types';

export type ShelfName = 'now' | 'next' | 'past';

export interface Shelf {
  readonly shelf: ShelfName;
  readonly ceremonies: readonly CeremonySummary[];
}

const SHELF: Record<CeremonySummary['phase'], ShelfName> = {
  live: 'now',
  scheduled: 'next',
  ended: 'past',
};

export function shelvesOf(ceremonies: readonly CeremonySummary[]): Shelf[] {
  const soonestFirst = (a: CeremonySummary, b: CeremonySummary): number =>
    a.starts_at.localeCompare(b.starts_at);
  const shelf = (name: ShelfName): Shelf => {
    const sorted = ceremonies.filter(({ phase }) => SHELF[phase] === name).sort(soonestFirst);
    return { shelf: name, ceremonies: name === 'next' ? sorted : sorted.reverse() };
  };
  return [shelf('now'), shelf('next'), shelf('past')].filter((each) => each.ceremonies.length > 0);
}
