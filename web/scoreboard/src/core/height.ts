/** What the widget tells the page that embeds it: how high it would like to be. */
import type { Cancel, Clock } from './clock';

export interface HeightMessage {
  readonly type: 'awards-night:height';
  /** The ceremony. */
  readonly id: string;
  /** CSS px, whole. */
  readonly height: number;
}

/** Changes within this many ms are told as one. */
const SETTLE = 100;

export class HeightTeller {
  readonly #id: string;
  readonly #clock: Clock;
  readonly #tell: (message: HeightMessage) => void;
  #told: number | undefined;
  #timer: Cancel | undefined;

  constructor(id: string, clock: Clock, tell: (message: HeightMessage) => void) {
    this.#id = id;
    this.#clock = clock;
    this.#tell = tell;
  }

  measured(height: number): void {
    this.stop();
    this.#timer = this.#clock.after(SETTLE, () => {
      const whole = Math.ceil(height);
      if (whole === this.#told) return;
      this.#told = whole;
      this.#tell({ type: 'awards-night:height', id: this.#id, height: whole });
    });
  }

  stop(): void {
    this.#timer?.();
  }
}
