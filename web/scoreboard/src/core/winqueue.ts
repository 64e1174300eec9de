/** Lets each win have its moment: what is shown may wait for the win that is playing. */

/** A win takes this long in all, in ms. */
export const WIN_LENGTH = 1600;
/** For so many ms of that the name stands alone: nothing else tells the win until then. */
export const NAME_LENGTH = 600;

export interface Showing {
  /** The version that the top of the page shows. */
  readonly version: number;
  /** The win that is being played, with the time at which it is over (Unix ms). */
  readonly win?: { readonly version: number; readonly until: number };
}

/** At rest at a version: after a seek, or when nothing is to be celebrated. */
export function settled(version: number): Showing {
  return { version };
}

/**
 * What to show now that the viewer stands at `target`, which moved there by playing or following.
 * A win plays to its end before the next thing shows; with two wins waiting behind it the queue is
 * given up for the final state.
 *
 * @param isWin whether a version is a win to be celebrated.
 */
export function advance(
  showing: Showing,
  target: number,
  now: number,
  isWin: (version: number) => boolean,
): Showing {
  if (target < showing.version) return settled(target);
  const wins: number[] = [];
  for (let v = showing.version + 1; v <= target; v += 1) if (isWin(v)) wins.push(v);

  if (showing.win && now < showing.win.until) {
    return wins.length >= 2 ? settled(target) : showing;
  }
  const next = wins[0];
  if (next === undefined || wins.length >= 3) return settled(target);
  return { version: next, win: { version: next, until: now + WIN_LENGTH } };
}

/** Until when (Unix ms) the name of the win that is played stands alone; undefined without one. */
export function namedUntil({ win }: Showing): number | undefined {
  return win && win.until - WIN_LENGTH + NAME_LENGTH;
}
