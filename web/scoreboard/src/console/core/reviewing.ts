/** Asks what a post would lead to, as often as it takes to get an answer. */
import type { Cancel, Clock } from '../../core/clock';
import { backoff } from '../../core/socket';
import type { CeremonyEvent, Frame } from '../../types';
import { isPassing, problemOf, type Ask } from './ask';
import type { Waiting } from './posting';

export type Reviewed =
  /** The frame that would be, on this head. */
  | { readonly is: 'frame'; readonly frame: Frame; readonly head: number }
  /** Nothing would be appended, or a rule says that the category is decided: posting tells more. */
  | { readonly is: 'settled-elsewhere' }
  | { readonly is: 'refused'; readonly sentence: string }
  | { readonly is: 'signed-out'; readonly sentence: string };

export interface ReviewPorts {
  readonly ask: Ask;
  readonly clock: Clock;
  readonly random: () => number;
  /** It goes on asking; undefined once it no longer waits. */
  readonly waits: (why: Waiting | undefined) => void;
}

const SOONEST = 300;

export class Review {
  readonly #path: string;
  readonly #ports: ReviewPorts;
  #run = 0;
  #timer: Cancel | undefined;
  #again: (() => void) | undefined;

  constructor(ceremony: string, ports: ReviewPorts) {
    this.#path = `/api/ceremonies/${ceremony}/events?dry_run=true`;
    this.#ports = ports;
  }

  /** Nobody wants to know any more. */
  cancel(): void {
    this.#run += 1;
    this.#timer?.();
    this.#again = undefined;
    this.#ports.waits(undefined);
  }

  /** Try now instead of waiting. */
  wake(): void {
    this.#again?.();
  }

  ask(event: CeremonyEvent, then: (reviewed: Reviewed) => void): void {
    this.cancel();
    const run = this.#run;
    let failed = 0;
    const wait = (why: Waiting, atLeast = 0): void => {
      this.#ports.waits(why);
      this.#again = () => {
        this.#timer?.();
        this.#again = undefined;
        void once();
      };
      const ms = Math.max(backoff(failed, this.#ports.random), SOONEST, atLeast);
      failed += 1;
      this.#timer = this.#ports.clock.after(ms, () => this.#again?.());
    };
    const once = async (): Promise<void> => {
      let answer;
      try {
        answer = await this.#ports.ask({ method: 'POST', path: this.#path, body: event });
      } catch {
        if (run === this.#run) wait('link');
        return;
      }
      if (run !== this.#run) return;
      if (isPassing(answer)) {
        wait(answer.status === 429 ? 'busy' : 'unavailable', answer.retryAfter);
        return;
      }
      this.cancel();
      then(reviewedBy(answer));
    };
    void once();
  }
}

function reviewedBy(answer: Awaited<ReturnType<Ask>>): Reviewed {
  if (answer.status === 200 && answer.etag === undefined) {
    const { frame, version } = answer.body as { frame: Frame; version: number };
    return { is: 'frame', frame, head: version - 1 };
  }
  if (answer.status === 200) return { is: 'settled-elsewhere' };
  const { detail: sentence, rule } = problemOf(answer);
  if (answer.status === 401) return { is: 'signed-out', sentence };
  return rule === 'decided' ? { is: 'settled-elsewhere' } : { is: 'refused', sentence };
}
