/** The results that came last and still stand, newest first. */
import type { Board, Frame } from '../types';
import { feedOf, type Entry } from './feed';

export function recentResults(frames: readonly Frame[], board: Board, count: number): Entry[] {
  return feedOf(frames, board)
    .filter(({ kind, names }) => (kind === 'winner' || kind === 'corrected') && names.length > 0)
    .filter(({ correctedBy }) => correctedBy === undefined)
    .slice(0, count);
}
