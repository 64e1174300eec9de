/** A change of a programme that stands: tried first, then posted, on the head it was made for. */
import { wallClock } from '../../core/clock';
import type { CeremonyEvent, Frame } from '../../types';
import { Poster } from '../core/poster';
import type { Outcome, Proposal, Waiting } from '../core/posting';
import { Review } from '../core/reviewing';
import { session } from '../state/session.svelte';
import { newKey } from './keys';

export class Change {
  stage: 'forming' | 'reviewing' | 'reviewed' | 'posting' = $state('forming');
  /** What it would lead to. */
  frame: Frame | undefined = $state.raw();
  waiting: Waiting | undefined = $state();
  outcome: Outcome | undefined = $state.raw();
  #proposal: Proposal | undefined;
  readonly #poster: Poster;
  readonly #review: Review;

  constructor(ceremony: string) {
    const ports = { ask: session.ask, clock: wallClock, random: Math.random };
    this.#review = new Review(ceremony, { ...ports, waits: (why) => (this.waiting = why) });
    this.#poster = new Poster(ceremony, {
      ...ports,
      me: () => session.grant?.name ?? '',
      changed: (posting) => {
        this.waiting = posting?.state === 'waiting' ? posting.why : undefined;
      },
      signedOut: () => session.lapse(),
    });
  }

  /** @param head that it was made on: if somebody changed the same since, it is not posted. */
  review(event: CeremonyEvent, head: number): void {
    this.#proposal = { key: newKey(), event, head };
    this.outcome = undefined;
    this.stage = 'reviewing';
    this.#review.ask(event, (reviewed) => {
      switch (reviewed.is) {
        case 'frame':
          this.frame = reviewed.frame;
          this.stage = 'reviewed';
          break;
        case 'settled-elsewhere':
          void this.post(); // The answer to the post itself says what there is to say.
          break;
        case 'refused':
          this.outcome = { is: 'refused', sentence: reviewed.sentence };
          this.stage = 'forming';
          break;
        case 'signed-out':
          session.lapse();
          this.stage = 'forming';
          break;
      }
    });
  }

  async post(): Promise<void> {
    if (!this.#proposal) return;
    this.stage = 'posting';
    this.outcome = await this.#poster.post(this.#proposal);
    this.#proposal = this.frame = undefined;
    this.stage = 'forming';
  }

  /** To what is being typed; nothing was posted. */
  back(): void {
    this.#review.cancel();
    this.#proposal = this.frame = undefined;
    this.stage = 'forming';
  }

  /** There is a link, or a token, again. */
  wake(): void {
    this.#review.wake();
    this.#poster.wake();
  }

  /** What is under way was meant for a history that has ended. */
  drop(): void {
    this.#poster.drop();
  }
}
