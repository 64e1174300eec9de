/** What the viewer last had in view, so that the page can say what is new to them. */
import type { Cancel, Clock } from './clock';
import type { Kept } from './kept';

export interface Look {
  readonly epoch: string;
  readonly version: number;
  /** Unix ms. */
  readonly at: number;
}

/** Who has not stirred for so many ms may have missed something. */
export const ABSENCE = 180_000;
/** What is new stays marked for so many ms. */
export const FADE = 90_000;

/**
 * Compares with the board that was in view when the page was left, or before the viewer went away
 * from it. A look holds for its epoch only: versions of another history mean other things.
 */
export class LastLook {
  readonly #clock: Clock;
  readonly #kept: Kept;
  readonly #key: string;
  readonly #changed: (since: Look | undefined) => void;
  #epoch = '';
  #version = 0;
  #look: Look | undefined;
  #left = false;
  #since: Look | undefined;
  #fading: Cancel | undefined;

  constructor(
    clock: Clock,
    kept: Kept,
    ceremony: string,
    changed: (since: Look | undefined) => void,
  ) {
    this.#clock = clock;
    this.#kept = kept;
    this.#key = `look:${ceremony}`;
    this.#changed = changed;
  }

  /** A version of a history is in view, which is what there is by now: no still, and no replay. */
  shows(epoch: string, version: number): void {
    this.#version = version;
    if (epoch === this.#epoch) return;
    this.#epoch = epoch;
    this.#set(undefined);
    const look = lookOf(this.#kept.read(this.#key));
    if (look?.epoch === epoch) this.#compare(look);
    this.#look = this.#now();
  }

  /** The viewer does something on the page. */
  stirs(): void {
    const look = this.#look;
    if (!look || this.#left) return;
    if (this.#clock.now() - look.at >= ABSENCE) this.#compare(look);
    this.#look = this.#now();
  }

  /** The page is left or covered by another. */
  leaves(): void {
    if (!this.#epoch || this.#left) return;
    this.#left = true;
    this.#look = this.#now();
    this.#kept.write(this.#key, JSON.stringify(this.#look));
  }

  returns(): void {
    if (!this.#left) return;
    this.#left = false;
    if (this.#look) this.#compare(this.#look);
    this.#look = this.#now();
  }

  dismiss(): void {
    this.#set(undefined);
  }

  #now(): Look {
    return { epoch: this.#epoch, version: this.#version, at: this.#clock.now() };
  }

  #compare(look: Look): void {
    if (look.epoch === this.#epoch && look.version < this.#version) this.#set(look);
  }

  #set(since: Look | undefined): void {
    this.#fading?.();
    this.#fading = since && this.#clock.after(FADE, () => this.#set(undefined));
    if (since === this.#since) return;
    this.#since = since;
    this.#changed(since);
  }
}

function lookOf(text: string | undefined): Look | undefined {
  try {
    const look = JSON.parse(text ?? 'null') as Partial<Look> | null;
    const { epoch, version, at } = look ?? {};
    return typeof epoch === 'string' && Number.isSafeInteger(version) && Number.isFinite(at)
      ? ({ epoch, version, at } as Look)
      : undefined;
  } catch {
    return undefined;
  }
}
