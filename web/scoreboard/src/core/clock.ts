/** Time as an argument: the page's clock, or a test's. */

export type Cancel = () => void;

export interface Clock {
  /** Unix time in ms. */
  now(): number;
  after(ms: number, run: () => void): Cancel;
}

export const wallClock: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
