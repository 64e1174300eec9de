/** The frames of one epoch, and the board at any version of it. */
import type { Board, Frame, FramePage } from '../types';
import { applyPatch } from './patch';
import { same } from './same';

export class History {
  readonly epoch: string;
  #pageSize: number;
  readonly #frames: (Frame | undefined)[] = [];
  /** As they were given, and as they were folded from those. */
  readonly #given = new Map<number, Board>();
  readonly #boards = new Map<number, Board>();
  /** How far the ceremony is known to have come. */
  #end = 0;
  #head = 0;
  /** The first frame that is not here. */
  #missing = 1;
  #sound = true;

  constructor(epoch: string, pageSize: number) {
    this.epoch = epoch;
    this.#pageSize = pageSize;
  }

  /** How many frames a page holds, as the server says. */
  pagedBy(pageSize: number): void {
    this.#pageSize = pageSize;
  }

  /** The last version whose board can be told. */
  get head(): number {
    return this.#head;
  }

  /** True when every frame is here that the ceremony is known to have. */
  get complete(): boolean {
    return this.#missing > this.#end;
  }

  /** False once two things that came contradict each other: one of them is wrong. */
  get sound(): boolean {
    return this.#sound;
  }

  keyframe(version: number, board: Board): void {
    const before = this.#given.get(version);
    if (before) this.#sound &&= same(before, board);
    else {
      this.#given.set(version, board);
      this.#prove(version);
    }
    if (!this.#boards.has(version)) this.#boards.set(version, board);
    this.expect(version);
    this.#head = Math.max(this.#head, version);
    this.#reach();
  }

  /** The ceremony is known to have come this far, whether or not its frames are here. */
  expect(version: number): void {
    this.#end = Math.max(this.#end, version);
  }

  append(frame: Frame): void {
    const before = this.#frames[frame.version];
    if (before) this.#sound &&= sameFrame(before, frame);
    else this.#frames[frame.version] = frame;
    this.expect(frame.version);
    this.#reach();
  }

  /** Whether this is the page of that number: of this epoch, and without a gap. */
  fits(page: FramePage, number: number): boolean {
    const opening = number * this.#pageSize;
    return (
      page.epoch === this.epoch &&
      page.page === number &&
      page.keyframe.version === opening &&
      page.frames.length <= this.#pageSize &&
      page.frames.every(({ version }, i) => version === opening + 1 + i)
    );
  }

  addPage(page: FramePage): void {
    for (const frame of page.frames) this.append(frame);
    const opening = page.keyframe.version;
    this.keyframe(opening, page.keyframe.board);
    const later = [...this.#given.keys()].filter((version) => version > opening);
    if (later.length > 0) this.#prove(Math.min(...later));
    if (this.complete && this.#sound) this.#share();
  }

  frame(version: number): Frame | undefined {
    return this.#frames[version];
  }

  /** The frames from 1 up to a version; only what is here. */
  frames(upTo: number = this.#end): Frame[] {
    return this.#frames.slice(1, upTo + 1).filter((frame) => frame !== undefined);
  }

  /** True when every frame from 1 to this version is here. */
  has(upTo: number): boolean {
    return this.#missing > upTo;
  }

  /** The pages that hold frames which are not here, newest first. */
  missingPages(): number[] {
    const pages = new Set<number>();
    for (let version = this.#end; version >= this.#missing; version -= 1) {
      if (this.#frames[version] === undefined) pages.add(this.pageOf(version));
    }
    return [...pages];
  }

  pageOf(version: number): number {
    return Math.floor(Math.max(version - 1, 0) / this.#pageSize);
  }

  /** The board at a version, from the nearest board before it; undefined if frames are missing. */
  board(version: number): Board | undefined {
    const known = this.#boards.get(version);
    if (known) return known;
    const before = this.#fold(version, this.#boards);
    if (before) this.#boards.set(version, before);
    return before;
  }

  #fold(version: number, boards: ReadonlyMap<number, Board>): Board | undefined {
    let from = version - 1;
    while (!boards.has(from)) {
      if (from <= 0 || this.#frames[from] === undefined) return undefined;
      from -= 1;
    }
    let board = boards.get(from) as Board;
    for (let next = from + 1; next <= version; next += 1) {
      const frame = this.#frames[next];
      if (!frame) return undefined;
      board = applyPatch(board, frame.patch);
      if (next < version && !this.#boards.has(next)) this.#boards.set(next, board);
    }
    return board;
  }

  /** A board that was given must be what the one given before it and the frames between make. */
  #prove(version: number): void {
    const given = this.#given.get(version);
    const folded = given && this.#fold(version, this.#given);
    if (given && folded) this.#sound &&= same(given, folded);
  }

  /**
   * Boards that are folded one from the other share what does not change between them, so that only
   * what differs is drawn anew. Those that were given have been proven: they are folded as well.
   */
  #share(): void {
    const first = this.#given.get(0);
    if (!first || this.#given.size === 1) return;
    for (const boards of [this.#given, this.#boards]) {
      boards.clear();
      boards.set(0, first);
    }
  }

  #reach(): void {
    while (this.#frames[this.#missing]) this.#missing += 1;
    if (this.#head === 0 && !this.#boards.has(0)) return;
    while (this.#frames[this.#head + 1]) this.#head += 1;
  }
}

function sameFrame(a: Frame, b: Frame): boolean {
  return (
    a.t === b.t &&
    a.occurred_at === b.occurred_at &&
    same(a.event, b.event) &&
    same(a.patch, b.patch)
  );
}
