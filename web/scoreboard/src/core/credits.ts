/** A nominee's names with the pages they lead to. */
import type { Board } from '../types';
import { abridged, nomineeLabel } from './labels';
import type { SubjectView } from './route';

export interface Named {
  readonly text: string;
  /** The page about it; absent where it has none, as a country. */
  readonly to?: SubjectView;
}

export interface Credit {
  /** What is nominated, written large: a film, a song or people. */
  readonly title: Named;
  /** The film of a song or a person, the country, then who is credited. */
  readonly by: readonly Named[];
}

/** Named as everywhere else on the page, but in pieces that can be linked. */
export function creditOf(board: Board, category: string, id: string): Credit {
  const { title, to } = nomineeLabel(board, category, id);
  const large = { text: title, ...(to ? { to } : {}) };
  const nominee = board.categories[category]?.nominees[id];
  if (!nominee) return { title: large, by: [] };
  const film = nominee.work === undefined ? [] : [filmNamed(board, nominee.work)];
  const country = nominee.detail?.country;
  const people = nominee.people.map((person) => personNamed(board, person));
  const names = abridged(people.map(({ text }) => text));
  return {
    title: large,
    by: [
      ...film.filter(({ text }) => text !== title),
      ...(country === undefined ? [] : [{ text: country }]),
      // Who is written large alone need not be named again; of several each has a page.
      ...(names === title && people.length === 1 ? [] : people),
    ],
  };
}

function filmNamed(board: Board, work: string): Named {
  return { text: board.works[work]?.title ?? work, to: { of: 'films', key: work } };
}

function personNamed(board: Board, person: string): Named {
  return { text: board.people[person]?.name ?? person, to: { of: 'people', key: person } };
}
