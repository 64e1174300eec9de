/** A subject's night as a strip: its nominations where they were decided, in scrubber time. */
import type { Frame } from '../types';
import { whenOf, type Nomination } from './subject';
import { spanOf } from './timeline';
import type { Playback } from './viewer';

export interface Mark extends Nomination {
  /** Place on the strip, 0 to 1; absent while it cannot be known. */
  readonly at?: number;
  /** Where a click leads: the result, or the chapter of what is to come. */
  readonly version?: number;
}

export interface Hour {
  /** Whole hours since the show began. */
  readonly hours: number;
  readonly at: number;
}

/**
 * The nominations as marks, those without a place last. What is still to come has a place only
 * where its chapter is known: in a replay.
 */
export function marksOf(
  nominations: readonly Nomination[],
  frames: readonly Frame[],
  playback: Playback,
): Mark[] {
  const marks = nominations
    .filter(({ state }) => state !== 'withdrawn')
    .map((nomination): Mark => {
      const when = whenOf(frames, nomination.decided);
      if (when && nomination.decided !== undefined) {
        return { ...nomination, at: placeAt(playback, when.t), version: nomination.decided };
      }
      const chapter = playback.chapters.find(({ category }) => category === nomination.category);
      if (!chapter) return nomination;
      return { ...nomination, at: placeAt(playback, chapter.t), version: chapter.version };
    });
  const placed = marks.filter(({ at }) => at !== undefined);
  // At the same place what was won comes last, and so lies on top.
  const won = ({ state }: Mark): number => (state === 'won' ? 1 : 0);
  return [
    ...placed.sort((a, b) => (a.at ?? 0) - (b.at ?? 0) || won(a) - won(b)),
    ...marks.filter(({ at }) => at === undefined),
  ];
}

/** A show time (ms) as a place on the strip, 0 to 1. */
export function placeAt({ map }: Playback, t: number): number {
  return map.length > 0 ? map.toScrubber(t) / map.length : 0;
}

/** The whole hours of the show: on a strip with shortened pauses they are not evenly spaced. */
export function hoursOf(playback: Playback): Hour[] {
  const [first, last] = spanOf(playback.timeline);
  const hours: Hour[] = [];
  for (let n = 1; first + n * HOUR < last; n += 1) {
    const at = placeAt(playback, first + n * HOUR);
    // Of several hours that one cut took, the last is the one that follows it.
    if (hours.at(-1)?.at === at) hours.pop();
    hours.push({ hours: n, at });
  }
  return hours;
}

const HOUR = 3_600_000;

/** Of the marks with a place, the one nearest to a place on the strip. */
export function nearest(marks: readonly Mark[], at: number): Mark | undefined {
  let best: Mark | undefined;
  for (const mark of marks) {
    if (mark.at === undefined || mark.version === undefined) continue;
    if (!best || Math.abs(mark.at - at) < Math.abs((best.at ?? 0) - at)) best = mark;
  }
  return best;
}

/** A line of words over the strip, px from its left; `row` counts from the strip upwards. */
export interface Caption {
  readonly left: number;
  readonly row: number;
}

/** Words may reach this far beyond their mark, in px, where they do not stand in its middle. */
const OVERHANG = 8;

/**
 * Where the words of each mark fit without touching those of another or the stem that leads to
 * them, over at most `rows` rows; undefined for those that fit nowhere.
 *
 * @param wanted of each in the order of the strip: its place and the width of its words, in px.
 * @param room the strip's width, in px.
 */
export function captionsOf(
  wanted: readonly { readonly x: number; readonly width: number }[],
  room: number,
  rows: number,
): (Caption | undefined)[] {
  const placed: (Caption & { readonly x: number; readonly right: number })[] = [];
  const crosses = (x: number, { left, right }: { left: number; right: number }): boolean =>
    x > left && x < right;
  return wanted.map(({ x, width }, i) => {
    if (width > room) return undefined;
    const places = Array.from({ length: rows }, (_, row) =>
      [x - width / 2, x - OVERHANG, x - width + OVERHANG].map((start) => {
        const left = Math.max(Math.min(start, room - width), 0);
        return { x, left, right: left + width, row };
      }),
    )
      .flat()
      .filter((place) =>
        placed.every((other) => {
          if (other.row === place.row)
            return place.right <= other.left || place.left >= other.right;
          return other.row > place.row ? !crosses(other.x, place) : !crosses(x, other);
        }),
      );
    // Where it can be helped, the way up from the other marks stays open.
    const open = places.find(
      (place) => !wanted.some((each, j) => j !== i && crosses(each.x, place)),
    );
    const place = open ?? places[0];
    if (!place) return undefined;
    placed.push(place);
    return { left: place.left, row: place.row };
  });
}
