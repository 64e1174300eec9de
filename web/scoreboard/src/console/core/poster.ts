/** Carries events to the log, one after the other, each until it is known what became of it. */
import type { Cancel, Clock } from '../../core/clock';
import { backoff } from '../../core/socket';
import type { Ask } from './ask';
import {
  begun,
  resumed,
  step,
  type Input,
  type Outcome,
  type Posting,
  type Proposal,
} from './posting';
import type { Said } from './types';

export interface PosterPorts {
  readonly ask: Ask;
  readonly clock: Clock;
  readonly random: () => number;
  /** Whose token is sent. */
  readonly me: () => string;
  /** On every change; undefined once nothing is under way. */
  readonly changed: (posting: Posting | undefined) => void;
  /** The token is good for nothing any more. */
  readonly signedOut: (sentence: string) => void;
}

/** The shortest wait between two tries, in ms. */
const SOONEST = 300;
const PAGE = 500;

export class Poster {
  readonly #root: string;
  readonly #ports: PosterPorts;
  #tail: Promise<unknown> = Promise.resolve();
  #current: Posting | undefined;
  #input: ((input: Input) => void) | undefined;
  #timer: Cancel | undefined;

  constructor(ceremony: string, ports: PosterPorts) {
    this.#root = `/api/ceremonies/${ceremony}`;
    this.#ports = ports;
  }

  get current(): Posting | undefined {
    return this.#current;
  }

  /** Resolves once it is known what became of it, however long that takes. */
  post(proposal: Proposal): Promise<Outcome> {
    return this.#queue(() => begun(proposal));
  }

  /** What another load of the page did not see the end of. */
  resume(proposal: Proposal): Promise<Outcome> {
    return this.#queue(() => resumed(proposal));
  }

  /** Try now instead of waiting: the network, or a token, is there again. */
  wake(): void {
    this.#input?.({ type: 'woken' });
  }

  /** What is under way was meant for a history that has ended. */
  drop(): void {
    this.#input?.({ type: 'drop' });
  }

  #queue(first: () => Posting): Promise<Outcome> {
    const run = this.#tail.then(() => this.#carry(first()));
    this.#tail = run;
    return run;
  }

  #carry(first: Posting): Promise<Outcome> {
    return new Promise((resolve) => {
      const enter = (posting: Posting): void => {
        this.#timer?.();
        this.#current = posting;
        this.#input = (input) => {
          // What belongs to an earlier state of it comes too late.
          if (this.#current !== posting) return;
          const next = step(posting, input, this.#ports.me());
          if (next !== posting) enter(next);
        };
        if (posting.state === 'settled') {
          this.#current = this.#input = undefined;
          this.#ports.changed(undefined);
          resolve(posting.outcome);
          return;
        }
        this.#ports.changed(posting);
        this.#do(posting, this.#input);
      };
      enter(first);
    });
  }

  #do(posting: Posting, input: (input: Input) => void): void {
    const lost = (): void => input({ type: 'lost' });
    switch (posting.state) {
      case 'sending':
        this.#send(posting.proposal).then((answer) => input({ type: 'answer', answer }), lost);
        break;
      case 'looking':
        this.#look(posting.after).then((log) => input({ type: 'seen', log }), lost);
        break;
      case 'waiting': {
        const wait = backoff(posting.failed, this.#ports.random);
        this.#timer = this.#ports.clock.after(Math.max(wait, SOONEST, posting.atLeast), () =>
          input({ type: 'woken' }),
        );
        break;
      }
      case 'held':
        this.#ports.signedOut(posting.sentence);
        break;
      case 'settled':
        break;
    }
  }

  #send({ key, event, head, epoch }: Proposal): ReturnType<Ask> {
    return this.#ports.ask({
      method: 'POST',
      path: `${this.#root}/events`,
      body: event,
      headers: {
        'Idempotency-Key': key,
        ...(head === undefined
          ? {}
          : { 'If-Match': epoch === undefined ? `"${head}"` : `"${epoch}:${head}"` }),
      },
    });
  }

  async #look(after: number): Promise<readonly Said[]> {
    const log: Said[] = [];
    for (;;) {
      const from = log.at(-1)?.version ?? after;
      const path = `${this.#root}/log?after=${from}&limit=${PAGE}`;
      const { status, body } = await this.#ports.ask({ method: 'GET', path });
      if (status !== 200) throw new Error(`the log answers ${status}`);
      const { events, head } = body as { events: readonly Said[]; head: number };
      log.push(...events);
      if (events.length === 0 || (log.at(-1)?.version ?? 0) >= head) return log;
    }
  }
}
