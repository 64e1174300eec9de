/** The lines of the ticker, which come one after the other. */
import type { Board, Frame } from '../types';
import { list, momentInZone } from './format';
import { categoryName, upNext } from './labels';
import { leadingOf, sizeOf } from './leading';
import { recentResults } from './recent';
import { words } from './words';

/** Each line stands for so many ms. */
export const LINE_LENGTH = 6000;
const RESULTS = 3;

export interface Line {
  readonly kicker: string;
  readonly text: string;
  readonly tone: 'plain' | 'won' | 'doubt';
}

export function linesOf(board: Board, frames: readonly Frame[]): Line[] {
  const lines =
    board.phase === 'scheduled' ? beforehand(board) : [...results(board, frames), ...state(board)];
  return lines.filter(({ text }) => text);
}

/** Which of so many lines stands, `elapsed` ms after the first one came. */
export function lineAt(count: number, elapsed: number): number {
  return count > 0 ? Math.floor(Math.max(elapsed, 0) / LINE_LENGTH) % count : 0;
}

function beforehand(board: Board): Line[] {
  const w = words.overlay;
  const { name = '', starts_at: startsAt, venue = '', hosts = [] } = board.ceremony;
  const first = upNext(board);
  return [
    plain(name, startsAt ? momentInZone(startsAt) : ''),
    plain(w.venue, venue),
    plain(w.hosts, list(hosts)),
    plain(w.programme, sizeOf(board)),
    plain(words.countdown.first, first === undefined ? '' : categoryName(board, first)),
  ];
}

function results(board: Board, frames: readonly Frame[]): Line[] {
  // What is in doubt has a line of its own, and is no win meanwhile.
  const standing = recentResults(frames, board, RESULTS).filter(
    ({ category = '' }) => board.categories[category]?.status !== 'under-review',
  );
  return standing.map(({ kind, word, category = '', names }) => ({
    kicker: `${word} · ${categoryName(board, category)}`,
    text: list(
      names.map(({ title, by }) => (by && names.length === 1 ? `${title}, ${by}` : title)),
    ),
    tone: kind === 'corrected' ? 'doubt' : 'won',
  }));
}

function state(board: Board): Line[] {
  const w = words.overlay;
  const next = upNext(board);
  const onStage = board.stage.category !== undefined;
  const doubted = Object.keys(board.categories)
    .filter((key) => board.categories[key]?.status === 'under-review')
    .map((key) => categoryName(board, key));
  return [
    { kicker: words.hero.underReview, text: list(doubted), tone: 'doubt' },
    plain(w.lead, leadingOf(board)),
    plain(
      board.phase === 'ended' ? words.pill.ended : w.progress,
      words.hero.awarded(board.progress.awarded, board.progress.categories).join(''),
    ),
    plain(
      onStage ? words.hero.onStage : words.hero.upNext,
      next === undefined || board.phase === 'ended' ? '' : categoryName(board, next),
    ),
  ];
}

function plain(kicker: string, text: string): Line {
  return { kicker, text, tone: 'plain' };
}
