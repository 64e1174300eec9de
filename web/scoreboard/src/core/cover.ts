/** The spoiler cover: boards and events as they are told while results are hidden. */
import type { Board, Category, CeremonyEvent, Frame } from '../types';
import { ESTIMATED_TIMES, HIDDEN } from './feed';

const DECIDES: ReadonlySet<CeremonyEvent['type']> = new Set([
  'winner-announced',
  'winner-corrected',
]);

/** True for the events that name winners. */
export function decides(event: CeremonyEvent): event is CeremonyEvent & {
  readonly category: string;
  readonly nominees: string[];
} {
  return DECIDES.has(event.type);
}

/** True for a frame that says that a result was announced, but not which. */
export function isHidden({ event }: Frame): boolean {
  return event.type === 'winner-announced' && event.nominees.length === 0;
}

/**
 * A board with the results of some categories taken out.
 *
 * @param hides whether a category's result is not to be known.
 * @param open the board of the last version before anything hidden: what is counted stands still
 *   there. Without it nothing is counted yet.
 */
export function coveredBoard(
  board: Board,
  hides: (key: string, category: Category) => boolean,
  open: Board | undefined,
): Board {
  return {
    ...board,
    categories: mapped(board.categories, (category, key) =>
      hides(key, category) ? hidden(category) : category,
    ),
    works: mapped(board.works, (line, id) => ({ ...line, ...tally(line, open?.works[id]) })),
    people: mapped(board.people, (line, id) => ({ ...line, ...tally(line, open?.people[id]) })),
    distributors: mapped(board.distributors, (line, id) => ({
      ...line,
      ...tally(line, open?.distributors[id]),
    })),
    ranking: open?.ranking ?? { works: [], people: [], distributors: [] },
    milestones: open?.milestones ?? {},
  };
}

/** A frame of which only is told that, not what, and nothing at all of second thoughts. */
export function coveredFrame(frame: Frame, hidesResult: boolean): Frame {
  return { ...frame, event: coveredEvent(frame.event, hidesResult), patch: {} };
}

function coveredEvent(event: CeremonyEvent, hidesResult: boolean): CeremonyEvent {
  switch (event.type) {
    case 'winner-announced':
      return hidesResult ? { ...event, nominees: [] } : event;
    case 'winner-corrected':
    case 'result-put-under-review':
    case 'result-confirmed':
      return hidesResult ? { type: 'moment-noted', kind: HIDDEN, text: '' } : event;
    case 'moment-noted':
      return event.kind === ESTIMATED_TIMES ? event : { type: event.type, kind: HIDDEN, text: '' };
    case 'winner-retracted':
      return hidesResult ? { type: event.type, category: event.category } : event;
    case 'moment-withdrawn':
      return { type: event.type, version: event.version };
    case 'category-withdrawn':
      return { type: event.type, category: event.category };
    case 'nominee-withdrawn':
      return { type: event.type, category: event.category, nominee: event.nominee };
    case 'ceremony-ended':
    case 'ceremony-reopened':
      return { type: event.type };
    default:
      return event;
  }
}

function hidden(category: Category): Category {
  const standing = category.status === 'awarded' || category.status === 'under-review';
  return { ...category, winners: {}, status: standing ? 'awarded' : category.status };
}

interface Tally {
  readonly nominations: number;
  readonly wins: number;
  readonly lost: number;
  readonly pending: number;
}

function tally(line: Tally, open: Tally | undefined): Pick<Tally, 'wins' | 'lost' | 'pending'> {
  if (!open) return { wins: 0, lost: 0, pending: line.nominations };
  return { wins: open.wins, lost: open.lost, pending: open.pending };
}

function mapped<T>(all: Record<string, T>, change: (each: T, key: string) => T): Record<string, T> {
  const changed = Object.entries(all).map(([key, each]) => [key, change(each, key)] as const);
  // Without a prototype, as the boards are: a key may be "constructor".
  return Object.setPrototypeOf(Object.fromEntries(changed), null) as Record<string, T>;
}
