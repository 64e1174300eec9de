/** Who had how many wins when, as the frames' patches tell it. */
import type { Frame, Subject } from '../types';

/** From here on this one has so many wins. */
export interface Step {
  readonly id: string;
  readonly version: number;
  /** Show time in ms. */
  readonly t: number;
  readonly wins: number;
  /** The category whose result it was. */
  readonly category: string;
  /** A correction or a retraction, not an award. */
  readonly amended: boolean;
}

/** A stretch of time with the same number of wins, on a lane of its own among the tied. */
export interface Stay {
  readonly wins: number;
  /** 0 for the first who came to this number; those who left make room. */
  readonly lane: number;
  readonly from: Step;
  /** The step that ended it; absent for the one that lasts. */
  readonly to?: Step;
}

export interface Line {
  readonly id: string;
  readonly stays: readonly Stay[];
}

export interface Race {
  readonly steps: readonly Step[];
  readonly lines: readonly Line[];
  /** By number of wins: how many lanes were ever taken at once. */
  readonly lanes: ReadonlyMap<number, number>;
  /** The most wins anyone had. */
  readonly top: number;
}

const known: Record<Subject, WeakMap<Frame, readonly Step[]>> = {
  works: new WeakMap(),
  people: new WeakMap(),
  distributors: new WeakMap(),
};

/** The race over these frames, which begin at version 1 and have no gap. */
export function raceOf(frames: readonly Frame[], subject: Subject): Race {
  const steps = stepsOf(frames, subject);
  const lines = new Map<string, Stay[]>();
  const taken = new Map<number, Set<number>>();
  const lanes = new Map<number, number>();
  let top = 0;
  let left = 0;
  for (const step of steps) {
    // Of those who move at once each may have the lane that another one leaves.
    for (; steps[left]?.version === step.version; left += 1) {
      const leaving = steps[left] as Step;
      const stays = lines.get(leaving.id);
      const last = stays?.pop();
      if (!last || !stays) continue;
      stays.push({ ...last, to: leaving });
      taken.get(last.wins)?.delete(last.lane);
    }
    const stays = lines.get(step.id) ?? [];
    const lane = step.wins > 0 ? laneOf(taken, step.wins) : 0;
    if (step.wins > 0) lanes.set(step.wins, Math.max(lanes.get(step.wins) ?? 0, lane + 1));
    stays.push({ wins: step.wins, lane, from: step });
    lines.set(step.id, stays);
    top = Math.max(top, step.wins);
  }
  return { steps, lines: [...lines].map(([id, stays]) => ({ id, stays })), lanes, top };
}

/** Takes the first free lane among those with so many wins. */
function laneOf(taken: Map<number, Set<number>>, wins: number): number {
  const level = taken.get(wins) ?? new Set();
  let lane = 0;
  while (level.has(lane)) lane += 1;
  taken.set(wins, level.add(lane));
  return lane;
}

function stepsOf(frames: readonly Frame[], subject: Subject): Step[] {
  const wins = new Map<string, number>();
  const steps: Step[] = [];
  for (const frame of frames) {
    for (const step of toldBy(frame, subject)) {
      if (step.wins !== (wins.get(step.id) ?? 0)) steps.push(step);
      wins.set(step.id, step.wins);
    }
  }
  return steps;
}

/** The numbers of wins that a frame sets; a frame never changes, so they are read once. */
function toldBy(frame: Frame, subject: Subject): readonly Step[] {
  const told = known[subject].get(frame) ?? read(frame, subject);
  known[subject].set(frame, told);
  return told;
}

function read({ event, version, t, patch }: Frame, subject: Subject): Step[] {
  const changed = (patch as Patched)[subject] ?? {};
  const category = 'category' in event ? event.category : '';
  const amended = event.type === 'winner-corrected' || event.type === 'winner-retracted';
  return Object.entries(changed).flatMap(([id, line]) =>
    typeof line?.wins === 'number' ? [{ id, version, t, wins: line.wins, category, amended }] : [],
  );
}

type Patched = Partial<Record<Subject, Record<string, { readonly wins?: number } | null>>>;

/**
 * Those to be named at their lines' ends: the best of the ranking, without cutting a tie in two
 * where that leaves at least `few`.
 */
export function namedOf(
  ranking: readonly (readonly [string, number])[],
  few: number,
  many: number,
): string[] {
  let upto = Math.min(ranking.length, many);
  if (upto < ranking.length) {
    let whole = upto;
    while (whole > 0 && ranking[whole]?.[1] === ranking[whole - 1]?.[1]) whole -= 1;
    if (whole >= few) upto = whole;
  }
  return ranking.slice(0, upto).map(([id]) => id);
}
