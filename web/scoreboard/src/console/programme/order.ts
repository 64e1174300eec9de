/** The run of show as somebody is rearranging it. */
import { categoryOrder } from '../../core/labels';
import type { Board } from '../../types';

/** Those whose place is not yet history, in running order. */
export function undecided(board: Board): string[] {
  return categoryOrder(board).filter((key) => {
    const status = board.categories[key]?.status;
    return status === 'upcoming' || status === 'presenting';
  });
}

export function moved(order: readonly string[], from: number, to: number): string[] {
  const next = [...order];
  const [what] = next.splice(from, 1);
  if (what !== undefined) next.splice(Math.min(Math.max(to, 0), next.length), 0, what);
  return next;
}

/**
 * A draft on a board that has moved on: what was decided in the meantime is left out, and what is
 * open again stands last.
 */
export function kept(draft: readonly string[], open: readonly string[]): string[] {
  const still = draft.filter((key) => open.includes(key));
  return [...still, ...open.filter((key) => !draft.includes(key))];
}

export function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((key, at) => key === b[at]);
}

/** The place in a list over which a pointer is, by the middles of its rows from above. */
export function placeAt(y: number, middles: readonly number[]): number {
  return middles.filter((middle) => middle < y).length;
}
