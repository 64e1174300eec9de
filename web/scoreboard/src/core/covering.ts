/** A night told under the viewer's spoiler cover, and what they have lifted of it. */
import type { Board, Category, Frame } from '../types';
import { coveredBoard, coveredFrame, decides } from './cover';
import type { Kept } from './kept';
import type { Told } from './told';

/** What the parts of the page ask and do about the cover. */
export interface CoverView {
  readonly on: boolean;
  /** True where something up to what is shown is hidden, so that what is counted stands still. */
  readonly hides: boolean;
  /** Whether the category has a result that is shown only as such. */
  isHidden(category: string): boolean;
  /** Whether the event of this version is told without its result. */
  hidesEvent(version: number): boolean;
  reveal(category: string): void;
  /** Everything up to what is shown. */
  revealAll(): void;
}

/** As it is remembered. */
interface Lifted {
  readonly on: boolean;
  /** What has been revealed holds for this epoch only. */
  readonly epoch: string;
  readonly revealed: readonly string[];
  readonly upTo: number;
}

const NOTHING_LIFTED = { epoch: '', revealed: [], upTo: 0 };

/**
 * Hides every result that has not been revealed, alone or with all up to a version. A category
 * stays revealed; what is announced later is hidden again. Texts, tallies and ranking may tell any
 * result: they stand still before the first that is hidden.
 */
export class Cover implements Told {
  readonly #under: Told;
  readonly #kept: Kept;
  readonly #key: string;
  #lifted: Lifted;
  #boards = new WeakMap<Board, Board>();
  #frames = new WeakMap<Frame, Frame>();
  /** The last version before anything hidden. */
  #clear = 0;

  /** @param forced the cover is on, whatever the viewer chose before. */
  constructor(under: Told, ceremony: string, forced: boolean, kept: Kept) {
    this.#under = under;
    this.#kept = kept;
    this.#key = `cover:${ceremony}`;
    const { on, ...lifted } = read(kept.read(this.#key));
    this.#lifted = { ...lifted, on: on || forced };
  }

  get on(): boolean {
    return this.#lifted.on;
  }

  get head(): number {
    return this.#under.head;
  }

  get complete(): boolean {
    return this.#under.complete;
  }

  /** Another epoch: the cover stays on, but what was revealed was of another history. */
  enter(epoch: string): void {
    if (epoch !== this.#lifted.epoch) this.#lift({ ...NOTHING_LIFTED, on: this.on, epoch });
    this.grown();
  }

  switch(on: boolean): void {
    this.#lift({ ...this.#lifted, on });
  }

  reveal(category: string): void {
    this.#lift({ ...this.#lifted, revealed: [...this.#lifted.revealed, category] });
  }

  revealUpTo(version: number): void {
    this.#lift({ ...this.#lifted, upTo: Math.max(version, this.#lifted.upTo) });
  }

  /** There is more, or something else, under the cover. */
  grown(): void {
    const clear = this.#open();
    if (clear === this.#clear) return;
    this.#clear = clear;
    this.#boards = new WeakMap();
  }

  frame(version: number): Frame | undefined {
    const frame = this.#under.frame(version);
    return frame && this.#covered(frame);
  }

  frames(upTo?: number): readonly Frame[] {
    const frames = this.#under.frames(upTo);
    return this.on ? frames.map((frame) => this.#covered(frame)) : frames;
  }

  board(version: number): Board | undefined {
    const board = this.#under.board(version);
    if (!board || !this.on || version <= this.#clear) return board;
    const known = this.#boards.get(board);
    if (known) return known;
    const hides = (key: string, category: Category): boolean => this.#hides(key, category);
    const open = this.#clear > 0 ? this.#under.board(this.#clear) : undefined;
    const covered = coveredBoard(board, hides, open);
    // What is counted may be missing from it until everything is here.
    if (this.complete) this.#boards.set(board, covered);
    return covered;
  }

  /** Whether anything up to a version is hidden. */
  hidesUpTo(version: number): boolean {
    return this.on && version > this.#clear;
  }

  hidesCategory(key: string, version: number): boolean {
    const category = this.#under.board(version)?.categories[key];
    return this.on && category !== undefined && this.#hides(key, category);
  }

  hidesEvent(version: number): boolean {
    const frame = this.#under.frame(version);
    return this.on && frame !== undefined && this.#hidesFrame(frame);
  }

  #covered(frame: Frame): Frame {
    if (!this.on || frame.version <= this.#clear) return frame;
    const known = this.#frames.get(frame);
    if (known) return known;
    const covered = coveredFrame(frame, this.#hidesFrame(frame));
    this.#frames.set(frame, covered);
    return covered;
  }

  #hides(key: string, { winners }: Category): boolean {
    if (this.#lifted.revealed.includes(key)) return false;
    return Object.values(winners).some((version) => version > this.#lifted.upTo);
  }

  #hidesFrame({ event, version }: Frame): boolean {
    const { revealed, upTo } = this.#lifted;
    return version > upTo && 'category' in event && !revealed.includes(event.category);
  }

  /** While frames are missing nothing is taken for open but what was revealed. */
  #open(): number {
    if (!this.#under.complete) return this.#lifted.upTo;
    const first = this.#under
      .frames()
      .find((frame) => decides(frame.event) && this.#hidesFrame(frame));
    return first ? first.version - 1 : Infinity;
  }

  #lift(lifted: Lifted): void {
    this.#lifted = lifted;
    this.#kept.write(this.#key, JSON.stringify(lifted));
    this.#boards = new WeakMap();
    this.#frames = new WeakMap();
    this.grown();
  }
}

/** Whether the cover was left on for a ceremony: for pages that tell of it without its night. */
export function wasCovered(kept: Kept, ceremony: string): boolean {
  return read(kept.read(`cover:${ceremony}`)).on;
}

function read(text: string | undefined): Lifted {
  try {
    const lifted = JSON.parse(text ?? '{}') as Partial<Lifted>;
    return {
      on: lifted.on === true,
      epoch: String(lifted.epoch ?? ''),
      revealed: Array.isArray(lifted.revealed) ? lifted.revealed.map(String) : [],
      upTo: Number(lifted.upTo) || 0,
    };
  } catch {
    return { ...NOTHING_LIFTED, on: false };
  }
}
