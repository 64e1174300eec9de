/** The race as lines on a plane: px, with the origin at the top left. */
import type { Line, Race, Step } from './race';

export interface Plane {
  /** Of what can be drawn on, without the axis and the names. */
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface Scales {
  readonly x: (t: number) => number;
  readonly y: (wins: number, lane: number) => number;
  /** The numbers of wins with a rule across the plane. */
  readonly levels: readonly number[];
}

/** The fewest wins for which there is room, so that the first one is no tower. */
const ROOM = 3;
/** Lines of the same number of wins keep this distance, in px, while it leaves levels apart. */
const LANE = 4.5;
/** The part of a level that its lanes may take. */
const SHARE = 0.62;

/**
 * @param place a show time as a place from 0 to 1.
 * @param top the most wins to make room for.
 */
export function scalesOf(
  race: Race,
  plane: Plane,
  place: (t: number) => number,
  top: number,
): Scales {
  const highest = Math.max(top, ROOM);
  const unit = (plane.bottom - plane.top) / highest;
  const most = Math.max(...race.lanes.values(), 1);
  const lane = Math.min(LANE, (unit * SHARE) / Math.max(most - 1, 1));
  return {
    x: (t) => plane.left + place(t) * (plane.right - plane.left),
    y: (wins, at) => plane.bottom - wins * unit + (wins > 0 ? at * lane : 0),
    levels: Array.from({ length: Math.floor(highest) }, (_, i) => i + 1),
  };
}

/** The line as an SVG path, from its first win up to `end` (a show time in ms). */
export function pathOf(line: Line, { x, y }: Scales, end: number): string {
  let path = '';
  for (const { wins, lane, from, to } of line.stays) {
    const at = round(x(from.t));
    const height = round(y(wins, lane));
    path += path === '' ? `M${at} ${round(y(0, 0))}V${height}` : `H${at}V${height}`;
    // Back at none there is nothing to draw until the next win.
    if (wins === 0) path += to ? `M${round(x(to.t))} ${height}` : '';
    else if (!to) path += `H${round(Math.max(x(end), x(from.t)))}`;
  }
  return path;
}

export interface Fall {
  readonly step: Step;
  readonly x: number;
  readonly y: number;
  /** The height it fell from. */
  readonly peak: number;
}

/** Where a line fell because a result was corrected or taken back. */
export function fallsOf(line: Line, { x, y }: Scales): Fall[] {
  return line.stays.flatMap(({ wins, lane, from }, i) => {
    const before = line.stays[i - 1];
    if (!from.amended || !before || before.wins <= wins) return [];
    const peak = y(before.wins, before.lane);
    return [{ step: from, x: x(from.t), y: y(wins, lane), peak }];
  });
}

/** Where the line ends: the height of its last stay. */
export function endOf(line: Line, { y }: Scales): number {
  const last = line.stays.at(-1);
  return last ? y(last.wins, last.lane) : y(0, 0);
}

/** A line as it is drawn. */
export interface Drawn {
  readonly id: string;
  readonly d: string;
  /** The height at which it ends. */
  readonly y: number;
  readonly falls: readonly Fall[];
  /** It has a win at present. */
  readonly stands: boolean;
}

/** Every line of the race, up to `end` (a show time in ms). */
export function drawnOf(race: Race, scales: Scales, end: number): Drawn[] {
  return race.lines.map((line) => ({
    id: line.id,
    d: pathOf(line, scales, end),
    y: endOf(line, scales),
    falls: fallsOf(line, scales),
    stands: (line.stays.at(-1)?.wins ?? 0) > 0,
  }));
}

/** What stands at the end of a line, or of several: those have no id. */
export interface Name {
  readonly id: string;
  readonly y: number;
  readonly wins: number;
  readonly text: string;
}

export interface PlacedName extends Name {
  /** The height at which there is room for it. */
  readonly at: number;
}

/** The names, best first, where there is room: of those with as many wins the better is above. */
export function placeNames(names: readonly Name[], gap: number, plane: Plane): PlacedName[] {
  // By their lanes alone, the first who came to a number of wins would be.
  const level = ({ id, y, wins }: Name): number => {
    const tied = names.filter((name) => id !== '' && name.id !== '' && name.wins === wins);
    return tied.length > 1 ? tied.reduce((sum, name) => sum + name.y, 0) / tied.length : y;
  };
  const at = spread(names.map(level), gap, plane.top, plane.bottom - 4);
  return names.map((name, i) => ({ ...name, at: at[i] ?? name.y }));
}

/**
 * Moves what would overlap apart: heights near the wanted ones, in their order, at least `gap`
 * apart and within the bounds as long as there is room.
 */
export function spread(
  wanted: readonly number[],
  gap: number,
  low: number,
  high: number,
): number[] {
  const order = wanted
    .map((_, i) => i)
    .sort((a, b) => (wanted[a] ?? 0) - (wanted[b] ?? 0) || a - b);
  const heights = order.map((i) => wanted[i] ?? 0);
  let least = low;
  for (let i = 0; i < heights.length; i += 1) {
    heights[i] = Math.max(heights[i] ?? 0, least);
    least = (heights[i] ?? 0) + gap;
  }
  let most = high;
  for (let i = heights.length - 1; i >= 0; i -= 1) {
    heights[i] = Math.min(heights[i] ?? 0, most);
    most = (heights[i] ?? 0) - gap;
  }
  const placed: number[] = [];
  order.forEach((i, place) => (placed[i] = heights[place] ?? 0));
  return placed;
}

const round = (px: number): number => Math.round(px * 10) / 10;
