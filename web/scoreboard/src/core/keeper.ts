/** Keeps one ceremony's history: from its live connection and its pages, whole and without doubt. */
import type { Board, CeremonySummary, Frame, Head } from '../types';
import type { Clock } from './clock';
import { keepsakeOf, type Keepsake } from './keepsake';
import { HeadReader } from './head';
import { History } from './history';
import { fill, wasKept, type GetJson, type Got, type Loading } from './loader';
import { polling } from './polling';
import { backoff, Live, type Freshness } from './socket';
import type { OpenWay } from './ways';

export interface KeeperPorts {
  readonly clock: Clock;
  /** Uniform over [0, 1). */
  readonly random: () => number;
  readonly getJson: GetJson;
  readonly openSocket: (id: string) => OpenWay;
  /** The same as an event stream, for where sockets are blocked. */
  readonly openStream?: (id: string) => OpenWay;
  /** Whether anybody may be looking at the page; by default somebody is. */
  readonly seen?: () => boolean;
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
  readonly #head: HeadReader;
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
      ways: [
        ports.openSocket(id),
        ...(ports.openStream ? [ports.openStream(id)] : []),
        polling(id, {
          ...ports,
          seen: ports.seen ?? (() => true),
          anew: () => this.#anew !== undefined,
        }),
      ],
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
    this.#head = new HeadReader(id, ports, {
      read: (head, got) => this.#read(head, got),
      missing: () => this.#missing(),
      failed: () => {
        if (!this.#history) this.#status = 'unreachable';
        listener.changed();
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

  /** The head and the connection at once: neither needs the other. */
  async start(): Promise<void> {
    this.#live.start();
    await this.readHead();
  }

  stop(): void {
    this.#stopped = true;
    this.#head.stop();
    this.#live.stop();
  }

  /**
   * The page was brought to the front.
   *
   * @param moved the network came back, or is another one.
   */
  wake(moved: boolean): void {
    if (this.#status !== 'missing') this.#live.wake(moved);
  }

  /** The page was put aside, and may come back. */
  rest(): void {
    this.#live.rest();
  }

  /** Read the head, until it is there or known to be nowhere. */
  readHead(): Promise<Head | undefined> {
    return this.#head.read();
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

  /** @returns false where a live connection that has caught up knows better: the head is older. */
  #read(head: Head, got: Got<Head>): boolean {
    const { keptAt = this.#ports.clock.now(), time } = got;
    this.#live.since(keptAt, wasKept(got));
    if (time !== undefined && !this.#live.caughtUp) this.#listener.serverTime(time);
    const other = this.#history?.epoch !== head.epoch;
    if (other && this.#live.caughtUp) return false;
    this.#summary = head;
    this.#pageSize = head.page_size;
    this.#status = 'ready';
    const same = other ? undefined : (this.#anew ?? this.#history);
    const history = same ?? this.#begin(head.epoch);
    history.pagedBy(head.page_size);
    history.expect(head.version);
    this.#grown();
    return true;
  }

  /** @returns false where it is there all the same, as the connection shows. */
  #missing(): boolean {
    if (this.#live.caughtUp) return false;
    this.#status = 'missing';
    this.#live.stop();
    this.#listener.changed();
    return true;
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
    // How the pages are cut, the head tells.
    if (!history || !this.#summary || this.#filling === history) return;
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
