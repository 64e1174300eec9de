/** How a nominee is named on the page: what is written large, and what beside it. */
import type { Board, Subject } from '../types';
import { own } from './bare';
import { list } from './format';
import type { SubjectView } from './route';
import { words } from './words';

export interface Label {
  readonly title: string;
  /** Who or what belongs to it; may be empty. */
  readonly by: string;
  /** The people in `by` where they are many, so that a line may name some and count the others. */
  readonly cast?: Cast;
  /** The film it is tallied under, where there is one. */
  readonly work?: string;
  /** The page about what is written large, where it has one of its own. */
  readonly to?: SubjectView;
}

export interface Cast {
  /** What stands before the people. */
  readonly before: string;
  readonly names: readonly string[];
}

/** With more people than this a credit may be too long for its line. */
const FEW = 3;

/** The names, of which those after the first so many are only counted, where they are many. */
export function shortened(names: readonly string[], most = FEW): readonly string[] {
  const others = names.length - most;
  // To count a single one saves nothing over naming it.
  return others > 1 ? [...names.slice(0, most), words.others(others)] : names;
}

export const abridged = (names: readonly string[], most = FEW): string =>
  list(shortened(names, most));

/** The credit with so many of its people named. */
export function castOf({ before, names }: Cast, most: number): string {
  return joined(before, abridged(names, most));
}

export function nomineeLabel(board: Board, category: string, id: string): Label {
  const nominee = board.categories[category]?.nominees[id];
  if (!nominee) return { title: id, by: '' };
  const work = nominee.work;
  const film = work === undefined ? undefined : (board.works[work]?.title ?? work);
  const people = nominee.people.map((person) => board.people[person]?.name ?? person);
  const names = list(people);
  const credit = (before = ''): Pick<Label, 'by' | 'cast'> => ({
    by: joined(before, names),
    ...(people.length > FEW ? { cast: { before, names: people } } : {}),
  });
  const page = work === undefined ? {} : { to: { of: 'films', key: work } as const };
  const tallied = work === undefined ? {} : { work, ...page };
  const [only, ...others] = nominee.people;
  const own =
    only === undefined || others.length > 0 ? page : { to: { of: 'people', key: only } as const };
  const { song, country, character } = nominee.detail ?? {};

  if (song !== undefined) return { title: `“${song}”`, ...credit(film), ...tallied };
  // A nominee that carries its person's slug, or a character, is that person's nomination.
  const person = id.slice(id.indexOf('/') + 1);
  if (people.length > 0 && (character !== undefined || nominee.people.includes(person))) {
    return { title: abridged(people), by: film ?? '', ...tallied, ...own };
  }
  if (film === undefined) return { title: abridged(people) || id, by: country ?? '', ...own };
  return { title: film, ...credit(country), ...tallied };
}

function joined(...parts: (string | undefined)[]): string {
  return parts.filter((part) => part).join(' · ');
}

/** In the reader's language where it is known there, else as the board has it. */
export function categoryName(board: Board, key: string): string {
  const name = board.categories[key]?.name;
  return name === undefined ? key : (own(words.categoryNames, name) ?? name);
}

export function subjectName(board: Board, subject: Subject, id: string): string {
  if (subject === 'works') return board.works[id]?.title ?? id;
  return board[subject][id]?.name ?? id;
}

/** The keys of the categories in running order. */
export function categoryOrder(board: Board): string[] {
  return Object.keys(board.categories).sort(
    (a, b) => (board.categories[a]?.position ?? 0) - (board.categories[b]?.position ?? 0),
  );
}

/** The ids of a category's nominees in ballot order. */
export function nomineeOrder(board: Board, category: string): string[] {
  const nominees = board.categories[category]?.nominees ?? {};
  return Object.keys(nominees).sort(
    (a, b) => (nominees[a]?.position ?? 0) - (nominees[b]?.position ?? 0),
  );
}

/** The category on stage, or else the next one in the running order. */
export function upNext(board: Board): string | undefined {
  return (
    board.stage.category ??
    categoryOrder(board).find((key) => board.categories[key]?.status === 'upcoming')
  );
}
