/** Where things stand in the running order and on the ballot. */
import { categoryOrder, nomineeOrder } from '../../core/labels';
import type { Board } from '../../types';

/** The category before or after one; the first where none is given. */
export function neighbour(
  board: Board,
  category: string | undefined,
  by: 1 | -1,
): string | undefined {
  const order = categoryOrder(board);
  const at = category === undefined ? -1 : order.indexOf(category);
  return at < 0 ? order[0] : order[at + by];
}

/** The category itself while it is to be decided, or else the next one that is. */
export function nextOpen(board: Board, category: string): string | undefined {
  const order = categoryOrder(board);
  const at = order.indexOf(category);
  const open = (key: string): boolean =>
    board.categories[key]?.status === 'upcoming' || board.categories[key]?.status === 'presenting';
  return [...order.slice(at), ...order.slice(0, Math.max(at, 0))].find(open);
}

/** Nominees keep their numbers, whoever is withdrawn. */
export function nomineeAt(
  board: Board,
  category: string | undefined,
  place: number,
): string | undefined {
  return category === undefined ? undefined : nomineeOrder(board, category)[place];
}

/** The key that picks the nominee at a place: 1 to 9, then 0, then none. */
export function keyOf(place: number): string {
  return place < 9 ? `${place + 1}` : place === 9 ? '0' : '';
}
