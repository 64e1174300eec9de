/** Puts a programme on the calendar: sent with one key until it is known what became of it. */
import type { Clock } from '../../core/clock';
import { backoff } from '../../core/socket';
import { isPassing, problemOf, type Ask } from '../core/ask';
import type { Waiting } from '../core/posting';
import { mistakesOf, type Mistake } from './mistakes';
import { questionOf } from './sending';
import type { Manuscript, Scheduled } from './types';

export type Settled =
  /** `before`: it was scheduled already, exactly so. */
  | { readonly is: 'scheduled'; readonly id: string; readonly before: boolean }
  | {
      readonly is: 'refused';
      readonly sentence: string;
      readonly mistakes: readonly Mistake[];
    }
  | { readonly is: 'signed-out' };

export interface SchedulePorts {
  readonly ask: Ask;
  readonly clock: Clock;
  readonly random: () => number;
  readonly newKey: () => string;
  readonly waits: (why: Waiting | undefined) => void;
}

const SOONEST = 300;

export class Scheduler {
  readonly #ports: SchedulePorts;
  /** What was sent and not settled, with its key. */
  #open: { readonly key: string; readonly what: string } | undefined;
  #again: (() => void) | undefined;

  constructor(ports: SchedulePorts) {
    this.#ports = ports;
  }

  /** Try now instead of waiting. */
  wake(): void {
    this.#again?.();
  }

  /** Resolves once it is known what became of it, however long that takes. */
  async schedule(manuscript: Manuscript): Promise<Settled> {
    const what = JSON.stringify(manuscript);
    if (this.#open?.what !== what) this.#open = { key: this.#ports.newKey(), what };
    const { key } = this.#open;
    for (let failed = 0; ; failed += 1) {
      let why: Waiting = 'link';
      let atLeast = 0;
      try {
        const answer = await this.#ports.ask(questionOf(manuscript, key));
        if (!isPassing(answer)) {
          this.#ports.waits(undefined);
          if (answer.status === 401) return { is: 'signed-out' };
          this.#open = undefined;
          if (answer.status > 201) {
            const mistakes = mistakesOf(answer, manuscript.text);
            return { is: 'refused', sentence: problemOf(answer).detail, mistakes };
          }
          const { id } = answer.body as Scheduled;
          return { is: 'scheduled', id, before: answer.status === 200 && failed === 0 };
        }
        why = answer.status === 429 ? 'busy' : 'unavailable';
        atLeast = answer.retryAfter ?? 0;
      } catch {
        // Nobody knows whether it arrived: the same key is sent again.
      }
      this.#ports.waits(why);
      await this.#pause(Math.max(backoff(failed, this.#ports.random), SOONEST, atLeast));
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#ports.clock.after(ms, () => this.#again?.());
      this.#again = () => {
        cancel();
        this.#again = undefined;
        resolve();
      };
    });
  }
}
