/** What a producer is about to post, from the first pick to the event. */
import type { Board, CeremonyEvent, Phase } from '../../types';

export type Deed =
  | 'announce'
  | 'correct'
  | 'retract'
  | 'review'
  | 'confirm'
  | 'present'
  | 'clear'
  | 'start'
  | 'end'
  | 'reopen'
  | 'note'
  | 'withdraw';

export interface Draft {
  /** Made when it is opened, kept until it is settled: however often it is sent, it is one event. */
  readonly key: string;
  readonly deed: Deed;
  readonly category?: string;
  /** Nominees, in ballot order once they are posted. */
  readonly picks: readonly string[];
  readonly presenters: readonly string[];
  readonly reason: string;
  /** Opened after the end of the night. */
  readonly late: boolean;
  readonly moment?: Moment;
  /** The version of the moment to be withdrawn. */
  readonly version?: number;
}

export interface Moment {
  readonly kind: string;
  readonly text: string;
  readonly works: readonly string[];
}

/** What the night lets one do with a category just now. */
export function deedFor(board: Board, category: string): 'announce' | 'correct' | undefined {
  const line = board.categories[category];
  if (!line || line.status === 'withdrawn' || board.phase === 'scheduled') return undefined;
  return Object.keys(line.winners).length > 0 ? 'correct' : 'announce';
}

export function opened(
  deed: Deed,
  key: string,
  phase: Phase,
  more: Partial<Pick<Draft, 'category' | 'picks' | 'presenters' | 'moment' | 'version'>> = {},
): Draft {
  const late = phase === 'ended' && deed !== 'note';
  return { key, deed, picks: [], presenters: [], reason: '', late, ...more };
}

/** One nominee alone; with `tie` one more, or one less. */
export function picked(draft: Draft, nominee: string, tie: boolean): Draft {
  if (!tie) return { ...draft, picks: [nominee] };
  const without = draft.picks.filter((each) => each !== nominee);
  const picks = without.length < draft.picks.length ? without : [...draft.picks, nominee];
  return { ...draft, picks };
}

/**
 * What was picked decides whether a standing result is corrected or, where it is under review and
 * the pick is what stands, confirmed.
 */
export function turned(draft: Draft, board: Board): Draft {
  const line = draft.category === undefined ? undefined : board.categories[draft.category];
  const open = draft.deed === 'confirm' || draft.deed === 'correct';
  if (!line || !open || draft.picks.length === 0) return draft;
  const winners = Object.keys(line.winners);
  const same =
    winners.length === draft.picks.length && winners.every((each) => draft.picks.includes(each));
  return { ...draft, deed: same && line.status === 'under-review' ? 'confirm' : 'correct' };
}

/** The result is public, and so is why it is taken back, replaced, or came after the end. */
export function needsReason({ deed, late }: Draft): boolean {
  return deed === 'correct' || deed === 'retract' || deed === 'reopen' || late;
}

export type Lack = 'picks' | 'reason' | 'text' | undefined;

/** What is missing before it can be posted. */
export function lacks(draft: Draft): Lack {
  const { deed, picks, moment } = draft;
  if ((deed === 'announce' || deed === 'correct') && picks.length === 0) return 'picks';
  if (deed === 'note' && (!moment || moment.text.trim() === '')) return 'text';
  return needsReason(draft) && draft.reason.trim() === '' ? 'reason' : undefined;
}

/** The event that it comes to; nominees in the order of the ballot. */
export function eventOf(draft: Draft, board: Board): CeremonyEvent {
  const category = draft.category ?? '';
  const given = draft.reason.trim();
  const reason = given === '' ? {} : { reason: given };
  const line = board.categories[category]?.nominees ?? {};
  const nominees = [...draft.picks].sort(
    (a, b) => (line[a]?.position ?? 0) - (line[b]?.position ?? 0),
  );
  switch (draft.deed) {
    case 'announce':
      return { type: 'winner-announced', category, nominees };
    case 'correct':
      return { type: 'winner-corrected', category, nominees, ...reason };
    case 'retract':
      return { type: 'winner-retracted', category, ...reason };
    case 'review':
      return { type: 'result-put-under-review', category, ...reason };
    case 'confirm':
      return { type: 'result-confirmed', category, ...reason };
    case 'present': {
      const presenters = draft.presenters.length > 0 ? { presenters: [...draft.presenters] } : {};
      return { type: 'presenting-began', category, ...presenters };
    }
    case 'clear':
      return { type: 'stage-cleared' };
    case 'start':
      return { type: 'ceremony-started' };
    case 'end':
      return { type: 'ceremony-ended', ...reason };
    case 'reopen':
      return { type: 'ceremony-reopened', ...reason };
    case 'withdraw':
      return { type: 'moment-withdrawn', version: draft.version ?? 0, ...reason };
    case 'note': {
      const { kind = '', text = '', works = [] } = draft.moment ?? {};
      const about = works.length > 0 ? { works: [...works] } : {};
      return { type: 'moment-noted', kind, text: text.trim(), ...about };
    }
  }
}

/**
 * An award has no reason of its own: where one is owed for it, it is told as a moment beside it.
 *
 * @param kind of that moment.
 */
export function alongside(draft: Draft, kind: string): CeremonyEvent | undefined {
  if (!draft.late || draft.deed !== 'announce') return undefined;
  return { type: 'moment-noted', kind, text: draft.reason.trim() };
}
