/** A desk as Svelte sees it: the console, what it hears, and the public board beside it. */
import { SvelteMap } from 'svelte/reactivity';
import { wallClock } from '../../core/clock';
import { keptHere } from '../../core/kept';
import { REHEARSAL } from '../../core/rehearsal';
import { NightState } from '../../state/night.svelte';
import { serverClock } from '../../state/servertime.svelte';
import { slots } from '../../state/streams';
import { DeskConsole } from '../core/console';
import type { DeskView, Unsettled } from '../core/deskview';
import { streaming } from '../core/ports';
import {
  originalOf,
  presentersIn,
  Recording,
  type Original,
  type Progress,
} from '../core/recording';
import { sharing } from '../core/sharing';
import { Watch } from '../core/watch';
import { words } from '../words';
import { session } from './session.svelte';

export class DeskState {
  readonly id: string;
  readonly night: NightState;
  readonly console: DeskConsole;
  view: DeskView = $state.raw() as DeskView;
  connected = $state(false);
  /** When the desk was last heard of, in Unix ms. */
  freshAt: number | undefined = $state();
  denied: 403 | 404 | undefined = $state();
  run: Progress | undefined = $state.raw();
  /** Whether the night itself can be run: undefined until that is known. */
  runnable: boolean | undefined = $state();
  /** By category, as they were typed here. */
  readonly typed = new SvelteMap<string, string>();
  #known: ReadonlyMap<string, readonly string[]> = $state.raw(new Map());
  readonly #watch: Watch;
  #original: readonly Original[] = [];
  #recording: Recording | undefined;

  constructor(id: string) {
    this.id = id;
    // The desk sees everything, and at once, whatever this device chose for its viewer.
    this.night = new NightState(id, undefined, false, keptHere());
    this.console = new DeskConsole(id, {
      ask: session.ask,
      clock: serverClock,
      random: Math.random,
      newKey: () => crypto.randomUUID?.() ?? keyByHand(),
      unsettled: unsettledOf(id),
      changed: (view) => (this.view = view),
      signedOut: () => session.lapse(),
      presets: () => words.reasons,
    });
    this.view = this.console.view();
    this.#watch = new Watch({
      open: sharing(
        streaming(`/api/ceremonies/${id}/desk`, () => session.token),
        slots,
        wallClock,
      ),
      clock: serverClock,
      random: Math.random,
      listener: {
        message: (message) => {
          if (message.type === 'begun-anew') this.#forget();
          this.console.heard(message);
        },
        denied: (status) => {
          if (status === 401) session.lapse();
          else this.denied = status;
        },
        changed: () => {
          const back = this.#watch.connected && !this.connected;
          this.connected = this.#watch.connected;
          this.freshAt = this.#watch.freshAt;
          if (back) this.console.wake();
        },
      },
    });
  }

  get rehearsal(): boolean {
    return this.id.endsWith(REHEARSAL);
  }

  /** Runs until the returned function is called. */
  start(): () => void {
    const wake = (): void => {
      if (document.visibilityState === 'hidden') return;
      this.#watch.wake();
      this.console.wake();
    };
    addEventListener('online', wake);
    document.addEventListener('visibilitychange', wake);
    const stopNight = this.night.run();
    if (this.rehearsal) void this.#load();
    return () => {
      removeEventListener('online', wake);
      document.removeEventListener('visibilitychange', wake);
      this.#recording?.stop();
      this.#watch.stop();
      stopNight();
    };
  }

  /** There is a token: also after there was none. */
  enter(): void {
    this.denied = undefined;
    this.#watch.start();
    this.console.wake();
  }

  leave(): void {
    this.#watch.stop();
    this.connected = false;
  }

  /** The public board moved on. */
  follow(): void {
    const { summary, head } = this.night.view;
    const board = this.night.boardAt(head);
    if (summary && board) this.console.shows(board, head, summary.epoch);
  }

  /** What stands in the field: as typed, as on stage, or as the original night had them. */
  presenters(category: string): string {
    const { stage } = this.view.board ?? {};
    const staged = stage?.category === category ? stage.presenters : undefined;
    return this.typed.get(category) ?? (staged ?? this.#known.get(category) ?? []).join(', ');
  }

  present(): void {
    this.console.present((category) =>
      this.presenters(category)
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== ''),
    );
  }

  play(speed: number): void {
    const epoch = this.night.view.summary?.epoch ?? '';
    this.#recording ??= new Recording(this.id, epoch, this.#original, {
      ask: session.ask,
      clock: wallClock,
      random: Math.random,
      board: () => this.console.board,
      changed: (progress) => (this.run = progress),
    });
    this.#recording.start(speed);
  }

  halt(): void {
    this.#recording?.stop();
  }

  async #load(): Promise<void> {
    try {
      this.#original = await originalOf(session.ask, this.id.slice(0, -REHEARSAL.length));
      this.#known = presentersIn(this.#original);
      this.runnable = this.#original.length > 0;
    } catch {
      setTimeout(() => void this.#load(), 5000);
    }
  }

  /** Another run of the rehearsal is another recording. */
  #forget(): void {
    this.#recording?.stop();
    this.#recording = this.run = undefined;
  }
}

function unsettledOf(id: string): Unsettled {
  const key = `unsettled ${id}`;
  return {
    read() {
      try {
        return sessionStorage.getItem(key) ?? undefined;
      } catch {
        return undefined; // Storage may be forbidden: then a reload forgets what was under way.
      }
    },
    write(text) {
      try {
        if (text === undefined) sessionStorage.removeItem(key);
        else sessionStorage.setItem(key, text);
      } catch {
        // As above.
      }
    },
  };
}

/** Where the page is not served over TLS, nor from this machine, a browser makes no UUIDs. */
function keyByHand(): string {
  const parts = crypto.getRandomValues(new Uint32Array(4));
  return [...parts].map((part) => part.toString(36)).join('-');
}
