/** The live connection: resumes with a cursor, heals gaps, and knows how old its data is. */
import type { Board, Frame, LiveMessage } from '../types';
import { parseBare } from './bare';
import type { Cancel, Clock } from './clock';

export interface Cursor {
  readonly epoch: string;
  readonly version: number;
}

export interface SocketHandlers {
  message(text: string): void;
  /** @param retryIn what a server that restarts advises, in ms: others come back at other moments. */
  closed(retryIn?: number): void;
}

/** Opens a socket that resumes after the cursor, and returns how to close it. */
export type OpenSocket = (cursor: Cursor | undefined, handlers: SocketHandlers) => () => void;

export interface LiveListener {
  /** A whole board: of the epoch the connection now stands in. */
  keyframe(epoch: string, version: number, board: Board): void;
  frame(frame: Frame): void;
  /** A frame that had come before: whoever kept that one can compare. */
  again(frame: Frame): void;
  /** More has come than the server has: some of it was not its own. */
  beyond(): void;
  /** What the server's clock shows, as RFC 3339. */
  serverTime(now: string): void;
  /** The connection's freshness may have changed. */
  changed(): void;
}

/** How old the data is, not whether a socket is open. */
export type Freshness = 'connecting' | 'live' | 'stale' | 'lost';

export const STALE_AFTER = 25_000;
export const LOST_AFTER = 60_000;
const BACKOFF_FIRST = 500;
const BACKOFF_LAST = 10_000;

/** Full jitter: anywhere between nothing and a ceiling that doubles up to ten seconds. */
export function backoff(attempt: number, random: () => number): number {
  return random() * Math.min(BACKOFF_FIRST * 2 ** attempt, BACKOFF_LAST);
}

const RESTARTING = 1012;
const ADVICE = /^restart; retry in (\d{1,6}) ms$/;

/** After how many ms to come back, as the close of a socket tells it. */
export function advised(code: number, reason: string): number | undefined {
  const told = code === RESTARTING ? ADVICE.exec(reason)?.[1] : undefined;
  return told === undefined ? undefined : Number(told);
}

export class Live {
  readonly #open: OpenSocket;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #listener: LiveListener;

  #epoch: string | undefined;
  #version = 0;
  #hasBoard = false;
  #caughtUp = false;
  #freshAt: number | undefined;
  #warned = false;
  #offline = false;
  #attempt = 0;
  #close: (() => void) | undefined;
  #connection = 0;
  #retry: Cancel | undefined;
  #silence: Cancel | undefined;
  #aging: Cancel | undefined;
  #stopped = true;

  constructor(ports: {
    open: OpenSocket;
    clock: Clock;
    random: () => number;
    listener: LiveListener;
  }) {
    this.#open = ports.open;
    this.#clock = ports.clock;
    this.#random = ports.random;
    this.#listener = ports.listener;
  }

  /** When the page last knew itself to be up to date, in Unix ms. */
  get freshAt(): number | undefined {
    return this.#freshAt;
  }

  /** True from the start until the first connection has caught up, where something was kept. */
  get offline(): boolean {
    return this.#offline;
  }

  get caughtUp(): boolean {
    return this.#caughtUp;
  }

  get freshness(): Freshness {
    if (this.#freshAt === undefined) return 'connecting';
    const age = this.#clock.now() - this.#freshAt;
    if (age >= LOST_AFTER) return 'lost';
    return this.#warned || age >= STALE_AFTER ? 'stale' : 'live';
  }

  start(): void {
    this.#stopped = false;
    this.#connect();
  }

  stop(): void {
    this.#stopped = true;
    this.#drop();
    this.#aging?.();
  }

  /** There is something to show that was kept: it is as old as that. */
  since(at: number): void {
    if (this.#freshAt !== undefined) return;
    this.#freshAt = at;
    this.#offline = this.#warned = true;
    const left = Math.max(at + LOST_AFTER - this.#clock.now(), 0);
    this.#aging = this.#clock.after(left, () => this.#listener.changed());
  }

  /** Try now instead of waiting: the network came back, or the page was woken. */
  wake(): void {
    if (this.#stopped) return;
    if (this.#close === undefined) {
      this.#attempt = 0;
      this.#connect();
    } else if (this.freshness !== 'live') {
      this.#reconnect();
    }
    this.#listener.changed();
  }

  /**
   * What came cannot be trusted: begin with a keyframe.
   *
   * @param attempt how often that has been tried: it is waited longer each time.
   */
  restart(attempt: number): void {
    this.#hasBoard = false;
    this.#attempt = Math.max(this.#attempt, attempt);
    if (!this.#stopped) this.#reconnect();
  }

  #connect(): void {
    this.#drop();
    const connection = this.#connection;
    const cursor =
      this.#hasBoard && this.#epoch !== undefined
        ? { epoch: this.#epoch, version: this.#version }
        : undefined;
    const mine = (act: () => void) => (): void => {
      if (connection === this.#connection) act();
    };
    this.#close = this.#open(cursor, {
      message: (text) => mine(() => this.#receive(text))(),
      closed: (retryIn) => mine(() => this.#reconnect(retryIn))(),
    });
    this.#listen();
  }

  #drop(): void {
    this.#connection += 1;
    this.#caughtUp = false;
    this.#retry?.();
    this.#silence?.();
    this.#close?.();
    this.#close = undefined;
  }

  #reconnect(retryIn?: number): void {
    this.#drop();
    if (this.#stopped) return;
    const wait = retryIn ?? backoff(this.#attempt, this.#random);
    this.#attempt += 1;
    this.#retry = this.#clock.after(wait, () => this.#connect());
    this.#listener.changed();
  }

  /** A connection that says nothing is taken for dead: the server beats every ten seconds. */
  #listen(): void {
    this.#silence?.();
    this.#silence = this.#clock.after(STALE_AFTER, () => this.#reconnect());
  }

  #receive(text: string): void {
    this.#listen();
    let message: LiveMessage;
    try {
      message = parseBare<LiveMessage>(text);
    } catch {
      this.#reconnect();
      return;
    }
    this.#handle(message);
    if (this.#caughtUp) this.#fresh();
  }

  #handle(message: LiveMessage): void {
    switch (message.type) {
      case 'hello':
        this.#listener.serverTime(message.server_time);
        if (message.epoch !== this.#epoch) this.#enter(message.epoch);
        else if (this.#hasBoard && message.version < this.#version) this.#listener.beyond();
        break;
      case 'resync':
        this.#enter(message.epoch);
        break;
      case 'keyframe':
        if (this.#epoch === undefined) break;
        this.#version = message.version;
        this.#hasBoard = true;
        this.#listener.keyframe(this.#epoch, message.version, message.board);
        break;
      case 'frame':
        this.#frame(message);
        break;
      case 'caught-up':
        this.#caughtUp = true;
        this.#warned = this.#offline = false;
        this.#attempt = 0;
        break;
      case 'heartbeat':
        this.#listener.serverTime(message.server_time);
        if (!this.#caughtUp) break;
        if (message.version > this.#version) this.#reconnect();
        else if (message.version < this.#version) this.#listener.beyond();
        break;
    }
  }

  #enter(epoch: string): void {
    this.#epoch = epoch;
    this.#hasBoard = false;
    this.#caughtUp = false;
  }

  #frame(frame: Frame): void {
    if (this.#hasBoard && frame.version <= this.#version) {
      this.#listener.again(frame);
      return;
    }
    if (!this.#hasBoard || frame.version > this.#version + 1) {
      this.#reconnect();
      return;
    }
    this.#version = frame.version;
    this.#listener.frame(frame);
  }

  #fresh(): void {
    this.#freshAt = this.#clock.now();
    this.#aging?.();
    this.#aging = this.#clock.after(STALE_AFTER, () => {
      this.#warned = true;
      this.#listener.changed();
      this.#aging = this.#clock.after(LOST_AFTER - STALE_AFTER, () => this.#listener.changed());
    });
    this.#listener.changed();
  }
}
