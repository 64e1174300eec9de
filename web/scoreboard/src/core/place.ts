/** Where the viewer stands, in words and numbers for the transport. */
import type { Board } from '../types';
import { elapsed, elapsedSpoken } from './format';
import { categoryName } from './labels';
import type { Playback } from './viewer';
import { countOf, headOf, spanOf } from './timeline';
import { words } from './words';

export interface Place {
  /** The chapter's name, or what comes before the first. */
  readonly chapter: string;
  readonly event: number;
  readonly events: number;
  /** "1:56:30", counted from the show's first event. */
  readonly time: string;
  readonly length: string;
  /** "4 min skipped", for a moment after that; else empty. */
  readonly cut: string;
  /** For a screen reader: "Cinematography, 1 h 56 min, event 41 of 56". */
  readonly spoken: string;
  /** Scrubber ms. */
  readonly position: number;
}

export function placeOf(playback: Playback, version: number, board: Board): Place {
  const { timeline, map, chapters, t } = playback;
  const [first, last] = spanOf(timeline);
  const current = chapters.findLast((chapter) => chapter.version <= version);
  const chapter = current ? categoryName(board, current.category) : words.transport.opening;
  const event = countOf(timeline.start, version);
  const events = countOf(timeline.start, headOf(timeline));
  return {
    chapter,
    event,
    events,
    time: elapsed(t - first),
    length: elapsed(last - first),
    cut: playback.cut === undefined ? '' : words.transport.cut(elapsedSpoken(playback.cut)),
    spoken: words.transport.value(chapter, elapsedSpoken(t - first), event, events),
    position: map.toScrubber(t),
  };
}

export interface Tick {
  readonly category: string;
  /** Place on the scrubber, 0 to 1. */
  readonly at: number;
  readonly passed: boolean;
}

export function ticksOf({ map, chapters }: Playback, version: number): Tick[] {
  return chapters.map(({ category, t, version: begins }) => ({
    category,
    at: map.length > 0 ? map.toScrubber(t) / map.length : 0,
    passed: begins <= version,
  }));
}

/** What a place on the scrubber, 0 to 1, would show: "1:56:30" and the chapter that runs then. */
export interface Pointed {
  readonly time: string;
  readonly chapter: string;
}

export function pointedAt(
  { timeline, map, chapters }: Playback,
  at: number,
  board: Board,
): Pointed {
  const t = map.toShow(at * map.length);
  const current = chapters.findLast((chapter) => chapter.t <= t);
  return {
    time: elapsed(t - spanOf(timeline)[0]),
    chapter: current ? categoryName(board, current.category) : words.transport.opening,
  };
}
