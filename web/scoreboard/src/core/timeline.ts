/** When each version of a ceremony happened, as the player needs it. */
import type { Frame } from '../types';

export interface Timeline {
  /** The version at which the show starts; what lies before is the programme. */
  readonly start: number;
  /** `times[v]` is when version v happened, in ms of the show; ascending; index 0 is version 0. */
  readonly times: readonly number[];
}

/** Of all frames of a ceremony; one that has not begun starts, so far, at its head. */
export function timelineOf(frames: readonly Frame[]): Timeline {
  const started = frames.find(({ event }) => event.type === 'ceremony-started');
  return {
    start: started?.version ?? frames.length,
    times: [0, ...frames.map((frame) => frame.t)],
  };
}

export function headOf(timeline: Timeline): number {
  return timeline.times.length - 1;
}

export function timeOf(timeline: Timeline, version: number): number {
  return timeline.times[Math.min(Math.max(version, 0), headOf(timeline))] ?? 0;
}

/** The first and last moment of the show, in ms. */
export function spanOf(timeline: Timeline): readonly [number, number] {
  return [timeOf(timeline, timeline.start), timeOf(timeline, headOf(timeline))];
}

/** The last version that had happened at t: several events may share one moment. */
export function versionAt(timeline: Timeline, t: number): number {
  return Math.max(lastAtOrBefore(timeline.times, t), 0);
}

/** Where the show's events are counted from: the event that starts it is the first. */
export function countOf(start: number, version: number): number {
  return Math.max(version - start + 1, 0);
}

/** Index of the last of the ascending values that is not above x; -1 if all are. */
export function lastAtOrBefore(ascending: readonly number[], x: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] as number) <= x) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
