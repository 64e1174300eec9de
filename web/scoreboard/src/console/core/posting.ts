/**
 * One event on its way into the log: a pure state machine around one idempotency key.
 *
 *   sending  --answer-->  settled | sending (on the new head) | looking | waiting | held
 *   sending  --lost---->  waiting, since nobody knows whether it arrived
 *   looking  --seen---->  settled | sending;   --lost--> waiting, or settled where it stands anyway
 *   waiting  --woken--->  sending, with the same key
 *   held     --woken--->  sending, with the same key, once there is a token again
 *
 * Whatever is lost on the way, the key makes sure that the log gets one event.
 */
import type { CeremonyEvent } from '../../types';
import { isPassing, problemOf, type Answer } from './ask';
import { categoryOf, meanwhile, standing } from './clash';
import type { Said } from './types';

export interface Proposal {
  readonly key: string;
  readonly event: CeremonyEvent;
  /** The head that it was decided on; undefined where any will do. */
  readonly head: number | undefined;
  /** The history that the head is of; a rehearsal begun anew is another one. */
  readonly epoch?: string | undefined;
}

export type Outcome =
  | { readonly is: 'posted'; readonly version: number }
  /** It stood before; `by` is missing where the log could not be read. */
  | { readonly is: 'already'; readonly version: number; readonly by?: Said }
  | { readonly is: 'clash'; readonly theirs: Said }
  | { readonly is: 'refused'; readonly sentence: string; readonly rule?: string }
  /** What it was meant for is no more. */
  | { readonly is: 'dropped' };

/** Why it waits: there is no answer, too many requests, or a server that cannot at the moment. */
export type Waiting = 'link' | 'busy' | 'unavailable';

export type Posting = {
  readonly proposal: Proposal;
  /** How often it was sent. */
  readonly sent: number;
  /** It may have arrived without our knowing: until that is known nothing else may take its key. */
  readonly unsure: boolean;
  /** How often in a row there was no answer, or none that helps. */
  readonly failed: number;
} & (
  | { readonly state: 'sending' }
  | { readonly state: 'looking'; readonly after: number; readonly because: Looking }
  | { readonly state: 'waiting'; readonly why: Waiting; readonly atLeast: number }
  | { readonly state: 'held'; readonly sentence: string }
  | { readonly state: 'settled'; readonly outcome: Outcome }
);

/** What the log is read for. */
type Looking =
  | { readonly for: 'author'; readonly version: number }
  | { readonly for: 'since'; readonly head: number }
  | { readonly for: 'standing'; readonly sentence: string; readonly rule: string };

export type Input =
  | { readonly type: 'answer'; readonly answer: Answer }
  | { readonly type: 'lost' }
  /** The events after `after`, as the log has them. */
  | { readonly type: 'seen'; readonly log: readonly Said[] }
  | { readonly type: 'woken' }
  | { readonly type: 'drop' };

export function begun(proposal: Proposal): Posting {
  return { state: 'sending', proposal, sent: 1, unsure: false, failed: 0 };
}

/** Taken up again where another load of the page left it: it may have arrived. */
export function resumed(proposal: Proposal): Posting {
  return { state: 'sending', proposal, sent: 2, unsure: true, failed: 0 };
}

/** @param me whose token it is sent with. */
export function step(posting: Posting, input: Input, me: string): Posting {
  if (posting.state === 'settled') return posting;
  switch (input.type) {
    case 'drop':
      return settled(posting, { is: 'dropped' });
    case 'lost':
      return lost(posting);
    case 'woken':
      return posting.state === 'waiting' || posting.state === 'held' ? again(posting) : posting;
    case 'answer':
      return posting.state === 'sending' ? answered(posting, input.answer) : posting;
    case 'seen':
      return posting.state === 'looking' ? seen(posting, posting.because, input.log, me) : posting;
  }
}

function answered(posting: Posting, answer: Answer): Posting {
  if (answer.status === 201) {
    return settled(posting, { is: 'posted', version: versionIn(answer) });
  }
  if (answer.status === 200) {
    const version = versionIn(answer);
    return looking(posting, version - 1, { for: 'author', version });
  }
  const problem = problemOf(answer);
  if (answer.status === 401) return { ...base(posting), state: 'held', sentence: problem.detail };
  if (answer.status === 412) {
    const { epoch } = posting.proposal;
    // Decided on a history that has ended: in another one it would be another event.
    if (epoch !== undefined && problem.epoch !== undefined && problem.epoch !== epoch) {
      return settled(posting, { is: 'dropped' });
    }
    return moved(posting, problem.head, problem.frames ?? []);
  }
  if (isPassing(answer)) {
    // A server that broke off may have stored it; one that says "too often" has not looked at it.
    const why = answer.status === 429 ? 'busy' : 'unavailable';
    const unsure = posting.unsure || why === 'unavailable';
    const atLeast = answer.retryAfter ?? 0;
    return { ...base(posting), unsure, failed: posting.failed + 1, state: 'waiting', why, atLeast };
  }
  const rule = problem.rule;
  if (rule === 'decided' && categoryOf(posting.proposal.event) !== undefined) {
    return looking(posting, 0, { for: 'standing', sentence: problem.detail, rule });
  }
  return settled(posting, refusal(problem.detail, rule));
}

/** The head is another one than mine was made on. */
function moved(
  posting: Posting,
  head: number | undefined,
  frames: readonly { readonly version: number; readonly event: CeremonyEvent }[],
): Posting {
  const mine = posting.proposal.head;
  if (head === undefined || mine === undefined) return again(posting);
  const told = frames.map(({ version, event }) => ({ version, event, actor: '', recorded_at: '' }));
  const whole = head < mine || frames.at(-1)?.version === head;
  if (whole && meanwhile(posting.proposal.event, told).is === 'elsewhere') {
    return again(rebased(posting, head));
  }
  return looking(posting, mine, { for: 'since', head });
}

function seen(posting: Posting, because: Looking, log: readonly Said[], me: string): Posting {
  const { proposal } = posting;
  if (because.for === 'author') {
    const { version } = because;
    const by = log.find((said) => said.version === version);
    // Sent more than once, and it is mine: the first time it had arrived.
    if (posting.unsure && by?.actor === me) return settled(posting, { is: 'posted', version });
    return settled(posting, { is: 'already', version, ...(by ? { by } : {}) });
  }
  if (because.for === 'standing') {
    const theirs = standing(categoryOf(proposal.event) ?? '', log);
    if (theirs) return settled(posting, { is: 'clash', theirs });
    return settled(posting, refusal(because.sentence, because.rule));
  }
  const found = meanwhile(proposal.event, log);
  if (found.is === 'elsewhere') return again(rebased(posting, because.head));
  if (found.is === 'clash') return settled(posting, { is: 'clash', theirs: found.theirs });
  const { theirs } = found;
  return settled(posting, { is: 'already', version: theirs.version, by: theirs });
}

function lost(posting: Posting): Posting {
  if (posting.state === 'looking' && posting.because.for === 'author') {
    // It stands; only its author is not known.
    return settled(posting, { is: 'already', version: posting.because.version });
  }
  const unsure = posting.unsure || posting.state === 'sending';
  const failed = posting.failed + 1;
  return { ...base(posting), unsure, failed, state: 'waiting', why: 'link', atLeast: 0 };
}

function again(posting: Posting): Posting {
  return { ...base(posting), sent: posting.sent + 1, state: 'sending' };
}

function rebased(posting: Posting, head: number): Posting {
  return { ...posting, failed: 0, proposal: { ...posting.proposal, head } };
}

function looking(posting: Posting, after: number, because: Looking): Posting {
  return { ...base(posting), state: 'looking', after: Math.max(after, 0), because };
}

function settled(posting: Posting, outcome: Outcome): Posting {
  return { ...base(posting), state: 'settled', outcome };
}

function refusal(sentence: string, rule: string | undefined): Outcome {
  return { is: 'refused', sentence, ...(rule === undefined ? {} : { rule }) };
}

function base({ proposal, sent, unsure, failed }: Posting): Omit<Posting, 'state'> {
  return { proposal, sent, unsure, failed };
}

function versionIn({ body }: Answer): number {
  return (body as { version: number }).version;
}
