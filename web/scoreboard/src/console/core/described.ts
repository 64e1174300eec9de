/** What an event says, in a line: what was done, to what, and whom it names. */
import { list } from '../../core/format';
import { categoryName, nomineeLabel } from '../../core/labels';
import type { Board, CeremonyEvent } from '../../types';
import { words } from '../words';

export interface Line {
  /** What was done, in a word or two. */
  readonly deed: string;
  /** A category, or nothing. */
  readonly category: string;
  /** The names of the winners, the text of a moment. */
  readonly names: string;
  readonly reason: string;
}

export function lineOf(event: CeremonyEvent, board: Board): Line {
  const said = words.events;
  const category = 'category' in event ? categoryName(board, event.category) : '';
  const line = (deed: string, names = ''): Line => ({
    deed,
    category,
    names,
    reason: 'reason' in event ? (event.reason ?? '') : '',
  });
  switch (event.type) {
    case 'winner-announced': {
      const names = namesOf(board, event.category, event.nominees);
      return line(event.nominees.length > 1 ? said.tie : said[event.type], names);
    }
    case 'winner-corrected':
      return line(said[event.type], namesOf(board, event.category, event.nominees));
    case 'presenting-began':
      return line(said[event.type], list(event.presenters ?? []));
    case 'nominee-withdrawn':
      return line(said[event.type], namesOf(board, event.category, [event.nominee]));
    case 'moment-noted':
      return line(said[event.type], event.text);
    case 'work-listed':
      return line(said[event.type], event.title);
    default:
      return line(said[event.type]);
  }
}

export function namesOf(board: Board, category: string, nominees: readonly string[]): string {
  return list(nominees.map((id) => nomineeLabel(board, category, id).title));
}

/** "Cinematography → The Brutalist": what is posted, taken back or stands. */
export function named(board: Board, category: string, nominees: readonly string[]): string {
  const what = categoryName(board, category);
  return nominees.length > 0 ? words.arrow(what, namesOf(board, category, nominees)) : what;
}

/** The same of an event, or what it does where it names nobody. */
export function eventNamed(event: CeremonyEvent, board: Board): string {
  if (event.type === 'winner-announced' || event.type === 'winner-corrected') {
    return named(board, event.category, event.nominees);
  }
  const { deed, category } = lineOf(event, board);
  return category ? words.about(deed, category) : deed;
}

/** Who won a category, in ballot order. */
export function winnersOf(board: Board, category: string): readonly string[] {
  const line = board.categories[category];
  const place = (id: string): number => line?.nominees[id]?.position ?? 0;
  return Object.keys(line?.winners ?? {}).sort((a, b) => place(a) - place(b));
}
