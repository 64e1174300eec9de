/** The night as a list of what happened, with corrections tied to what they correct. */
import type { Board, Frame } from '../types';
import { own } from './bare';
import { clock, day } from './format';
import { nomineeLabel, type Label } from './labels';
import { isRehearsal } from './rehearsal';
import { words } from './words';

export type EntryKind =
  | 'phase'
  | 'presenting'
  | 'winner'
  | 'under-review'
  | 'confirmed'
  | 'corrected'
  | 'retracted'
  | 'withdrawn'
  | 'moment';

export interface Entry {
  readonly version: number;
  readonly t: number;
  readonly occurredAt: string;
  readonly kind: EntryKind;
  /** One word for the kind. */
  readonly word: string;
  readonly category?: string;
  readonly names: readonly Label[];
  readonly text: string;
  /** The earlier entry that this one takes back or replaces. */
  readonly corrects?: number;
  /** The later entry, among those shown, that takes this one back or replaces it. */
  readonly correctedBy?: number;
}

type Told = Pick<Entry, 'kind' | 'word'> & Partial<Pick<Entry, 'category' | 'names' | 'text'>>;

/** The kind of the moment that stands where something is under the viewer's cover. */
export const HIDDEN = 'hidden';

/** The moment that says of a whole recording that its times are estimates. */
export const ESTIMATED_TIMES = 'estimated-times';

/**
 * The entries for these frames, newest first. Names are read from the board, which keeps them for
 * the whole night; what is superseded is told only by frames that are given.
 */
export function feedOf(frames: readonly Frame[], board: Board): Entry[] {
  const standing = new Map<string, number>();
  const supersededBy = new Map<number, number>();
  const entries: Entry[] = [];
  for (const frame of frames) {
    const { event, version } = frame;
    const corrects = supersedes(frame, standing);
    if (corrects !== undefined) supersededBy.set(corrects, version);
    if (event.type === 'winner-announced' || event.type === 'winner-corrected') {
      standing.set(event.category, version);
    } else if (event.type === 'winner-retracted') {
      standing.delete(event.category);
    }
    const told = tell(frame, board);
    if (!told) continue;
    entries.push({
      version,
      t: frame.t,
      occurredAt: frame.occurred_at,
      names: [],
      text: '',
      ...told,
      ...(corrects === undefined ? {} : { corrects }),
    });
  }
  return entries
    .map((entry) => {
      const correctedBy = supersededBy.get(entry.version);
      return correctedBy === undefined ? entry : { ...entry, correctedBy };
    })
    .reverse();
}

/** True while a moment stands that says the times are estimated; those of a rehearsal never are. */
export function timesAreEstimated(frames: readonly Frame[], { ceremony }: Board): boolean {
  if (isRehearsal(ceremony.id)) return false;
  const noted = frames.filter(
    ({ event }) => event.type === 'moment-noted' && event.kind === ESTIMATED_TIMES,
  );
  return noted.some(
    ({ version }) =>
      !frames.some(({ event }) => event.type === 'moment-withdrawn' && event.version === version),
  );
}

function supersedes({ event }: Frame, standing: Map<string, number>): number | undefined {
  if (event.type === 'moment-withdrawn') return event.version;
  if (event.type === 'winner-corrected' || event.type === 'winner-retracted') {
    return standing.get(event.category);
  }
  return undefined;
}

function tell({ event }: Frame, board: Board): Told | undefined {
  const w = words.feed;
  const labels = (category: string, ids: readonly string[]): Label[] =>
    ids.map((id) => nomineeLabel(board, category, id));
  switch (event.type) {
    case 'ceremony-started':
      return { kind: 'phase', word: w.started };
    case 'ceremony-ended':
      return { kind: 'phase', word: w.ended, text: event.reason ?? '' };
    case 'ceremony-reopened':
      return { kind: 'phase', word: w.reopened, text: event.reason ?? '' };
    case 'ceremony-rescheduled': {
      const when = `${day(event.starts_at)}, ${clock(event.starts_at)}`;
      return { kind: 'phase', word: w.rescheduled(when), text: event.reason ?? '' };
    }
    case 'presenting-began': {
      const presenters = event.presenters ?? [];
      const text = presenters.length > 0 ? words.hero.presentedBy(presenters) : '';
      return { kind: 'presenting', word: w.presenting, category: event.category, text };
    }
    case 'winner-announced': {
      const names = labels(event.category, event.nominees);
      const word = names.length > 1 ? w.tie : w.winner;
      return { kind: 'winner', word, category: event.category, names };
    }
    case 'winner-corrected': {
      const names = labels(event.category, event.nominees);
      const { category, reason = '' } = event;
      return { kind: 'corrected', word: w.corrected, category, names, text: reason };
    }
    case 'winner-retracted':
      return about('retracted', w.retracted, event);
    case 'result-put-under-review':
      return about('under-review', w.review, event);
    case 'result-confirmed':
      return about('confirmed', w.confirmed, event);
    case 'category-withdrawn':
      return about('withdrawn', w.withdrawn, event);
    case 'nominee-withdrawn': {
      const names = labels(event.category, [event.nominee]);
      return { ...about('withdrawn', w.withdrawn, event), names };
    }
    case 'moment-noted': {
      if (event.kind === ESTIMATED_TIMES) return undefined;
      if (event.kind === HIDDEN) return { kind: 'moment', word: words.cover.moment };
      return {
        kind: 'moment',
        word: own(words.moments, event.kind) ?? words.moment,
        text: event.text,
      };
    }
    case 'moment-withdrawn':
      return { kind: 'withdrawn', word: w.momentWithdrawn, text: event.reason ?? '' };
    default:
      return undefined;
  }
}

function about(kind: EntryKind, word: string, event: { category: string; reason?: string }): Told {
  return { kind, word, category: event.category, text: event.reason ?? '' };
}
