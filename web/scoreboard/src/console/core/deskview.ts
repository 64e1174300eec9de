/** What a producer's place at the desk shows, and what it needs of the world. */
import type { Clock } from '../../core/clock';
import type { Board, CeremonyEvent, Frame } from '../../types';
import type { Ask } from './ask';
import type { Draft, Lack } from './draft';
import type { Outcome, Posting, Waiting } from './posting';
import type { Said, Seat, You } from './types';
import type { Undo } from './undo';

/** How far a draft has come. */
export type Stage = 'forming' | 'reason' | 'reviewing' | 'reviewed' | 'publishing';
/** Why something cannot be done just now. */
export type Hint =
  | NonNullable<Lack>
  | 'pending'
  | 'editor'
  | 'phase'
  | 'on-stage'
  | 'open'
  | 'decided'
  | 'nobody'
  | 'drafted';

export interface Notice {
  readonly outcome: Exclude<Outcome, { is: 'clash' }>;
  readonly event: CeremonyEvent;
  /** Unix ms. */
  readonly at: number;
}

export interface Clash {
  readonly draft: Draft;
  readonly mine: CeremonyEvent;
  readonly theirs: Said;
}

/** The frame that would be, on a head. */
export interface Preview {
  readonly frame: Frame;
  readonly head: number;
}

/** What one is about to post, and what became of the last. */
export interface WorkView {
  readonly draft: Draft | undefined;
  readonly stage: Stage;
  readonly preview: Preview | undefined;
  /** What is on its way, and perhaps waits. */
  readonly posting: Posting | undefined;
  readonly waiting: Waiting | undefined;
  readonly notice: Notice | undefined;
  readonly hint: Hint | undefined;
  readonly clash: Clash | undefined;
}

/** Who is here, and what was posted. */
export interface RoomView {
  /** The last ten, newest first. */
  readonly log: readonly Said[];
  readonly people: readonly Seat[];
  readonly you: You | undefined;
}

export interface DeskView extends WorkView, RoomView {
  readonly board: Board | undefined;
  readonly selected: string | undefined;
  readonly undo: Undo | undefined;
}

/** What outlives a load of the page: a post of which nobody knows what became. */
export interface Unsettled {
  read(): string | undefined;
  write(text: string | undefined): void;
}

export interface WorkPorts {
  readonly ask: Ask;
  readonly clock: Clock;
  readonly random: () => number;
  readonly newKey: () => string;
  readonly unsettled: Unsettled;
  readonly signedOut: (sentence: string) => void;
}

export interface DeskPorts extends WorkPorts {
  readonly changed: (view: DeskView) => void;
  /** Reasons that are given often; the first is the first digit's. */
  readonly presets: () => readonly string[];
}
