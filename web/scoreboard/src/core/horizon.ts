/** How much of a night may be known: a viewer whose picture is late is told everything as late. */
import type { Board, CeremonyEvent, Frame } from '../types';
import type { Cancel, Clock } from './clock';
import type { History } from './history';
import type { Told } from './told';

/** The programme is no secret before the night: it is told at once. */
const PROGRAMME: ReadonlySet<CeremonyEvent['type']> = new Set([
  'ceremony-scheduled',
  'work-listed',
  'category-listed',
]);

/**
 * The history up to the last version that is, with all before it, at least as old as the delay. A
 * frame that came live counts from its arrival. Any other counts from when it happened by the
 * server's clock; while that is not known, from when this page began with the history.
 */
export class Horizon implements Told {
  readonly #clock: Clock;
  readonly #moved: () => void;
  #history: History;
  #delay = 0;
  #ahead: number | undefined;
  #begun: number;
  readonly #arrivals = new Map<number, number>();
  #passed = 0;
  #timer: Cancel | undefined;

  /** @param moved called when time alone has brought more to be told. */
  constructor(clock: Clock, history: History, moved: () => void) {
    this.#clock = clock;
    this.#history = history;
    this.#moved = moved;
    this.#begun = clock.now();
  }

  get head(): number {
    const { head } = this.#history;
    return this.#delay > 0 ? Math.min(this.#passed, head) : head;
  }

  get complete(): boolean {
    return this.#history.has(this.head);
  }

  /** The server's clock less ours, in ms; undefined until it has told the time. */
  get ahead(): number | undefined {
    return this.#ahead;
  }

  get delay(): number {
    return this.#delay;
  }

  /** In ms. */
  setDelay(delay: number): void {
    if (delay > this.#delay) this.#passed = 0;
    this.#delay = delay;
    this.look();
  }

  /** Another epoch, of which nothing is known yet. */
  enter(history: History): void {
    this.#arrivals.clear();
    this.#passed = 0;
    this.#begun = this.#clock.now();
    this.tell(history);
  }

  /** The same versions, at the same times, told otherwise. */
  tell(history: History): void {
    this.#history = history;
    this.look();
  }

  /** A frame has just come live. */
  arrived(version: number): void {
    this.#arrivals.set(version, this.#clock.now());
    this.look();
  }

  /** What the server's clock shows now. */
  serverTime(now: string): void {
    const ahead = Date.parse(now) - this.#clock.now();
    if (Number.isNaN(ahead)) return;
    this.#ahead = ahead;
    this.look();
  }

  stop(): void {
    this.#timer?.();
    this.#timer = undefined;
  }

  frame(version: number): Frame | undefined {
    return version <= this.head ? this.#history.frame(version) : undefined;
  }

  frames(upTo: number = this.head): readonly Frame[] {
    return this.#history.frames(Math.min(upTo, this.head));
  }

  board(version: number): Board | undefined {
    return version <= this.head ? this.#history.board(version) : undefined;
  }

  /** See how far the horizon has come, and come back when the next frame is old enough. */
  look(): void {
    this.stop();
    // Before everything is here it cannot be told how old the newest is.
    if (this.#delay === 0 || (this.#passed === 0 && !this.#history.complete)) return;
    const now = this.#clock.now();
    for (;;) {
      const next = this.#history.frame(this.#passed + 1);
      if (!next) return;
      const due = this.#bornAt(next) + this.#delay;
      if (due > now) {
        this.#timer = this.#clock.after(due - now, () => {
          this.look();
          this.#moved();
        });
        return;
      }
      this.#passed = next.version;
    }
  }

  #bornAt(frame: Frame): number {
    if (PROGRAMME.has(frame.event.type)) return -Infinity;
    const arrival = this.#arrivals.get(frame.version);
    if (arrival !== undefined) return arrival;
    if (this.#ahead === undefined) return this.#begun;
    return Date.parse(frame.occurred_at) - this.#ahead;
  }
}
