/** Does a thing at once, then at most once in a while: the last of what was asked meanwhile. */
import type { Cancel, Clock } from './clock';

export interface Seldom {
  /** Replaces what waits. */
  ask(work: () => void): void;
  /** Does at once what waits, as before a page goes. */
  flush(): void;
}

/** @param pause in ms, between two times. */
export function seldom(clock: Pick<Clock, 'after'>, pause: number): Seldom {
  let waiting: (() => void) | undefined;
  let resting: Cancel | undefined;
  const rest = (): void => {
    resting = clock.after(pause, () => {
      resting = undefined;
      flush();
    });
  };
  const flush = (): void => {
    const work = waiting;
    waiting = undefined;
    work?.();
    if (work && !resting) rest();
  };
  return {
    ask(work) {
      waiting = work;
      if (!resting) flush();
    },
    flush,
  };
}
