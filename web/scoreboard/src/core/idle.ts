/** Tells when nothing has stirred for a while. */
import type { Cancel, Clock } from './clock';

export class Idle {
  readonly #clock: Clock;
  readonly #after: number;
  readonly #changed: (idle: boolean) => void;
  #idle = false;
  #timer: Cancel | undefined;

  /** @param after so many ms. */
  constructor(clock: Clock, after: number, changed: (idle: boolean) => void) {
    this.#clock = clock;
    this.#after = after;
    this.#changed = changed;
  }

  stirred(): void {
    this.#set(false);
    this.stop();
    this.#timer = this.#clock.after(this.#after, () => this.#set(true));
  }

  stop(): void {
    this.#timer?.();
  }

  #set(idle: boolean): void {
    if (idle === this.#idle) return;
    this.#idle = idle;
    this.#changed(idle);
  }
}
