/** The live connection: resumes with a cursor, heals gaps, and knows how old its data is. */
import type { Board, Frame, LiveMessage } from '../types';
import { parseBare } from './bare';
import type { Cancel, Clock } from './clock';
import { Ways, type Cursor, type OpenWay } from './ways';

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
/** What was heard of within so many ms needs no other look when the page is woken. */
const AWAKE = 5000;
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
  readonly #ways: Ways;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #listener: LiveListener;

  #epoch: string | undefined;
  #version = 0;
  #hasBoard = false;
  #caughtUp = false;
  /** Whether any connection has ever caught up. */
  #heard = false;
  #freshAt: number | undefined;
  /** Since when it is tried to be up to date, in Unix ms. */
  #begunAt: number | undefined;
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
    /** Best first. */
    ways: readonly OpenWay[];
    clock: Clock;
    random: () => number;
    listener: LiveListener;
  }) {
    this.#ways = new Ways(ports);
    this.#clock = ports.clock;
    this.#random = ports.random;
    this.#listener = ports.listener;
  }

  /** When the page last knew itself to be up to date, in Unix ms; undefined where it never did. */
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
    const age = this.#sinceFresh();
    if (age >= LOST_AFTER) return 'lost';
    if (this.#warned || age >= STALE_AFTER) return 'stale';
    return this.#heard ? 'live' : 'connecting';
  }

  start(): void {
    this.#stopped = false;
    this.#begunAt = this.#clock.now();
    if (this.#freshAt === undefined) this.#age(this.#begunAt);
    this.#connect();
  }

  stop(): void {
    this.#stopped = true;
    this.#drop();
    this.#aging?.();
  }

  /**
   * There is something to show before the connection has caught up: it is as old as that.
   *
   * @param kept it does not come from the server, which may be out of reach.
   */
  since(at: number, kept: boolean): void {
    if (this.#freshAt !== undefined) return;
    this.#freshAt = at;
    this.#offline = this.#warned = kept;
    this.#age(at);
  }

  /**
   * Try now instead of waiting: the page was woken, or the network came back.
   *
   * @param moved the network may be another one, on which what is open is dead.
   */
  wake(moved = false): void {
    if (this.#stopped) return;
    const lesser = this.#ways.lesser && this.#sinceFresh() > AWAKE;
    if (moved || lesser || this.#close === undefined) this.#ways.hope();
    if (this.#close === undefined || moved) {
      this.#attempt = 0;
      this.#connect();
    } else if (lesser || this.freshness !== 'live') {
      this.#reconnect();
    }
    this.#listener.changed();
  }

  /** Let go of the connection until it is woken: a page that is put aside must hold none. */
  rest(): void {
    this.#drop();
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
    const mine = (act: () => void) => (): void => {
      if (connection === this.#connection) act();
    };
    this.#listen();
    const close = this.#ways.open(() => this.#cursor(), {
      message: (text) => mine(() => this.#receive(text))(),
      closed: (retryIn) => mine(() => this.#reconnect(retryIn))(),
    });
    if (connection === this.#connection) this.#close = close;
    else close();
  }

  #sinceFresh(): number {
    const now = this.#clock.now();
    return now - (this.#freshAt ?? this.#begunAt ?? now);
  }

  #cursor(): Cursor | undefined {
    if (!this.#hasBoard || this.#epoch === undefined) return undefined;
    return { epoch: this.#epoch, version: this.#version };
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
    this.#silence = this.#clock.after(STALE_AFTER, () => {
      this.#ways.doubt();
      this.#reconnect();
    });
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
        // A way may come back by itself, or give place to a better one.
        this.#caughtUp = false;
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
        this.#caughtUp = this.#heard = true;
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
    this.#age(this.#freshAt);
    this.#listener.changed();
  }

  /** Say when what was true at that moment becomes stale, and when it is lost. */
  #age(at: number): void {
    this.#aging?.();
    const next = [STALE_AFTER, LOST_AFTER].find((age) => at + age > this.#clock.now());
    if (next === undefined) return;
    this.#aging = this.#clock.after(at + next - this.#clock.now(), () => {
      this.#warned = true;
      this.#listener.changed();
      this.#age(at);
    });
  }
}
