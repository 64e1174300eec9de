/** What the viewer looks for on the board: by text, by the state of a category, by distributor. */
import type { Board, Category, Nominee, Subject } from '../types';
import { categoryName, nomineeLabel } from './labels';

export type Status = Category['status'];

export interface Filter {
  readonly text: string;
  /** Empty for any. */
  readonly status: Status | '';
  /** A distributor's id; empty for any. */
  readonly distributor: string;
}

export const NO_FILTER: Filter = { text: '', status: '', distributor: '' };
export const STATUSES: readonly Status[] = [
  'upcoming',
  'presenting',
  'under-review',
  'awarded',
  'withdrawn',
];

export type Matches = Readonly<Record<Subject | 'categories', ReadonlySet<string>>>;

export function isFiltering({ text, status, distributor }: Filter): boolean {
  return text.trim() !== '' || status !== '' || distributor !== '';
}

/**
 * What matches; undefined where nothing is looked for. A film, a person or a distributor matches
 * through the nominations that the state and the distributor leave over.
 */
export function matchesOf(board: Board, filter: Filter): Matches | undefined {
  if (!isFiltering(filter)) return undefined;
  const wanted = folded(filter.text.trim());
  const fits = (...texts: string[]): boolean => texts.some((text) => folded(text).includes(wanted));
  const matches = {
    categories: new Set<string>(),
    works: new Set<string>(),
    people: new Set<string>(),
    distributors: new Set<string>(),
  };
  for (const [key, category] of Object.entries(board.categories)) {
    if (filter.status !== '' && category.status !== filter.status) continue;
    const nominees = Object.entries(category.nominees).filter(([, nominee]) =>
      isOf(board, nominee, filter.distributor),
    );
    if (nominees.length === 0 && filter.distributor !== '') continue;
    const labels = nominees.map(([id]) => nomineeLabel(board, key, id));
    if (fits(categoryName(board, key), ...labels.flatMap(({ title, by }) => [title, by]))) {
      matches.categories.add(key);
    }
    for (const [, { work, people }] of nominees) {
      const film = work === undefined ? undefined : board.works[work];
      const companies = (film?.distributors ?? []).map((id) => nameOf(board.distributors, id));
      if (work !== undefined && film && fits(film.title, ...companies)) matches.works.add(work);
      for (const id of people) {
        if (fits(nameOf(board.people, id), film?.title ?? '')) matches.people.add(id);
      }
      for (const id of film?.distributors ?? []) {
        const other = filter.distributor !== '' && id !== filter.distributor;
        if (!other && fits(nameOf(board.distributors, id))) matches.distributors.add(id);
      }
    }
  }
  return matches;
}

function isOf(board: Board, { work }: Nominee, distributor: string): boolean {
  if (distributor === '') return true;
  return work !== undefined && board.works[work]?.distributors.includes(distributor) === true;
}

function nameOf(lines: Readonly<Record<string, { name: string }>>, id: string): string {
  return lines[id]?.name ?? id;
}

/** Without case and accents, as one types in a hurry. */
function folded(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase();
}
