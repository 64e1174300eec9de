/** What the board and its frames say about one film, person, distributor or category. */
import type { Board, Category, Frame, Nominee, Subject } from '../types';
import { ESTIMATED_TIMES, feedOf, type Entry } from './feed';
import { alphabetical } from './format';
import { frameOf } from './fresh';
import { categoryName, categoryOrder, nomineeOrder, subjectName } from './labels';
import type { SubjectPage, SubjectView } from './route';

/** `hidden`: there is a result, which the spoiler cover keeps back. */
export type NominationState = 'upcoming' | 'presenting' | 'won' | 'lost' | 'hidden' | 'withdrawn';

export interface Nomination {
  readonly category: string;
  readonly nominee: string;
  readonly state: NominationState;
  /** The result stands, but is being checked. */
  readonly review: boolean;
  /** A correction or retraction gave or took this nominee a win. */
  readonly corrected: boolean;
  /** The version of the event that the category's result rests on, once there is one. */
  readonly decided?: number;
}

/** What is tallied on a page; a category is not. */
export const TALLIED: Record<Exclude<SubjectPage, 'categories'>, Subject> = {
  films: 'works',
  people: 'people',
  distributors: 'distributors',
};

/** The page about something that is tallied. */
export function pageOf(subject: Subject, key: string): SubjectView {
  return { of: subject === 'works' ? 'films' : subject, key };
}

export function isKnown(board: Board, { of, key }: SubjectView): boolean {
  return of === 'categories'
    ? board.categories[key] !== undefined
    : board[TALLIED[of]][key] !== undefined;
}

export function nameOf(board: Board, { of, key }: SubjectView): string {
  return of === 'categories' ? categoryName(board, key) : subjectName(board, TALLIED[of], key);
}

/** The rank among those with a win, as the server gives it; undefined without one. */
export function rankOf(
  board: Board,
  subject: Subject,
  key: string,
): { readonly rank: number; readonly tied: boolean } | undefined {
  const own = board.ranking[subject].find(([id]) => id === key);
  if (!own) return undefined;
  const tied = board.ranking[subject].some(([id, rank]) => id !== key && rank === own[1]);
  return { rank: own[1], tied };
}

/** The nominations of a film, a person or a distributor's films, in running order. */
export function nominationsOf(
  board: Board,
  frames: readonly Frame[],
  subject: SubjectView,
): Nomination[] {
  const touched = amendedNominees(frames);
  return categoryOrder(board).flatMap((category) =>
    nomineeOrder(board, category)
      .filter((id) => concerns(board, board.categories[category]?.nominees[id], subject))
      .map((id) => nominationOf(board, touched, category, id)),
  );
}

/** Everyone who is nominated in a category, in ballot order. */
export function nomineesOf(board: Board, frames: readonly Frame[], category: string): Nomination[] {
  const touched = amendedNominees(frames);
  return nomineeOrder(board, category).map((id) => nominationOf(board, touched, category, id));
}

function concerns(board: Board, nominee: Nominee | undefined, { of, key }: SubjectView): boolean {
  if (!nominee) return false;
  if (of === 'people') return nominee.people.includes(key);
  if (nominee.work === undefined) return false;
  if (of === 'films') return nominee.work === key;
  return of === 'distributors' && (board.works[nominee.work]?.distributors.includes(key) ?? false);
}

function nominationOf(
  board: Board,
  touched: ReadonlySet<string>,
  category: string,
  nominee: string,
): Nomination {
  const line = board.categories[category] as Category;
  const decided = Object.values(line.winners)[0];
  return {
    category,
    nominee,
    state: stateOf(line, nominee),
    review: line.status === 'under-review',
    corrected: touched.has(nominee),
    ...(decided === undefined ? {} : { decided }),
  };
}

function stateOf(category: Category, nominee: string): NominationState {
  if (category.winners[nominee] !== undefined) return 'won';
  if (category.status === 'withdrawn' || category.nominees[nominee]?.withdrawn) return 'withdrawn';
  if (category.status === 'upcoming' || category.status === 'presenting') return category.status;
  return Object.keys(category.winners).length > 0 ? 'lost' : 'hidden';
}

/** The nominees to whom a correction or a retraction gave a win, or from whom it took one. */
function amendedNominees(frames: readonly Frame[]): Set<string> {
  const touched = new Set<string>();
  const standing = new Map<string, readonly string[]>();
  for (const { event } of frames) {
    if (event.type === 'winner-announced') {
      standing.set(event.category, event.nominees);
    } else if (event.type === 'winner-corrected' || event.type === 'winner-retracted') {
      const before = standing.get(event.category) ?? [];
      const after = event.type === 'winner-corrected' ? event.nominees : [];
      for (const id of before) if (!after.includes(id)) touched.add(id);
      for (const id of after) if (!before.includes(id)) touched.add(id);
      standing.set(event.category, after);
    }
  }
  return touched;
}

/** A category's own story, oldest first. */
export function storyOf(frames: readonly Frame[], board: Board, category: string): Entry[] {
  const own = frames.filter(({ event }) => 'category' in event && event.category === category);
  return feedOf(own, board).reverse();
}

/** Who presented a category last. */
export function presentersOf(frames: readonly Frame[], category: string): readonly string[] {
  const frame = frames.findLast(
    ({ event }) => event.type === 'presenting-began' && event.category === category,
  );
  return frame?.event.type === 'presenting-began' ? (frame.event.presenters ?? []) : [];
}

/** The page about it at the Internet Movie Database, where the programme names it. */
export function imdbOf(frames: readonly Frame[], { of, key }: SubjectView): string | undefined {
  for (const { event } of frames) {
    if (of === 'films' && event.type === 'work-listed' && event.work === key) {
      return event.imdb && `https://www.imdb.com/title/${encodeURIComponent(event.imdb)}/`;
    }
    if (of === 'people' && event.type === 'category-listed') {
      const person = event.nominees
        .flatMap(({ people }) => people)
        .find(({ id, imdb }) => id === key && imdb !== undefined);
      if (person?.imdb) return `https://www.imdb.com/name/${encodeURIComponent(person.imdb)}/`;
    }
  }
  return undefined;
}

/** The categories before and after this one in the running order. */
export function neighboursOf(
  board: Board,
  category: string,
): { readonly previous?: string; readonly next?: string } {
  const order = categoryOrder(board);
  const place = order.indexOf(category);
  const [previous, next] = [place > 0 ? order[place - 1] : undefined, order[place + 1]];
  return {
    ...(previous === undefined ? {} : { previous }),
    ...(next === undefined ? {} : { next }),
  };
}

/** Nominations in their order under the films they are for; those for none come under ''. */
export function byFilm(
  board: Board,
  nominations: readonly Nomination[],
): { readonly work: string; readonly nominations: readonly Nomination[] }[] {
  const films = new Map<string, Nomination[]>();
  for (const nomination of nominations) {
    const { category, nominee } = nomination;
    const work = board.categories[category]?.nominees[nominee]?.work ?? '';
    films.set(work, [...(films.get(work) ?? []), nomination]);
  }
  return [...films].map(([work, own]) => ({ work, nominations: own }));
}

/** The films of a distributor by title, or the people credited with a film's nominations. */
export function belongingTo(board: Board, { of, key }: SubjectView): string[] {
  if (of === 'distributors') {
    const films = Object.keys(board.works).filter((id) =>
      board.works[id]?.distributors.includes(key),
    );
    const title = (id: string): string => subjectName(board, 'works', id);
    return films.sort((a, b) => alphabetical(title(a), title(b)));
  }
  if (of !== 'films') return [];
  const people = categoryOrder(board).flatMap((category) =>
    nomineeOrder(board, category)
      .map((id) => board.categories[category]?.nominees[id])
      .flatMap((nominee) => (nominee?.work === key ? nominee.people : [])),
  );
  return [...new Set(people)];
}

/** When the event of a version happened: clock time, and ms of the show. */
export function whenOf(
  frames: readonly Frame[],
  version: number | undefined,
): { readonly occurredAt: string; readonly t: number } | undefined {
  const frame = version === undefined ? undefined : frameOf(frames, version);
  return frame && { occurredAt: frame.occurred_at, t: frame.t };
}

/** A moment that concerns a film or a person by its id or name. */
export function momentsOf(frames: readonly Frame[], board: Board, subject: SubjectView): Entry[] {
  const name = nameOf(board, subject);
  const own = frames.filter(
    ({ event }) =>
      event.type === 'moment-noted' &&
      event.kind !== ESTIMATED_TIMES &&
      ((subject.of === 'films' && event.works?.includes(subject.key)) ||
        (subject.of === 'people' && event.people?.includes(name))),
  );
  const withdrawn = new Set(
    frames.flatMap(({ event }) => (event.type === 'moment-withdrawn' ? [event.version] : [])),
  );
  return feedOf(own, board)
    .filter(({ version }) => !withdrawn.has(version))
    .reverse();
}
