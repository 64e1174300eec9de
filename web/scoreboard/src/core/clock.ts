/** Time as an argument: the page's clock, or a test's. */

export type Cancel = () => void;

export interface Clock {
  /** Unix time in ms. */
  now(): number;
  after(ms: number, run: () => void): Cancel;
}

/** What a clock of the day shows more than has passed, in ms, is a device that slept, or a new setting. */
const SLEPT = 1000;

/**
 * The time of day, which is never set back: by what has passed since the first look. A monotonic
 * clock may stand still while the device sleeps; then the clock of the day tells how long that was.
 *
 * @param day a clock that may be set, in Unix ms.
 * @param passed a clock that may not, in ms.
 */
export function steadyTime(day: () => number, passed: () => number): () => number {
  let [seen, ran] = [day(), passed()];
  let time = seen;
  return () => {
    const [sees, runs] = [day(), passed()];
    const slept = sees - seen - (runs - ran);
    time += runs - ran + (slept > SLEPT ? slept : 0);
    [seen, ran] = [sees, runs];
    return time;
  };
}

export const wallClock: Clock = {
  now: steadyTime(
    () => Date.now(),
    () => performance.now(),
  ),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
