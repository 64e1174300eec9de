/** The frames of one epoch, and the board at any version of it. */
import type { Board, Frame, FramePage } from '../types';
import { applyPatch } from './patch';

export class History {
  readonly epoch: string;
  readonly #pageSize: number;
  readonly #frames: (Frame | undefined)[] = [];
  readonly #boards = new Map<number, Board>();
  #known = 0;
  #head = 0;
  #missing = 1;

  constructor(epoch: string, pageSize: number) {
    this.epoch = epoch;
    this.#pageSize = pageSize;
  }

  get head(): number {
    return this.#head;
  }

  /** True when every frame from 1 to the head is here. */
  get complete(): boolean {
    return this.#known === this.#head;
  }

  keyframe(version: number, board: Board): void {
    if (!this.#boards.has(version)) this.#boards.set(version, board);
    this.#head = Math.max(this.#head, version);
  }

  /** The ceremony is known to have come this far, whether or not its frames are here. */
  expect(version: number): void {
    this.#head = Math.max(this.#head, version);
  }

  append(frame: Frame): void {
    if (this.#frames[frame.version] === undefined) {
      this.#frames[frame.version] = frame;
      this.#known += 1;
    }
    this.#head = Math.max(this.#head, frame.version);
  }

  addPage(page: FramePage): void {
    this.keyframe(page.keyframe.version, page.keyframe.board);
    for (const frame of page.frames) this.append(frame);
  }

  frame(version: number): Frame | undefined {
    return this.#frames[version];
  }

  /** The frames from 1 up to a version; only what is here. */
  frames(upTo: number = this.#head): Frame[] {
    return this.#frames.slice(1, upTo + 1).filter((frame) => frame !== undefined);
  }

  /** The pages that hold frames which are not here, newest first. */
  missingPages(): number[] {
    while (this.#missing <= this.#head && this.#frames[this.#missing]) this.#missing += 1;
    const pages = new Set<number>();
    for (let version = this.#head; version >= this.#missing; version -= 1) {
      if (this.#frames[version] === undefined) pages.add(this.pageOf(version));
    }
    return [...pages];
  }

  pageOf(version: number): number {
    return Math.floor(Math.max(version - 1, 0) / this.#pageSize);
  }

  /** The board at a version, from the nearest board before it; undefined if frames are missing. */
  board(version: number): Board | undefined {
    let from = version;
    while (!this.#boards.has(from)) {
      if (from <= 0 || this.#frames[from] === undefined) return undefined;
      from -= 1;
    }
    let board = this.#boards.get(from) as Board;
    for (let next = from + 1; next <= version; next += 1) {
      board = applyPatch(board, (this.#frames[next] as Frame).patch);
      this.#boards.set(next, board);
    }
    return board;
  }
}
