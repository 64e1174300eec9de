/** A night as Svelte sees it: one value that is replaced on every change. */
import { wallClock } from '../core/clock';
import { Night, type NightView, type Opening } from '../core/night';
import { getJson, openSocket } from '../core/ports';
import type { Viewer } from '../core/viewer';
import type { Board } from '../types';

export class NightState {
  view: NightView = $state.raw() as NightView;
  readonly #night: Night;

  constructor(id: string, opening: Opening) {
    this.#night = new Night(id, opening, {
      clock: wallClock,
      random: Math.random,
      getJson,
      openSocket,
      changed: (view) => {
        this.view = view;
      },
    });
    this.view = this.#night.view();
  }

  get viewer(): Viewer {
    return this.#night.viewer;
  }

  boardAt(version: number): Board | undefined {
    return this.#night.boardAt(version);
  }

  /** Runs until the returned function is called. */
  run(): () => void {
    const wake = (): void => {
      if (document.visibilityState === 'visible') this.#night.wake();
    };
    addEventListener('online', wake);
    document.addEventListener('visibilitychange', wake);
    void this.#night.start();
    return () => {
      removeEventListener('online', wake);
      document.removeEventListener('visibilitychange', wake);
      this.#night.stop();
    };
  }
}
