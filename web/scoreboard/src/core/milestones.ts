/** Records that were reached or tied, as the board gives them. */
import type { Board } from '../types';
import { own } from './bare';
import { number } from './format';
import { words } from './words';

export interface MilestoneCard {
  readonly id: string;
  readonly version: number;
  readonly word: string;
  readonly subject: string;
  readonly value: string;
}

/** Newest first. */
export function milestonesOf(board: Board): MilestoneCard[] {
  return Object.entries(board.milestones)
    .map(([id, { version, kind, subject, value }]) => ({
      id,
      version,
      word: own(words.milestones, kind) ?? plainly(kind),
      subject: nameOf(board, subject),
      value: number(value),
    }))
    .sort((a, b) => b.version - a.version || (a.id < b.id ? -1 : 1));
}

function nameOf(board: Board, id: string): string {
  return board.works[id]?.title ?? board.people[id]?.name ?? board.distributors[id]?.name ?? id;
}

/** A kind without a word here: "most-wins-ever" is "Most wins ever". */
function plainly(kind: string): string {
  const text = kind.replaceAll('-', ' ').trim();
  return text.charAt(0).toUpperCase() + text.slice(1);
}
