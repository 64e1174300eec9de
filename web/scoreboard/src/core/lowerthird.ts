/** What a lower third shows, and for how long. */
import type { Board, Frame } from '../types';
import { headlineOf, isResult, type Headline } from './headline';
import { subjectName } from './labels';

/** After a break in the connection, news as old as this (ms) is still shown. */
const RECENT = 30_000;

export type Plate =
  | {
      readonly kind: 'result';
      readonly version: number;
      readonly headline: Headline;
      /** The films of the winners with their wins, as they now stand. */
      readonly totals: readonly Total[];
    }
  | {
      readonly kind: 'stage';
      readonly version: number;
      readonly category: string;
      readonly presenters: readonly string[];
    };

export interface Total {
  readonly work: string;
  readonly title: string;
  readonly wins: number;
}

/** The last frame that a lower third has something to say about. */
export function newsOf(frames: readonly Frame[]): Frame | undefined {
  return frames.findLast(({ event }) => isResult(event) || event.type === 'presenting-began');
}

/** Undefined where the news no longer holds, as when a category has left the stage. */
export function plateOf(
  news: Frame,
  board: Board,
  frames: readonly Frame[],
  boardAt: (version: number) => Board | undefined,
): Plate | undefined {
  const { event, version } = news;
  if (event.type === 'presenting-began') {
    const { category } = event;
    const presenters = board.stage.presenters ?? [];
    return board.stage.category === category
      ? { kind: 'stage', version, category, presenters }
      : undefined;
  }
  const headline = headlineOf(board, frames, boardAt);
  if (!headline) return undefined;
  const works = new Set(headline.winners.flatMap(({ work }) => (work ? [work] : [])));
  const totals = [...works].map((work) => ({
    work,
    title: subjectName(board, 'works', work),
    wins: board.works[work]?.wins ?? 0,
  }));
  return { kind: 'result', version, headline, totals };
}

export interface Timing {
  /** The version of the last news, whether or not it was shown. */
  readonly seen: number | undefined;
  /** The version that is shown, until a time in Unix ms. */
  readonly shows?: { readonly version: number; readonly until: number };
}

export const QUIET: Timing = { seen: undefined };

/**
 * News is shown as it comes; what was found on opening the page, or after a break, only while it is
 * recent. A newer one takes the place of what is shown.
 *
 * @param flowing whether the night went on, rather than the viewer jumped.
 * @param live whether the news is of this very moment, and not of a replay.
 */
export function timed(
  before: Timing,
  news: Frame | undefined,
  { flowing, live, length, now }: { flowing: boolean; live: boolean; length: number; now: number },
): Timing {
  if (news?.version === before.seen) return before;
  if (!news) return QUIET;
  const recent = live && now - Date.parse(news.occurred_at) < RECENT;
  const { version } = news;
  if (!flowing && !recent) return { seen: version };
  return { seen: version, shows: { version, until: now + length } };
}
