/** What somebody is writing, what the server makes of it, and what became of it. */
import { wallClock } from '../../core/clock';
import type { Ceremonies } from '../../types';
import type { Waiting } from '../core/posting';
import { session } from '../state/session.svelte';
import { Checker, type Verdict } from './checking';
import { newKey } from './keys';
import { proposedId } from './naming';
import { Scheduler, type Settled } from './scheduling';
import { FACTS, formatOf, NO_FACTS, type Fact, type Facts, type Manuscript } from './types';

const KEPT = 'programme draft';

interface Draft {
  readonly text: string;
  readonly facts: Facts;
  readonly ownId: boolean;
}

export class EditorState {
  text = $state('');
  /** As typed; the id only once it is one's own. */
  facts: Record<Fact, string> = $state({ ...NO_FACTS });
  ownId = $state(false);
  verdict: Verdict = $state.raw({ is: 'empty' });
  settled: Settled | undefined = $state.raw();
  sending = $state(false);
  /** Why a programme that was sent is not settled. */
  waiting: Waiting | undefined = $state();
  /** The ids of the ceremonies that there are. */
  known: readonly string[] = $state.raw([]);
  readonly #checker = new Checker({
    ask: session.ask,
    clock: wallClock,
    random: Math.random,
    changed: (verdict) => (this.verdict = verdict),
    signedOut: () => session.lapse(),
  });
  readonly #scheduler = new Scheduler({
    ask: session.ask,
    clock: wallClock,
    random: Math.random,
    newKey,
    waits: (why) => (this.waiting = why),
  });

  constructor() {
    const draft = draftKept();
    if (!draft) return;
    this.text = draft.text;
    for (const fact of FACTS) this.facts[fact] = String(draft.facts[fact] ?? '');
    this.ownId = draft.ownId;
  }

  get format(): 'json' | 'csv' {
    return formatOf(this.text);
  }

  get id(): string {
    return this.ownId ? this.facts.id : proposedId(this.facts.name, this.facts.starts_at);
  }

  get manuscript(): Manuscript {
    return { text: this.text, facts: { ...this.facts, id: this.id } };
  }

  /** Whether what was found good is what is scheduled already. */
  get isThere(): boolean {
    const { verdict } = this;
    return verdict.is === 'good' && this.known.includes(verdict.programme.ceremony.id);
  }

  /** Another text altogether, with the facts that belong to it. */
  load(text: string, facts?: Facts): void {
    this.text = text;
    if (!facts) return;
    this.facts = { ...facts };
    this.ownId = facts.id !== '';
  }

  clear(): void {
    this.load('', NO_FACTS);
    this.settled = undefined;
  }

  /** What is written has changed, or is looked at for the first time. */
  changed(manuscript: Manuscript): void {
    keep({ ...manuscript, facts: { ...this.facts }, ownId: this.ownId });
    this.#checker.check(manuscript);
  }

  /** There is a link, or a token, again. */
  wake(): void {
    this.#checker.wake();
    this.#scheduler.wake();
  }

  stop(): void {
    this.#checker.stop();
  }

  async schedule(): Promise<void> {
    this.sending = true;
    const { manuscript } = this;
    const settled = await this.#scheduler.schedule(manuscript);
    this.sending = false;
    if (settled.is === 'signed-out') {
      session.lapse();
      return;
    }
    this.settled = settled;
    if (settled.is === 'refused') this.verdict = { is: 'wrong', mistakes: settled.mistakes };
    await this.look();
  }

  /** Which ceremonies there are. */
  async look(): Promise<void> {
    try {
      const { status, body } = await session.ask({ method: 'GET', path: '/api/ceremonies' });
      if (status === 200) this.known = (body as Ceremonies).ceremonies.map(({ id }) => id);
    } catch {
      // Then nothing is said of it.
    }
  }
}

function draftKept(): Draft | undefined {
  try {
    const draft = JSON.parse(sessionStorage.getItem(KEPT) ?? 'null') as Draft | null;
    return typeof draft?.text === 'string' && typeof draft.facts === 'object' ? draft : undefined;
  } catch {
    return undefined; // Storage may be forbidden: then a reload begins anew.
  }
}

function keep(draft: Draft): void {
  try {
    if (draft.text === '' && FACTS.every((fact) => draft.facts[fact] === '')) {
      sessionStorage.removeItem(KEPT);
    } else {
      sessionStorage.setItem(KEPT, JSON.stringify(draft));
    }
  } catch {
    // As above.
  }
}
