/** Keeps one ceremony's history: from its live connection and its pages, whole and without doubt. */
import type { Board, CeremonySummary, Frame, Head } from '../types';
import type { Clock } from './clock';
import { History } from './history';
import { keepsakeOf, type Keepsake } from './keepsake';
import { fill, pause, type GetJson, type Loading } from './loader';
import { backoff, Live, type Freshness, type OpenSocket } from './socket';

export interface KeeperPorts {
  readonly clock: Clock;
  /** Uniform over [0, 1). */
  readonly random: () => number;
  readonly getJson: GetJson;
  readonly openSocket: (id: string) => OpenSocket;
}

export interface KeeperListener {
  /** Another epoch: what was kept before belonged to another history. */
  entered(history: History): void;
  /** The same epoch, fetched anew because something in it was wrong. */
  replaced(history: History): void;
  /** A frame that has just come; `live` while nothing is being caught up with. */
  frame(frame: Frame, live: boolean): void;
  /** Other than by a frame, the history holds more than before. */
  grown(): void;
  serverTime(now: string): void;
  /** Something else that shows has changed. */
  changed(): void;
}

export type KeeperStatus = 'loading' | 'ready' | 'missing' | 'unreachable';

/**
 * What comes must fit together: a page is the one that was asked for, a board is what the frames
 * make of the one before it, a frame that comes again is the same. Where it does not, everything
 * is fetched anew, past every cache, and takes the old one's place once it is whole.
 */
export class Keeper {
  readonly #id: string;
  readonly #ports: KeeperPorts;
  readonly #listener: KeeperListener;
  readonly #live: Live;
  #status: KeeperStatus = 'loading';
  #summary: Head | undefined;
  #history: History | undefined;
  /** What is fetched anew, until it is whole. */
  #anew: History | undefined;
  #renewals = 0;
  #filling: History | undefined;
  #pageSize = 64;
  #stopped = false;

  constructor(id: string, ports: KeeperPorts, listener: KeeperListener) {
    this.#id = id;
    this.#ports = ports;
    this.#listener = listener;
    this.#live = new Live({
      open: ports.openSocket(id),
      clock: ports.clock,
      random: ports.random,
      listener: {
        keyframe: (epoch, version, board) => this.#keyframe(epoch, version, board),
        frame: (frame) => this.#frame(frame),
        again: (frame) => this.#again(frame),
        beyond: () => this.#renew(),
        serverTime: (now) => listener.serverTime(now),
        changed: () => listener.changed(),
      },
    });
  }

  get status(): KeeperStatus {
    return this.#status;
  }

  /** As the ceremony's head told it when it was read. */
  get summary(): CeremonySummary | undefined {
    return this.#summary;
  }

  /** As it happened; undefined until the ceremony is found. */
  get history(): History | undefined {
    return this.#history;
  }

  get freshness(): Freshness {
    return this.#live.freshness;
  }

  get freshAt(): number | undefined {
    return this.#live.freshAt;
  }

  /** What is shown was kept, and there has been no connection yet. */
  get offline(): boolean {
    return this.#live.offline;
  }

  /** All that is here and certain, for another time without a connection. */
  keepsake(before: Keepsake | undefined): Keepsake | undefined {
    const { freshAt } = this.#live;
    if (!this.#summary || !this.#history?.sound || freshAt === undefined) return undefined;
    return keepsakeOf(this.#summary, this.#history, freshAt, before);
  }

  async start(): Promise<void> {
    if (await this.readHead()) this.#live.start();
  }

  stop(): void {
    this.#stopped = true;
    this.#live.stop();
  }

  /** The network came back, or the page was brought to the front. */
  wake(): void {
    this.#live.wake();
  }

  /** Read the head, again and again until it is there or known to be nowhere. */
  async readHead(): Promise<Head | undefined> {
    for (let attempt = 0; !this.#stopped; attempt += 1) {
      try {
        const { status, body, keptAt } = await this.#ports.getJson<Head>(
          `/api/ceremonies/${this.#id}`,
        );
        if (body) {
          if (keptAt !== undefined) this.#live.since(keptAt);
          this.#enter(body);
          return body;
        }
        if (status === 404) {
          this.#status = 'missing';
          this.#listener.changed();
          return undefined;
        }
      } catch {
        // Out of reach: the status says so, and it is tried again.
      }
      if (!this.#history) this.#status = 'unreachable';
      this.#listener.changed();
      await pause(this.#ports.clock, backoff(attempt, this.#ports.random));
    }
    return undefined;
  }

  /** Fetch the pages that a history lacks, for as long as it is wanted. */
  async load(
    history: History,
    loading: Pick<Loading, 'current' | 'progressed' | 'gone'>,
  ): Promise<void> {
    await fill({
      id: this.#id,
      history,
      getJson: this.#ports.getJson,
      clock: this.#ports.clock,
      random: this.#ports.random,
      anew: this.#renewals > 0,
      ...loading,
      current: () => loading.current() && !this.#stopped,
    });
  }

  #enter(head: Head): void {
    const other = this.#history?.epoch !== head.epoch;
    // A live connection that has caught up knows better than an answer that may be older.
    if (other && this.#live.caughtUp) return;
    this.#summary = head;
    this.#pageSize = head.page_size;
    this.#status = 'ready';
    const same = other ? undefined : (this.#anew ?? this.#history);
    (same ?? this.#begin(head.epoch)).expect(head.version);
    this.#grown();
  }

  #begin(epoch: string): History {
    const history = new History(epoch, this.#pageSize);
    this.#history = history;
    this.#anew = undefined;
    this.#renewals = 0;
    this.#listener.entered(history);
    return history;
  }

  #keyframe(epoch: string, version: number, board: Board): void {
    const known = this.#history?.epoch === epoch;
    const history = known ? (this.#anew ?? this.#history) : this.#begin(epoch);
    history?.keyframe(version, board);
    if (!known) void this.readHead();
    this.#grown();
  }

  #frame(frame: Frame): void {
    this.#anew?.append(frame);
    this.#history?.append(frame);
    this.#listener.frame(frame, this.#live.caughtUp);
    this.#proven();
  }

  #again(frame: Frame): void {
    const history = this.#anew ?? this.#history;
    if (!history?.frame(frame.version)) return;
    history.append(frame);
    this.#proven();
  }

  #grown(): void {
    this.#listener.grown();
    if (this.#proven()) void this.#fill();
  }

  /** Look whether what is kept may be so, and whether what was fetched anew may take its place. */
  #proven(): boolean {
    const history = this.#anew ?? this.#history;
    if (!history) return false;
    if (!history.sound) {
      this.#renew();
      return false;
    }
    if (history === this.#anew && history.head > 0 && history.complete) {
      this.#anew = undefined;
      this.#renewals = 0;
      this.#history = history;
      this.#listener.replaced(history);
    }
    return true;
  }

  #renew(): void {
    const { epoch } = this.#history ?? {};
    if (epoch === undefined || this.#stopped) return;
    const { clock, random } = this.#ports;
    const anew = new History(epoch, this.#pageSize);
    this.#anew = anew;
    this.#live.restart(this.#renewals);
    // Where there is no connection, the pages alone must do.
    clock.after(backoff(this.#renewals, random), () => {
      if (this.#anew === anew && !this.#stopped) void this.readHead();
    });
    this.#renewals += 1;
  }

  async #fill(): Promise<void> {
    const history = this.#anew ?? this.#history;
    if (!history || this.#filling === history) return;
    this.#filling = history;
    await this.load(history, {
      current: () => history === (this.#anew ?? this.#history),
      progressed: () => {
        this.#listener.grown();
        this.#proven();
      },
      gone: async () => void (await this.readHead()),
    });
    if (this.#filling === history) this.#filling = undefined;
  }
}
