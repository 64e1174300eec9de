/** What goes on at the desk, kept open: comes back by itself, and knows how old its news is. */
import { parseBare } from '../../core/bare';
import type { Cancel, Clock } from '../../core/clock';
import { backoff, STALE_AFTER } from '../../core/socket';
import type { DeskMessage } from './types';

export interface StreamHandlers {
  message(data: string): void;
  /** @param status of an answer that was no stream; undefined where the link broke. */
  closed(status?: number, retryAfter?: number): void;
}

/** Opens the stream, and returns how to close it. */
export type OpenStream = (handlers: StreamHandlers) => () => void;

export interface WatchListener {
  message(message: DeskMessage): void;
  /** The token is good for nothing any more, or not for this desk. */
  denied(status: 401 | 403 | 404): void;
  changed(): void;
}

export class Watch {
  readonly #open: OpenStream;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #listener: WatchListener;
  #freshAt: number | undefined;
  #attempt = 0;
  #connection = 0;
  #close: (() => void) | undefined;
  #retry: Cancel | undefined;
  #silence: Cancel | undefined;
  #stopped = true;

  constructor(ports: {
    readonly open: OpenStream;
    readonly clock: Clock;
    readonly random: () => number;
    readonly listener: WatchListener;
  }) {
    this.#open = ports.open;
    this.#clock = ports.clock;
    this.#random = ports.random;
    this.#listener = ports.listener;
  }

  /** When it last heard anything, in Unix ms. */
  get freshAt(): number | undefined {
    return this.#freshAt;
  }

  /** Whether a stream is open on which something has come. */
  get connected(): boolean {
    return this.#close !== undefined && this.#attempt === 0;
  }

  start(): void {
    this.#stopped = false;
    this.#connect();
  }

  stop(): void {
    this.#stopped = true;
    this.#drop();
  }

  /** Try now instead of waiting. */
  wake(): void {
    if (this.#stopped || this.#close) return;
    this.#attempt = 0;
    this.#connect();
  }

  #connect(): void {
    this.#drop();
    const connection = this.#connection;
    this.#close = this.#open({
      message: (data) => {
        if (connection === this.#connection) this.#receive(data);
      },
      closed: (status, retryAfter) => {
        if (connection === this.#connection) this.#closed(status, retryAfter);
      },
    });
    this.#listen();
  }

  #drop(): void {
    this.#connection += 1;
    this.#retry?.();
    this.#silence?.();
    this.#close?.();
    this.#close = undefined;
  }

  #closed(status?: number, retryAfter = 0): void {
    if (status === 401 || status === 403 || status === 404) {
      this.stop();
      this.#listener.denied(status);
      return;
    }
    this.#reconnect(retryAfter);
  }

  #reconnect(atLeast = 0): void {
    this.#drop();
    const wait = backoff(this.#attempt, this.#random);
    this.#attempt += 1;
    this.#retry = this.#clock.after(Math.max(wait, atLeast), () => this.#connect());
    this.#listener.changed();
  }

  /** A stream that says nothing is taken for dead: the server beats every ten seconds. */
  #listen(): void {
    this.#silence?.();
    this.#silence = this.#clock.after(STALE_AFTER, () => this.#reconnect());
  }

  #receive(data: string): void {
    let message: DeskMessage;
    try {
      message = parseBare<DeskMessage>(data);
    } catch {
      this.#reconnect();
      return;
    }
    this.#listen();
    this.#attempt = 0;
    this.#freshAt = this.#clock.now();
    if (message.type === 'revoked') {
      this.stop();
      this.#listener.denied(401);
      return;
    }
    this.#listener.message(message);
    this.#listener.changed();
  }
}
