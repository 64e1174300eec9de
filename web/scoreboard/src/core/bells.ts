/** The categories and films that the viewer wants to be told about, and what there is to tell. */
import type { Board, Frame } from '../types';
import { isResult } from './headline';
import type { Kept } from './kept';
import { categoryName, subjectName } from './labels';
import { sentenceOf } from './sentence';
import { words } from './words';

export type Belled = 'categories' | 'works';
export type Wanted = Readonly<Record<Belled, readonly string[]>>;

export const NOTHING_WANTED: Wanted = { categories: [], works: [] };

export interface News {
  readonly version: number;
  readonly category: string;
  readonly title: string;
  readonly text: string;
}

export function wantedIn(kept: Kept, ceremony: string): Wanted {
  try {
    const { categories, works } = JSON.parse(kept.read(keyOf(ceremony)) ?? '{}') as Partial<Wanted>;
    return { categories: ids(categories), works: ids(works) };
  } catch {
    return NOTHING_WANTED;
  }
}

export function keepWanted(kept: Kept, ceremony: string, wanted: Wanted): void {
  kept.write(keyOf(ceremony), JSON.stringify(wanted));
}

export function toggled(wanted: Wanted, kind: Belled, id: string): Wanted {
  const on = wanted[kind].includes(id);
  const others = wanted[kind].filter((each) => each !== id);
  return { ...wanted, [kind]: on ? others : [...others, id] };
}

/**
 * What one frame has to tell, by what the page shows of it: under the spoiler cover only that there
 * is a result. Who wants a film hears of every result in its categories, whether it won or not, so
 * that being told gives nothing away.
 */
export function newsOf(
  frame: Frame,
  board: Board,
  before: Board | undefined,
  wanted: Wanted,
): News | undefined {
  const { event, version } = frame;
  if (!('category' in event)) return undefined;
  const { category } = event;
  const stage = event.type === 'presenting-began';
  if (!stage && !isResult(event)) return undefined;
  const itself = wanted.categories.includes(category);
  const films = stage ? [] : filmsIn(board, category, wanted.works);
  if (!itself && films.length === 0) return undefined;
  const w = words.bells;
  const name = categoryName(board, category);
  const title = itself ? name : w.about(films.map((id) => subjectName(board, 'works', id)));
  const text = stage ? w.onStage(name) : sentenceOf(frame, board, before);
  return text === '' ? undefined : { version, category, title, text };
}

function filmsIn(board: Board, category: string, works: readonly string[]): string[] {
  const nominees = Object.values(board.categories[category]?.nominees ?? {});
  return works.filter((id) => nominees.some(({ work }) => work === id));
}

function keyOf(ceremony: string): string {
  return `bells:${ceremony}`;
}

function ids(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
