/** Has a programme tried by the server whenever it has changed, and says what it makes of it. */
import type { Cancel, Clock } from '../../core/clock';
import { backoff } from '../../core/socket';
import { isPassing, problemOf, type Answer, type Ask } from '../core/ask';
import type { Waiting } from '../core/posting';
import { mistakesOf, type Mistake } from './mistakes';
import { questionOf } from './sending';
import { formatOf, type Manuscript, type Programme, type Scheduled } from './types';

export type Verdict =
  | { readonly is: 'empty' }
  | { readonly is: 'checking' }
  /** No answer yet; it goes on asking. */
  | { readonly is: 'waiting'; readonly why: Waiting }
  | { readonly is: 'good'; readonly programme: Programme }
  | { readonly is: 'wrong'; readonly mistakes: readonly Mistake[] }
  /** Not with this token. */
  | { readonly is: 'denied'; readonly sentence: string };

export interface CheckPorts {
  readonly ask: Ask;
  readonly clock: Clock;
  readonly random: () => number;
  readonly changed: (verdict: Verdict) => void;
  readonly signedOut: () => void;
}

/** Typing that pauses so long, in ms, is looked at. */
export const PAUSE = 500;
const SOONEST = 300;

export class Checker {
  readonly #ports: CheckPorts;
  #run = 0;
  #timer: Cancel | undefined;
  #again: (() => void) | undefined;

  constructor(ports: CheckPorts) {
    this.#ports = ports;
  }

  /** @param after ms without another change. */
  check(manuscript: Manuscript, after = PAUSE): void {
    this.stop();
    if (manuscript.text.trim() === '') {
      this.#ports.changed({ is: 'empty' });
      return;
    }
    this.#ports.changed({ is: 'checking' });
    this.#later(after, () => void this.#ask(this.#run, manuscript, 0));
  }

  /** Try now instead of waiting. */
  wake(): void {
    this.#again?.();
  }

  stop(): void {
    this.#run += 1;
    this.#timer?.();
    this.#again = undefined;
  }

  #later(ms: number, run: () => void): void {
    this.#again = () => {
      this.#timer?.();
      this.#again = undefined;
      run();
    };
    this.#timer = this.#ports.clock.after(ms, () => this.#again?.());
  }

  async #ask(run: number, manuscript: Manuscript, failed: number): Promise<void> {
    const wait = (why: Waiting, atLeast = 0): void => {
      this.#ports.changed({ is: 'waiting', why });
      const ms = Math.max(backoff(failed, this.#ports.random), SOONEST, atLeast);
      this.#later(ms, () => void this.#ask(run, manuscript, failed + 1));
    };
    let answer;
    try {
      answer = await this.#ports.ask(questionOf(manuscript));
    } catch {
      if (run === this.#run) wait('link');
      return;
    }
    if (run !== this.#run) return;
    if (isPassing(answer)) {
      wait(answer.status === 429 ? 'busy' : 'unavailable', answer.retryAfter);
      return;
    }
    if (answer.status === 401) {
      this.#later(0x7fffffff, () => void this.#ask(run, manuscript, 0));
      this.#ports.signedOut();
      return;
    }
    this.#ports.changed(verdictOf(answer, manuscript.text));
  }
}

/** What an answer that is final means. */
export function verdictOf(answer: Answer, text: string): Verdict {
  if (answer.status === 403) return { is: 'denied', sentence: problemOf(answer).detail };
  if (answer.status > 201) return { is: 'wrong', mistakes: mistakesOf(answer, text) };
  const { programme } = answer.body as Scheduled;
  if (programme) return { is: 'good', programme };
  // Of JSON that was found good, the text itself is what would be scheduled.
  const plain = formatOf(text) === 'json' ? text.replace(/^\uFEFF/, '') : '{}';
  return { is: 'good', programme: JSON.parse(plain) as Programme };
}
