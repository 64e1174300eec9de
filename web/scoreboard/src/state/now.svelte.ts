/** The time of day by the server's clock, once a second. */
import { wallClock } from '../core/clock';
import { serverTime } from './servertime.svelte';

export class Now {
  /** By the device's own clock, which never jumps: for what only lasts some time here. */
  here: number = $state(wallClock.now());
  readonly ms: number = $derived(this.here + serverTime.ahead);

  run(): () => void {
    const timer = setInterval(() => (this.here = wallClock.now()), 1000);
    return () => clearInterval(timer);
  }
}
