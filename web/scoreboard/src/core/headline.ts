/** What just happened, for the top of the page. */
import type { Board, CeremonyEvent, Frame } from '../types';
import { nomineeLabel, type Label } from './labels';
import { words } from './words';

export type HeadlineKind = 'winner' | 'under-review' | 'corrected' | 'retracted' | 'confirmed';

export interface Headline {
  readonly kind: HeadlineKind;
  /** Of the event that it tells; absent while only the board is known. */
  readonly version?: number;
  readonly category: string;
  readonly winners: readonly Label[];
  /** Names that stood before and no longer do. */
  readonly struck: readonly Label[];
  readonly reason?: string;
}

const KINDS: Partial<Record<CeremonyEvent['type'], HeadlineKind>> = {
  'winner-announced': 'winner',
  'winner-corrected': 'corrected',
  'winner-retracted': 'retracted',
  'result-put-under-review': 'under-review',
  'result-confirmed': 'confirmed',
};

/** True for the events that say something about a result. */
export function isResult(event: CeremonyEvent): boolean {
  return KINDS[event.type] !== undefined;
}

/**
 * The latest news about a result, or undefined when there is none yet.
 *
 * @param frames up to the board's version; where they are not here yet, the board alone tells.
 * @param boardAt the board at an earlier version, if it is known.
 */
export function headlineOf(
  board: Board,
  frames: readonly Frame[],
  boardAt: (version: number) => Board | undefined,
): Headline | undefined {
  const frame = frames.findLast(({ event }) => isResult(event));
  if (!frame) return fromBoard(board);
  const { event, version } = frame;
  const kind = KINDS[event.type];
  if (kind === undefined || !('category' in event)) return fromBoard(board);
  const winners = winnersOf(board, event.category);
  const before = boardAt(version - 1);
  const replaced = before && (kind === 'corrected' || kind === 'retracted');
  const struck = replaced
    ? Object.keys(before.categories[event.category]?.winners ?? {})
        .filter((id) => board.categories[event.category]?.winners[id] === undefined)
        .map((id) => nomineeLabel(before, event.category, id))
    : [];
  const reason = 'reason' in event ? event.reason : undefined;
  return {
    kind,
    version,
    category: event.category,
    winners,
    struck,
    ...(reason === undefined ? {} : { reason }),
  };
}

export function winnersOf(board: Board, category: string): Label[] {
  const winners = board.categories[category]?.winners ?? {};
  return Object.keys(winners)
    .sort(
      (a, b) =>
        (board.categories[category]?.nominees[a]?.position ?? 0) -
        (board.categories[category]?.nominees[b]?.position ?? 0),
    )
    .map((id) => nomineeLabel(board, category, id));
}

/** What stands in a headline's place where there is none. */
export interface Standstill {
  readonly title: string;
  readonly note: string;
  /** Why the night ended, where that was said. */
  readonly reason?: string;
}

/** A night without a result: it has begun, or it ended without an award. */
export function standstillOf(board: Board, frames: readonly Frame[]): Standstill {
  const w = words.hero;
  if (board.phase !== 'ended') return { title: w.opening, note: w.openingNote };
  const end = frames.findLast(({ event }) => event.type === 'ceremony-ended')?.event;
  const reason = end && 'reason' in end ? end.reason : undefined;
  return { title: w.closed, note: w.closedNote, ...(reason === undefined ? {} : { reason }) };
}

function fromBoard(board: Board): Headline | undefined {
  const { category } = board.latest;
  if (category === undefined) return undefined;
  const review = board.categories[category]?.status === 'under-review';
  return {
    kind: review ? 'under-review' : 'winner',
    category,
    winners: winnersOf(board, category),
    struck: [],
  };
}
