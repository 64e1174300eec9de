/** What one press of U takes back: the last thing on the night that one more event can undo. */
import type { Board } from '../../types';
import type { Said } from './types';

/** What was on stage, and who presented it. */
export interface Staged {
  readonly category: string;
  readonly presenters: readonly string[];
}

export type Undo =
  /** The standing result of a category: it is taken back, with a reason. */
  | { readonly of: 'result'; readonly category: string }
  /** A result put under review: it is confirmed. */
  | { readonly of: 'review'; readonly category: string }
  /** A category on stage: what was there before comes back, or the stage is cleared. */
  | { readonly of: 'stage'; readonly category: string; readonly before: Staged | undefined };

/**
 * Finds the last event of the log that still holds on the board and can be undone.
 *
 * @param log newest first, as far back as it is known here.
 */
export function undoOf(board: Board, log: readonly Said[]): Undo | undefined {
  const latest = board.latest.category;
  for (const [place, { event }] of log.entries()) {
    switch (event.type) {
      case 'presenting-began':
        if (board.stage.category !== event.category) break;
        return {
          of: 'stage',
          category: event.category,
          before: stagedBefore(board, event.category, log.slice(place + 1)),
        };
      case 'result-put-under-review':
        if (board.categories[event.category]?.status !== 'under-review') break;
        return { of: 'review', category: event.category };
      case 'winner-announced':
      case 'winner-corrected':
        if (latest !== event.category) break;
        return { of: 'result', category: event.category };
    }
  }
  return latest === undefined ? undefined : { of: 'result', category: latest };
}

/** What stood on stage before a category came there, if it may stand there again. */
function stagedBefore(
  board: Board,
  category: string,
  earlier: readonly Said[],
): Staged | undefined {
  for (const { event } of earlier) {
    if (event.type === 'presenting-began') {
      // Of the same category: other presenters, which is what is undone then.
      const open = event.category === category || isUpcoming(board, event.category);
      const presenters = event.presenters ?? [];
      return open ? { category: event.category, presenters } : undefined;
    }
    // Each of these leaves nothing on stage.
    if (['winner-announced', 'stage-cleared', 'ceremony-ended'].includes(event.type)) break;
  }
  return undefined;
}

function isUpcoming(board: Board, category: string): boolean {
  return board.categories[category]?.status === 'upcoming';
}
