/** The server's ranking as rows to draw; nothing is counted or ranked here. */
import { alphabetical } from './format';
import { subjectName } from './labels';
import type { Board, Subject } from '../types';

export interface Row {
  readonly id: string;
  readonly name: string;
  readonly rank: number;
  /** True when another one has the same rank. */
  readonly tied: boolean;
}

/** One who is shown in a ranking; without a win there is no rank. */
export type Standing = Pick<Row, 'id' | 'name'> & Partial<Row>;

const SUBJECTS: readonly Subject[] = ['works', 'people', 'distributors'];

/** What this night has entries of, in the order in which it is offered. */
export function listedOn(board: Board): Subject[] {
  return SUBJECTS.filter((subject) => Object.keys(board[subject]).length > 0);
}

/** What competes: films, or where no work is nominated the people. */
export function competing(board: Board): Subject {
  return listedOn(board)[0] ?? 'works';
}

export function rowsOf(board: Board, subject: Subject): Row[] {
  const ranking = board.ranking[subject];
  return ranking.map(([id, rank], i) => ({
    id,
    name: subjectName(board, subject, id),
    rank,
    tied: ranking[i - 1]?.[1] === rank || ranking[i + 1]?.[1] === rank,
  }));
}

/** Those the ranking leaves out: most nominated first, then by name. They hold no rank. */
export function withoutWins(board: Board, subject: Subject): { id: string; name: string }[] {
  const ranked = new Set(board.ranking[subject].map(([id]) => id));
  const nominations = (id: string): number => board[subject][id]?.nominations ?? 0;
  return Object.keys(board[subject])
    .filter((id) => !ranked.has(id))
    .map((id) => ({ id, name: subjectName(board, subject, id) }))
    .sort((a, b) => nominations(b.id) - nominations(a.id) || alphabetical(a.name, b.name));
}

/** The ranked, and after them those without a win until there are so many rows. */
export function filled(
  ranked: readonly Row[],
  winless: readonly Standing[],
  most: number,
): Standing[] {
  return [...ranked, ...winless.slice(0, Math.max(most - ranked.length, 0))];
}

export interface Top {
  readonly rows: readonly Row[];
  /** Of those left out: how many are as good as the last row. Which of them is in it is chance. */
  readonly level: number;
  /** The wins of the last row. */
  readonly wins: number;
}

/** The first rows of a ranking. */
export function topOf(board: Board, subject: Subject, most: number): Top {
  const all = rowsOf(board, subject);
  const rows = all.slice(0, most);
  const last = rows.at(-1);
  return {
    rows,
    level: all.slice(most).filter(({ rank }) => rank === last?.rank).length,
    wins: last ? (board[subject][last.id]?.wins ?? 0) : 0,
  };
}
