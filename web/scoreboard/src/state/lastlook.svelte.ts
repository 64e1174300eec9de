/** What the viewer last had in view, as the page sees them come and go. */
import { wallClock } from '../core/clock';
import { LastLook, type Look } from '../core/lastlook';
import { kept } from './kept';

/** However busy a pointer is, it says no more than once in so many ms. */
const SELDOM = 1000;

export class LastLookState {
  since: Look | undefined = $state.raw();
  readonly #look: LastLook;

  constructor(ceremony: string) {
    this.#look = new LastLook(wallClock, kept, ceremony, (since) => (this.since = since));
  }

  shows(epoch: string, version: number): void {
    this.#look.shows(epoch, version);
  }

  dismiss(): void {
    this.#look.dismiss();
  }

  run(): () => void {
    let last = 0;
    const stirs = (): void => {
      if (Date.now() - last < SELDOM) return;
      last = Date.now();
      this.#look.stirs();
    };
    const turned = (): void => {
      if (document.visibilityState === 'visible') this.#look.returns();
      else this.#look.leaves();
    };
    const leaves = (): void => this.#look.leaves();
    const signs = ['pointermove', 'pointerdown', 'keydown', 'wheel', 'scroll'] as const;
    for (const sign of signs) addEventListener(sign, stirs, { passive: true });
    document.addEventListener('visibilitychange', turned);
    addEventListener('pagehide', leaves);
    addEventListener('pageshow', turned);
    return () => {
      for (const sign of signs) removeEventListener(sign, stirs);
      document.removeEventListener('visibilitychange', turned);
      removeEventListener('pagehide', leaves);
      removeEventListener('pageshow', turned);
      leaves();
    };
  }
}
