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
