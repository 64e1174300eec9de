/** One ceremony: its history and its live connection, kept whole for one viewer. */
import type { Board, CeremonySummary, Frame, Head, Phase } from '../types';
import type { Clock } from './clock';
import { History } from './history';
import { fill, pause, type GetJson } from './loader';
import { backoff, Live, type Freshness, type OpenSocket } from './socket';
import { Viewer, type Move, type ViewerState } from './viewer';

export interface NightPorts {
  readonly clock: Clock;
  /** Uniform over [0, 1). */
  readonly random: () => number;
  readonly getJson: GetJson;
  readonly openSocket: (id: string) => OpenSocket;
  /** Called after anything in the view has changed. */
  readonly changed: (view: NightView) => void;
}

/** Where to open the night: at a version, playing from its start, or at the head. */
export type Opening = { readonly at: number } | { readonly replay: true } | undefined;

/** Where an address asks for the night to be opened. */
export function openingOf(asked: { readonly at?: number; readonly replay: boolean }): Opening {
  if (asked.at !== undefined) return { at: asked.at };
  return asked.replay ? { replay: true } : undefined;
}

export interface NightView extends ViewerState {
  readonly status: 'loading' | 'ready' | 'missing' | 'unreachable';
  readonly summary: CeremonySummary | undefined;
  readonly start: number;
  readonly head: number;
  /** The phase the night is in, wherever the viewer stands. */
  readonly headPhase: Phase;
  readonly freshness: Freshness;
  /** When the page last knew itself to be up to date, in Unix ms. */
  readonly freshAt: number | undefined;
}

export class Night {
  readonly viewer: Viewer;
  readonly #id: string;
  readonly #ports: NightPorts;
  readonly #live: Live;
  #opening: Opening;
  #status: NightView['status'] = 'loading';
  #summary: CeremonySummary | undefined;
  #history: History | undefined;
  #filling: History | undefined;
  #pageSize = 64;
  #stopped = false;

  constructor(id: string, opening: Opening, ports: NightPorts) {
    this.#id = id;
    this.#opening = opening;
    this.#ports = ports;
    this.viewer = new Viewer(ports.clock, () => this.#emit());
    this.#live = new Live({
      open: ports.openSocket(id),
      clock: ports.clock,
      random: ports.random,
      listener: {
        keyframe: (epoch, version, board) => this.#keyframe(epoch, version, board),
        frame: (frame) => this.#frame(frame),
        changed: () => this.#emit(),
      },
    });
  }

  async start(): Promise<void> {
    if (await this.#readHead()) this.#live.start();
  }

  stop(): void {
    this.#stopped = true;
    this.#live.stop();
    this.viewer.stop();
  }

  /** The network came back, or the page was brought to the front. */
  wake(): void {
    this.#live.wake();
  }

  boardAt(version: number): Board | undefined {
    return this.#history?.board(version);
  }

  view(): NightView {
    const viewer = this.viewer.state();
    const head = this.#history?.head ?? 0;
    // Until an address with ?at= has been honoured nothing later than it may show.
    const board = this.#opening ? undefined : viewer.board;
    return {
      ...viewer,
      board,
      status: this.#status === 'ready' && !board ? 'loading' : this.#status,
      summary: this.#summary,
      start: viewer.playback?.timeline.start ?? head,
      head,
      headPhase: this.boardAt(head)?.phase ?? this.#summary?.phase ?? 'scheduled',
      freshness: this.#live.freshness,
      freshAt: this.#live.freshAt,
    };
  }

  async #readHead(): Promise<boolean> {
    for (let attempt = 0; !this.#stopped; attempt += 1) {
      try {
        const { status, body } = await this.#ports.getJson<Head>(`/api/ceremonies/${this.#id}`);
        if (body) {
          this.#enter(body);
          return true;
        }
        if (status === 404) {
          this.#status = 'missing';
          this.#emit();
          return false;
        }
      } catch {
        // Out of reach: the status says so, and it is tried again.
      }
      if (!this.#history) this.#status = 'unreachable';
      this.#emit();
      await pause(this.#ports.clock, backoff(attempt, this.#ports.random));
    }
    return false;
  }

  #enter(head: Head): void {
    const other = this.#history?.epoch !== head.epoch;
    // A live connection that has caught up knows better than an answer that may be older.
    if (other && this.#live.caughtUp) return;
    this.#summary = head;
    this.#pageSize = head.page_size;
    this.#status = 'ready';
    (other || !this.#history ? this.#begin(head.epoch) : this.#history).expect(head.version);
    this.#grown('jump');
    void this.#fill();
  }

  #begin(epoch: string): History {
    const history = new History(epoch, this.#pageSize);
    this.#history = history;
    this.viewer.enter(history);
    return history;
  }

  #keyframe(epoch: string, version: number, board: Board): void {
    const known = this.#history?.epoch === epoch ? this.#history : undefined;
    (known ?? this.#begin(epoch)).keyframe(version, board);
    if (!known) void this.#readHead();
    this.#grown('jump');
    void this.#fill();
  }

  #frame(frame: Frame): void {
    this.#history?.append(frame);
    this.#grown(this.#live.caughtUp ? 'flow' : 'jump');
  }

  #grown(move: Move): void {
    this.viewer.grown(move);
    const opening = this.#opening;
    if (!opening || !this.viewer.ready) return;
    this.#opening = undefined;
    // Before the first event there is no ceremony that could be shown.
    if ('at' in opening) this.viewer.seekVersion(Math.max(opening.at, 1));
    else this.viewer.replay();
  }

  async #fill(): Promise<void> {
    const history = this.#history;
    if (!history || this.#filling === history) return;
    this.#filling = history;
    await fill({
      id: this.#id,
      history,
      getJson: this.#ports.getJson,
      clock: this.#ports.clock,
      random: this.#ports.random,
      current: () => this.#history === history && !this.#stopped,
      progressed: () => this.#grown('jump'),
      gone: async () => void (await this.#readHead()),
    });
    if (this.#filling === history) this.#filling = undefined;
  }

  #emit(): void {
    if (!this.#stopped) this.#ports.changed(this.view());
  }
}
