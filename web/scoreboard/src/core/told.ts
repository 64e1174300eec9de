/** What a viewer may be shown of a night: the whole of it, up to a horizon, or under a cover. */
import type { Board, Frame } from '../types';

export interface Told {
  /** The last version that is told. */
  readonly head: number;
  /** True when every frame from 1 to the head is here. */
  readonly complete: boolean;
  frame(version: number): Frame | undefined;
  /** The frames from 1 up to a version, or to the head; only what is here. */
  frames(upTo?: number): readonly Frame[];
  /** The board at a version that is told; undefined while frames before it are missing. */
  board(version: number): Board | undefined;
}
