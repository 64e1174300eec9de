/** One ceremony for one viewer: what is kept of it, and how much of that they are told. */
import type { Board, CeremonySummary, Frame, Phase } from '../types';
import type { CoverView } from './covering';
import { Cover } from './covering';
import { History } from './history';
import { Horizon } from './horizon';
import { keptHere, type Kept } from './kept';
import type { Keepsake } from './keepsake';
import { Keeper, type KeeperPorts, type KeeperStatus } from './keeper';
import type { Freshness } from './socket';
import { amends, Corrected, type Telling, type TellingView } from './telling';
import { Viewer, type Move, type ViewerState } from './viewer';

export interface NightPorts extends KeeperPorts {
  /** What the device remembers; by default nothing. */
  readonly kept?: Kept;
  /** Called after anything in the view has changed. */
  readonly changed: (view: NightView) => void;
}

/**
 * Where to open the night: at a version, playing from its start, or at the head. A version of a
 * named epoch counts in that history alone.
 */
export type Opening =
  { readonly at: number; readonly epoch?: string } | { readonly replay: true } | undefined;

/** Where an address asks for the night to be opened. */
export function openingOf(asked: { readonly at?: number; readonly replay: boolean }): Opening {
  if (asked.at !== undefined) return { at: asked.at };
  return asked.replay ? { replay: true } : undefined;
}

/** Everything in it is as late as the viewer's picture, and under their spoiler cover. */
export interface NightView extends ViewerState {
  readonly status: KeeperStatus;
  readonly summary: CeremonySummary | undefined;
  readonly start: number;
  readonly head: number;
  /** The phase the night is in, wherever the viewer stands. */
  readonly headPhase: Phase;
  readonly freshness: Freshness;
  /** When the page last knew itself to be up to date, in Unix ms by the server's clock. */
  readonly freshAt: number | undefined;
  /** The server's clock less the device's, in ms; undefined until it has told the time. */
  readonly ahead: number | undefined;
  /** What is shown was kept, and there has been no connection yet. */
  readonly offline: boolean;
  /** How late everything is told, in ms; 0 is live. */
  readonly delay: number;
  readonly cover: CoverView;
  readonly telling: TellingView;
}

/** The longest delay that makes sense of a picture, in ms. */
export const LONGEST_DELAY = 600_000;
const DELAY = 'delay';

/** How late the viewer's picture is, as they said last, in ms. */
export function delayIn(kept: Kept): number {
  return delayOf(Number(kept.read(DELAY)));
}

export class Night {
  readonly viewer: Viewer;
  readonly #ports: NightPorts;
  readonly #kept: Kept;
  readonly #keeper: Keeper;
  readonly #horizon: Horizon;
  readonly #cover: Cover;
  readonly #corrected: Corrected;
  #opening: Opening;
  #stopped = false;

  /** @param covered the spoiler cover is on, whatever the viewer chose before. */
  constructor(id: string, opening: Opening, ports: NightPorts, covered = false) {
    this.#opening = opening;
    this.#ports = ports;
    this.#kept = ports.kept ?? keptHere();
    this.viewer = new Viewer(ports.clock, () => this.#moved());
    this.#keeper = new Keeper(id, ports, {
      entered: (history) => this.#entered(history),
      replaced: () => this.#retold(),
      frame: (frame, live) => this.#frame(frame, live),
      grown: () => this.#grown('jump'),
      serverTime: (now) => this.#timed(now),
      changed: () => this.#emit(),
    });
    const nothing = new History('', 1);
    this.#horizon = new Horizon(ports.clock, nothing, () => this.#grown('flow'));
    this.#horizon.setDelay(delayIn(this.#kept));
    this.#cover = new Cover(this.#horizon, id, covered, this.#kept);
    this.#corrected = new Corrected(this.#keeper, () => this.#retold());
  }

  start(): Promise<void> {
    return this.#keeper.start();
  }

  stop(): void {
    this.#stopped = true;
    this.#keeper.stop();
    this.#horizon.stop();
    this.viewer.stop();
  }

  /** @param moved the network came back, or is another one. */
  wake(moved = false): void {
    this.#keeper.wake(moved);
  }

  /** The page was put aside, and may come back. */
  rest(): void {
    this.#keeper.rest();
  }

  /** For another time without a connection: the whole truth, whatever is covered or late here. */
  keepsake(before: Keepsake | undefined): Keepsake | undefined {
    return this.#keeper.keepsake(before);
  }

  boardAt(version: number): Board | undefined {
    return this.#cover.board(version);
  }

  /** To a version: at once, or as soon as the night is here. */
  goTo(version: number): void {
    if (this.viewer.ready) this.viewer.seekVersion(version);
    else this.#opening = { at: version };
  }

  /** Tell everything so many ms late. What that skips or goes back over is not celebrated. */
  setDelay(delay: number): void {
    this.#kept.write(DELAY, String(delayOf(delay)));
    this.#horizon.setDelay(delayOf(delay));
    this.#grown('jump');
  }

  setCover(on: boolean): void {
    this.#cover.switch(on);
    this.#grown('jump');
  }

  /** Live, the night is always told as it happened: who wants it as corrected stays where they are. */
  tell(telling: Telling): void {
    if (telling === 'corrected') {
      if (this.#live()) this.viewer.pause();
      this.#corrected.ask();
    } else this.#corrected.leave();
    this.#retold();
  }

  view(): NightView {
    const viewer = this.viewer.state();
    const { head } = this.#cover;
    // Until an address with ?at= has been honoured nothing later than it may show.
    const board = this.#opening || head === 0 ? undefined : viewer.board;
    const { status, freshness, freshAt, offline } = this.#keeper;
    const { ahead } = this.#horizon;
    return {
      ...viewer,
      board,
      status: status === 'ready' && !board ? 'loading' : status,
      summary: this.#summary(),
      start: viewer.playback?.timeline.start ?? head,
      head,
      headPhase: this.#headPhase(),
      freshness,
      freshAt: freshAt === undefined ? undefined : freshAt + (ahead ?? 0),
      ahead,
      offline,
      delay: this.#horizon.delay,
      cover: this.#coverView(viewer.shown),
      telling: this.#tellingView(),
    };
  }

  #summary(): CeremonySummary | undefined {
    const told = this.#keeper.summary;
    if (!told) return undefined;
    const { id, name, epoch, starts_at, rehearsal } = told;
    const version = this.#cover.head;
    return { id, name, epoch, starts_at, rehearsal, version, phase: this.#headPhase() };
  }

  #headPhase(): Phase {
    const late = this.#horizon.delay > 0 ? undefined : this.#keeper.summary?.phase;
    return this.boardAt(this.#cover.head)?.phase ?? late ?? 'scheduled';
  }

  #coverView(shown: number): CoverView {
    const cover = this.#cover;
    return {
      on: cover.on,
      hides: cover.hidesUpTo(shown),
      isHidden: (category) => cover.hidesCategory(category, shown),
      hidesEvent: (version) => cover.hidesEvent(version),
      reveal: (category) => {
        cover.reveal(category);
        this.#grown('jump');
        this.viewer.say(category);
      },
      revealAll: () => {
        cover.revealUpTo(shown);
        this.#grown('jump');
      },
    };
  }

  #tellingView(): TellingView {
    const shown = this.#corrected.history ? 'corrected' : 'happened';
    return {
      shown,
      loading: this.#corrected.loading,
      offered: shown === 'corrected' || this.#cover.frames().some(amends),
    };
  }

  #live(): boolean {
    return this.viewer.following && this.#headPhase() !== 'ended';
  }

  /** The viewer moved. */
  #moved(): void {
    if (this.#corrected.history && this.#live()) this.tell('happened');
    else this.#emit();
  }

  #entered(history: History): void {
    this.#corrected.forget();
    this.#horizon.enter(history);
    this.#cover.enter(history.epoch);
    this.viewer.enter(this.#cover);
  }

  /** The same versions are told otherwise than before. */
  #retold(): void {
    const history = this.#corrected.history ?? this.#keeper.history;
    if (!history) return;
    this.#horizon.tell(history);
    this.#grown('jump');
  }

  #frame(frame: Frame, live: boolean): void {
    this.#corrected.frame(frame);
    if (live) this.#horizon.arrived(frame.version);
    else this.#horizon.look();
    this.#grown(live ? 'flow' : 'jump');
  }

  #timed(now: string): void {
    const { head } = this.#horizon;
    this.#horizon.serverTime(now);
    if (this.#horizon.head !== head) this.#grown('jump');
  }

  #grown(move: Move): void {
    this.#horizon.look();
    this.#cover.grown();
    this.viewer.grown(move);
    const opening = this.#opening;
    if (!opening || !this.viewer.ready) return;
    this.#opening = undefined;
    const anew = 'epoch' in opening && opening.epoch !== this.#keeper.summary?.epoch;
    // Before the first event there is no ceremony that could be shown.
    if (anew) this.#emit();
    else if ('at' in opening) this.viewer.seekVersion(Math.max(opening.at, 1));
    else this.viewer.replay();
  }

  #emit(): void {
    if (!this.#stopped) this.#ports.changed(this.view());
  }
}

function delayOf(ms: number): number {
  return Number.isFinite(ms) ? Math.min(Math.max(Math.round(ms), 0), LONGEST_DELAY) : 0;
}
