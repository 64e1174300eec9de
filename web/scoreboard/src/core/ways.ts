/** The ways to the live feed, best first: of those that work, the best one is kept. */
import type { Cancel, Clock } from './clock';

export interface Cursor {
  readonly epoch: string;
  readonly version: number;
}

export interface WayHandlers {
  message(text: string): void;
  /** @param retryIn not to come back earlier than in so many ms. */
  closed(retryIn?: number): void;
}

/**
 * Opens one way to the live feed after the cursor, and returns how to close it. Every way says the
 * same messages: a socket, an event stream, or pages that are asked for again and again.
 */
export type OpenWay = (cursor: Cursor | undefined, handlers: WayHandlers) => () => void;

/** What may not answer at all gets so many ms before the next way is tried beside it. */
export const HEAD_START = 2000;
/** A better way than the one in use is tried again after so many ms, then after twice as many. */
const TRY_FIRST = 60_000;
const TRY_LAST = 600_000;
/** A better way has so many ms to say something. */
const TRY_FOR = 5000;

interface Contender {
  readonly way: number;
  close(): void;
}

export class Ways {
  readonly #ways: readonly OpenWay[];
  readonly #clock: Clock;
  readonly #random: () => number;
  /** The way that worked last. */
  #last = 0;
  #wait = TRY_FIRST;

  constructor(ports: {
    readonly ways: readonly OpenWay[];
    readonly clock: Clock;
    readonly random: () => number;
  }) {
    this.#ways = ports.ways;
    this.#clock = ports.clock;
    this.#random = ports.random;
  }

  /** Whether a way is in use that is not the best. */
  get lesser(): boolean {
    return this.#last > 0;
  }

  /** Begin with the best way again: the network may be another one. */
  hope(): void {
    this.#last = 0;
    this.#wait = TRY_FIRST;
  }

  /** The way in use went silent: begin with the one after it. */
  doubt(): void {
    this.#last = (this.#last + 1) % this.#ways.length;
  }

  /**
   * Opens the way that worked last. Where it is closed before it has said anything, the next one is
   * opened; where it is silent, the next one is opened beside it, and the first to speak is kept.
   * On any way but the best, better ones are tried from time to time, while that one goes on.
   *
   * @param cursor asked for whenever a way is opened.
   */
  open(cursor: () => Cursor | undefined, handlers: WayHandlers): () => void {
    const order = [this.#last, ...this.#ways.keys()].filter(
      (way, i, all) => all.indexOf(way) === i,
    );
    const open = new Set<Contender>();
    let kept: Contender | undefined;
    let timer: Cancel | undefined;
    let over = false;
    let retryIn: number | undefined;

    const end = (): void => {
      over = true;
      timer?.();
      open.forEach((each) => each.close());
      open.clear();
    };

    const keep = (mine: Contender): void => {
      kept = mine;
      this.#last = mine.way;
      timer?.();
      for (const each of open) if (each !== mine) each.close();
      open.clear();
      open.add(mine);
      if (mine.way === 0) this.#wait = TRY_FIRST;
      else later();
    };

    const enter = (way: number, failed: () => void): void => {
      let close: (() => void) | undefined;
      let closed = false;
      const mine: Contender = {
        way,
        close: () => {
          closed = true;
          close?.();
        },
      };
      open.add(mine);
      const gone = (advice?: number): void => {
        if (closed || over) return;
        mine.close();
        open.delete(mine);
        if (kept === mine) {
          end();
          handlers.closed(advice);
          return;
        }
        if (advice !== undefined) retryIn = Math.max(retryIn ?? 0, advice);
        failed();
      };
      try {
        close = this.#ways[way]?.(cursor(), {
          message: (text) => {
            if (closed || over) return;
            if (kept !== mine) keep(mine);
            handlers.message(text);
          },
          closed: gone,
        });
      } catch {
        // A browser may have no such way, or forbid it.
        gone();
      }
      if (closed) close?.();
    };

    const race = (): void => {
      timer?.();
      const way = order.shift();
      if (way === undefined) {
        if (open.size > 0 || over) return;
        end();
        handlers.closed(retryIn);
        return;
      }
      timer = this.#clock.after(HEAD_START, race);
      enter(way, race);
    };

    const later = (): void => {
      const wait = this.#wait * (0.75 + this.#random() / 2);
      this.#wait = Math.min(this.#wait * 2, TRY_LAST);
      timer = this.#clock.after(wait, () => better(0));
    };

    const better = (way: number): void => {
      timer?.();
      if (kept === undefined || way >= kept.way) {
        later();
        return;
      }
      const next = (): void => better(way + 1);
      timer = this.#clock.after(TRY_FOR, () => {
        for (const each of open) {
          if (each === kept) continue;
          each.close();
          open.delete(each);
        }
        next();
      });
      enter(way, next);
    };

    race();
    return end;
  }
}
