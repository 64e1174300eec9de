/** The night as corrected: the same versions, each result with what finally stood in its place. */
import type { Frame } from '../types';
import { History } from './history';
import type { Keeper } from './keeper';

export type Telling = 'happened' | 'corrected';

export interface TellingView {
  /** How the night is told. */
  readonly shown: Telling;
  /** The other telling is on its way. */
  readonly loading: boolean;
  /** True where the night, as far as it may be known, has a result that was put right. */
  readonly offered: boolean;
}

/** True for the events that put a result right. */
export function amends({ event }: Frame): boolean {
  return event.type === 'winner-corrected' || event.type === 'winner-retracted';
}

/** Fetched when it is first asked for, and again when another result has been put right since. */
export class Corrected {
  readonly #keeper: Keeper;
  readonly #ready: () => void;
  #history: History | undefined;
  #loading: History | undefined;
  #asked = false;

  /** @param ready called when the telling that was asked for is here, or turns out not to be. */
  constructor(keeper: Keeper, ready: () => void) {
    this.#keeper = keeper;
    this.#ready = ready;
  }

  /** Undefined while it is not asked for, or not here. */
  get history(): History | undefined {
    return this.#asked ? this.#history : undefined;
  }

  get loading(): boolean {
    return this.#asked && this.#history === undefined;
  }

  ask(): void {
    this.#asked = true;
    if (!this.#history && !this.#loading) void this.#load();
  }

  leave(): void {
    this.#asked = false;
  }

  /** Another epoch. */
  forget(): void {
    this.#asked = false;
    this.#history = this.#loading = undefined;
  }

  /** A frame has come live. What amends nothing is the same in both tellings. */
  frame(frame: Frame): void {
    if (!amends(frame)) this.#history?.append(frame);
    else if (this.#asked) void this.#load();
    else this.forget();
  }

  async #load(): Promise<void> {
    const head = await this.#keeper.readHead();
    if (head?.corrected === undefined) return this.#giveUp();
    const history = new History(head.corrected, head.page_size);
    history.expect(head.version);
    this.#loading = history;
    let gone = false;
    await this.#keeper.load(history, {
      current: () => this.#loading === history && !gone,
      progressed: () => undefined,
      gone: async () => void (gone = true),
    });
    if (this.#loading !== history) return;
    if (gone || !history.complete || !history.sound || !this.#follow(history)) {
      return this.#giveUp();
    }
    this.#loading = undefined;
    this.#history = history;
    this.#ready();
  }

  #giveUp(): void {
    this.forget();
    this.#ready();
  }

  /** Take in what came while the pages were on their way; false if that amends the night again. */
  #follow(history: History): boolean {
    const happened = this.#keeper.history;
    for (let version = history.head + 1; version <= (happened?.head ?? 0); version += 1) {
      const frame = happened?.frame(version);
      if (!frame || amends(frame)) return false;
      history.append(frame);
    }
    return true;
  }
}
