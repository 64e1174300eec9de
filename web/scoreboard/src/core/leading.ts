/** Who leads, in one sentence. */
import type { Board } from '../types';
import { subjectName } from './labels';
import { competing } from './ranking';
import { words } from './words';

/** Empty while nothing is won. */
export function leadingOf(board: Board): string {
  const of = competing(board);
  const leaders = board.ranking[of].filter(([, rank]) => rank === 1).map(([id]) => id);
  const [first] = leaders;
  if (first === undefined) return '';
  return words.hero.leads(
    leaders.map((id) => subjectName(board, of, id)),
    board[of][first]?.wins ?? 0,
    board.phase === 'ended',
    of,
  );
}

/** How large the programme is: categories, and the films or else the people nominated. */
export function sizeOf(board: Board): string {
  const of = competing(board);
  return words.countdown.programme(board.progress.categories, Object.keys(board[of]).length, of);
}
