/** Maps the show's time to scrubber time, from which quiet stretches are cut. */
import { lastAtOrBefore } from './timeline';

export interface TimeMap {
  /** Length of the scrubber, in ms. */
  readonly length: number;
  /** Show time to scrubber time, both in ms; clamped to the ends. */
  toScrubber(t: number): number;
  /** Scrubber time to show time, both in ms; clamped to the ends. At a cut: where it ends. */
  toShow(u: number): number;
}

/**
 * A map over the given moments (ms, ascending) in which no gap between two neighbours is longer
 * than the cap: of a longer one the rest is cut. What is left runs as the show ran, so a second of
 * the scrubber is a second of the show, and the clock jumps where something was cut. With an
 * infinite cap the map only moves the origin.
 */
export function timeMap(moments: readonly number[], cap: number): TimeMap {
  const show: number[] = [];
  const scrubber: number[] = [];
  for (const t of moments) {
    const last = show.at(-1);
    if (last === undefined) {
      show.push(t);
      scrubber.push(0);
    } else if (t > last) {
      const from = scrubber.at(-1) ?? 0;
      if (t - last > cap) {
        show.push(last + cap);
        scrubber.push(from + cap);
      }
      show.push(t);
      scrubber.push(from + Math.min(t - last, cap));
    }
  }
  return {
    length: scrubber.at(-1) ?? 0,
    toScrubber: (t) => convert(show, scrubber, t),
    toShow: (u) => convert(scrubber, show, u),
  };
}

function convert(from: readonly number[], to: readonly number[], x: number): number {
  const i = lastAtOrBefore(from, x);
  if (i < 0) return to[0] ?? 0;
  const [a, b, c, d] = [from[i], from[i + 1], to[i], to[i + 1]] as [
    number,
    number?,
    number?,
    number?,
  ];
  if (b === undefined || c === undefined || d === undefined) return c ?? 0;
  return c + ((x - a) / (b - a)) * (d - c);
}
