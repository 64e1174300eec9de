/** Who leads, in one sentence. */
import type { Board } from '../types';
import { subjectName } from './labels';
import { words } from './words';

/** Empty while nothing is won. */
export function leadingOf(board: Board): string {
  const leaders = board.ranking.works.filter(([, rank]) => rank === 1).map(([id]) => id);
  const [first] = leaders;
  if (first === undefined) return '';
  return words.hero.leads(
    leaders.map((id) => subjectName(board, 'works', id)),
    board.works[first]?.wins ?? 0,
    board.phase === 'ended',
  );
}
