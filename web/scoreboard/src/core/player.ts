/**
 * Where the viewer stands: one pure state machine.
 *
 *              | play            | pause   | seek or step       | tick            | live
 *   -----------+-----------------+---------+--------------------+-----------------+----------
 *   FOLLOWING  | FOLLOWING       | PAUSED  | PAUSED, FOLLOWING* | FOLLOWING       | FOLLOWING
 *   PAUSED     | PLAYING (speed) | PAUSED  | PAUSED, FOLLOWING* | PAUSED          | FOLLOWING
 *   PLAYING    | PLAYING (speed) | PAUSED  | PLAYING, FOLLOWING*| PLAYING, FOLL.* | FOLLOWING
 *
 *   * on reaching the head. Events that arrive never move a viewer who is not following.
 *
 * The head is that of what is told: with a delay, the last version that is old enough, so that
 * "live" is as late as the viewer's picture and "behind" counts from there. Where less is told than
 * before, because the delay grew, whoever stood beyond the head stands at it, in the same state.
 */
import type { TimeMap } from './timemap';
import { headOf, lastAtOrBefore, spanOf, timeOf, versionAt, type Timeline } from './timeline';

export interface Following {
  readonly mode: 'following';
}

export interface Paused {
  readonly mode: 'paused';
  readonly version: number;
  /** Show time in ms, between this version's moment and the next one's. */
  readonly t: number;
}

export interface Playing {
  readonly mode: 'playing';
  readonly version: number;
  readonly t: number;
  readonly speed: number;
}

export type Player = Following | Paused | Playing;

export const FOLLOWING: Following = { mode: 'following' };
export const SPEEDS: readonly number[] = [1, 2, 5, 10, 30, 60, 120, 300, 600];
/** A replay at the speed that suits it lasts at least this long, in ms. */
const REPLAY_LENGTH = 90_000;

export function versionOf(player: Player, head: number): number {
  return player.mode === 'following' ? head : Math.min(player.version, head);
}

export function positionOf(player: Player, timeline: Timeline): number {
  return player.mode === 'following' ? timeOf(timeline, headOf(timeline)) : player.t;
}

export function pause(player: Player, timeline: Timeline): Player {
  if (player.mode === 'paused') return player;
  const version = versionOf(player, headOf(timeline));
  return { mode: 'paused', version, t: positionOf(player, timeline) };
}

export function play(player: Player, speed: number): Player {
  if (player.mode === 'following') return player;
  return { mode: 'playing', version: player.version, t: player.t, speed };
}

/** The player where less is told than before: nobody stands beyond the head. */
export function within(player: Player, timeline: Timeline): Player {
  const head = headOf(timeline);
  if (player.mode === 'following' || player.version <= head) return player;
  return { ...player, version: head, t: timeOf(timeline, head) };
}

/** Play the show from its first event. */
export function replay(timeline: Timeline, speed: number): Player {
  if (headOf(timeline) <= timeline.start) return FOLLOWING;
  return { mode: 'playing', version: timeline.start, t: timeOf(timeline, timeline.start), speed };
}

export function seekVersion(player: Player, timeline: Timeline, version: number): Player {
  return moved(player, timeline, version, timeOf(timeline, version));
}

export function seekTime(player: Player, timeline: Timeline, t: number): Player {
  const [first, last] = spanOf(timeline);
  const within = Math.min(Math.max(t, first), last);
  return moved(player, timeline, Math.max(versionAt(timeline, within), timeline.start), within);
}

export function step(player: Player, timeline: Timeline, by: number): Player {
  const from = versionOf(player, headOf(timeline));
  const to = by < 0 ? Math.max(from + by, Math.min(timeline.start, from)) : from + by;
  return to === from ? player : seekVersion(player, timeline, to);
}

/** To the neighbouring chapter: back goes to the start of this one first, as on any player. */
export function skipChapter(
  player: Player,
  timeline: Timeline,
  chapters: readonly number[],
  by: 1 | -1,
): Player {
  const from = versionOf(player, headOf(timeline));
  const target =
    by > 0 ? chapters.find((v) => v > from) : chapters[lastAtOrBefore(chapters, from - 1)];
  return seekVersion(player, timeline, target ?? (by > 0 ? headOf(timeline) : timeline.start));
}

/** Advance by elapsed real ms; gaps are as long as the map makes them. */
export function tick(player: Player, timeline: Timeline, map: TimeMap, elapsed: number): Player {
  if (player.mode !== 'playing') return player;
  const t = map.toShow(map.toScrubber(player.t) + elapsed * player.speed);
  return moved(player, timeline, Math.max(versionAt(timeline, t), player.version), t);
}

/** The highest speed at which a night of this length (scrubber ms) can still be watched. */
export function fittingSpeed(length: number): number {
  return SPEEDS[Math.max(lastAtOrBefore(SPEEDS, length / REPLAY_LENGTH), 0)] ?? 1;
}

/** The next speed up or down from this one. */
export function nextSpeed(speed: number, by: 1 | -1): number {
  const i = lastAtOrBefore(SPEEDS, speed);
  return SPEEDS[Math.min(Math.max(i + by, 0), SPEEDS.length - 1)] ?? speed;
}

function moved(player: Player, timeline: Timeline, version: number, t: number): Player {
  const head = headOf(timeline);
  if (version >= head) return FOLLOWING;
  const at = { version: Math.max(version, 0), t };
  return player.mode === 'playing'
    ? { mode: 'playing', ...at, speed: player.speed }
    : { mode: 'paused', ...at };
}
