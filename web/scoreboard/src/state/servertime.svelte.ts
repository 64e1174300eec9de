/** The time of day as the server's clock shows it: the device's own may be wrong. */
import { wallClock, type Clock } from '../core/clock';

/** What differs by less, in ms, is the network's delay; a clock that jumps by it would flicker. */
const NOTHING = 500;

class ServerTime {
  /** The server's clock less the device's, in ms; 0 until the server has told the time. */
  ahead: number = $state(0);

  learn(ahead: number): void {
    if (Math.abs(ahead - this.ahead) >= NOTHING) this.ahead = ahead;
  }

  /** Unix time in ms. */
  now(): number {
    return wallClock.now() + this.ahead;
  }
}

export const serverTime = new ServerTime();

/** For what is held against times of the server. */
export const serverClock: Clock = {
  now: () => serverTime.now(),
  after: (ms, run) => wallClock.after(ms, run),
};
