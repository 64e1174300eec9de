/** A night as Svelte sees it: one value that is replaced on every change. */
import { wallClock } from '../core/clock';
import type { Kept } from '../core/kept';
import { Night, type NightView, type Opening } from '../core/night';
import { getJson, openSocket, openStream } from '../core/ports';
import type { Telling } from '../core/telling';
import type { Viewer } from '../core/viewer';
import type { Board } from '../types';
import { keepUp } from './installed';
import { kept } from './kept';
import { serverTime } from './servertime.svelte';
import { sharing } from './streams';
import { removeShared } from './traces';

export class NightState {
  view: NightView = $state.raw() as NightView;
  readonly #night: Night;
  #guarded = false;

  /**
   * @param covered the address asks for the spoiler cover.
   * @param remembered what the viewer chose before: a delay, the cover.
   */
  constructor(id: string, opening: Opening, covered = false, remembered: Kept = kept) {
    const ports = {
      clock: wallClock,
      random: Math.random,
      getJson,
      openSocket,
      openStream: (of: string) => sharing(openStream(of)),
      seen: () => document.visibilityState === 'visible',
      kept: remembered,
    };
    const changed = (view: NightView): void => {
      this.#guard(view);
      if (view.ahead !== undefined) serverTime.learn(view.ahead);
      this.view = view;
    };
    this.#night = new Night(id, opening, { ...ports, changed }, covered);
    changed(this.#night.view());
  }

  get viewer(): Viewer {
    return this.#night.viewer;
  }

  boardAt(version: number): Board | undefined {
    return this.#night.boardAt(version);
  }

  goTo(version: number): void {
    this.#night.goTo(version);
  }

  /** How late everything is told, in ms. */
  setDelay(delay: number): void {
    this.#night.setDelay(delay);
  }

  setCover(on: boolean): void {
    this.#night.setCover(on);
  }

  tell(telling: Telling): void {
    this.#night.tell(telling);
  }

  /** Runs until the returned function is called. */
  run(): () => void {
    const seen = (): void => {
      if (document.visibilityState === 'visible') this.#night.wake();
    };
    const moved = (): void => this.#night.wake(true);
    const aside = (): void => this.#night.rest();
    // A page that the browser puts aside, for who goes back, comes again as it was, hours later.
    const back = ({ persisted }: PageTransitionEvent): void => {
      if (persisted) this.#night.wake(true);
    };
    addEventListener('online', moved);
    addEventListener('pagehide', aside);
    addEventListener('pageshow', back);
    document.addEventListener('visibilitychange', seen);
    document.addEventListener('resume', moved);
    const stopKeeping = keepUp((before) => this.#night.keepsake(before));
    void this.#night.start();
    return () => {
      stopKeeping();
      removeEventListener('online', moved);
      removeEventListener('pagehide', aside);
      removeEventListener('pageshow', back);
      document.removeEventListener('visibilitychange', seen);
      document.removeEventListener('resume', moved);
      this.#night.stop();
    };
  }

  /** From when something is to be held back, the document holds nothing that the view does not. */
  #guard({ cover, delay }: NightView): void {
    if (this.#guarded || !(cover.on || delay > 0)) return;
    this.#guarded = true;
    removeShared();
  }
}
