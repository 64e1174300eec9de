/** A draft's way from its first pick into the log, and what became of it. */
import type { Board, CeremonyEvent, Phase } from '../../types';
import type { Clash, Hint, Notice, Preview, Stage, WorkPorts, WorkView } from './deskview';
import { alongside, eventOf, lacks, needsReason, opened, type Deed, type Draft } from './draft';
import { Poster } from './poster';
import type { Outcome, Posting, Proposal, Waiting } from './posting';
import { Review, type Reviewed } from './reviewing';

/** The kind of the moment that says why an award came after the end. */
const LATE = 'incident';

/** What is posted is decided on this. */
export interface Ground {
  readonly board: Board;
  readonly version: number;
  readonly epoch: string;
}

export class Work {
  ground: Ground | undefined;
  readonly #ports: WorkPorts;
  readonly #changed: () => void;
  readonly #poster: Poster;
  readonly #review: Review;
  #draft: Draft | undefined;
  #stage: Stage = 'forming';
  #preview: Preview | undefined;
  #posting: Posting | undefined;
  #reviewWaits: Waiting | undefined;
  #notice: Notice | undefined;
  #hint: Hint | undefined;
  #clash: Clash | undefined;

  /** @param me whose token it is sent with. */
  constructor(ceremony: string, ports: WorkPorts, me: () => string, changed: () => void) {
    this.#ports = ports;
    this.#changed = changed;
    const { ask, clock, random, signedOut } = ports;
    this.#poster = new Poster(ceremony, {
      ask,
      clock,
      random,
      me,
      signedOut,
      changed: (posting) => {
        this.#posting = posting;
        changed();
      },
    });
    this.#review = new Review(ceremony, {
      ask,
      clock,
      random,
      waits: (why) => {
        this.#reviewWaits = why;
        changed();
      },
    });
  }

  view(): WorkView {
    const posting = this.#posting;
    return {
      draft: this.#draft,
      stage: this.#stage,
      preview: this.#preview,
      posting,
      waiting: posting?.state === 'waiting' ? posting.why : this.#reviewWaits,
      notice: this.#notice,
      hint: this.#hint,
      clash: this.#clash,
    };
  }

  get draft(): Draft | undefined {
    return this.#draft;
  }

  get stage(): Stage {
    return this.#stage;
  }

  get clash(): Clash | undefined {
    return this.#clash;
  }

  /** What is on its way may have arrived: until that is known it is not changed. */
  get busy(): boolean {
    return this.#stage === 'publishing';
  }

  wake(): void {
    this.#poster.wake();
    this.#review.wake();
  }

  opened(deed: Deed, more: Parameters<typeof opened>[3] = {}): Draft {
    const phase: Phase = this.ground?.board.phase ?? 'scheduled';
    return opened(deed, this.#ports.newKey(), phase, more);
  }

  forming(draft: Draft, stage: Stage = 'forming'): void {
    this.#review.cancel();
    this.#draft = draft;
    this.#stage = stage;
    this.#preview = this.#hint = this.#notice = undefined;
    this.#changed();
  }

  /** At the step at which something is still owed. */
  owing(draft: Draft): void {
    this.forming(draft, needsReason(draft) ? 'reason' : 'forming');
  }

  close(): void {
    this.#review.cancel();
    this.#draft = this.#preview = this.#hint = undefined;
    this.#stage = 'forming';
  }

  say(hint: Hint | undefined): void {
    this.#hint = hint;
    this.#changed();
  }

  reason(text: string): void {
    if (!this.#draft || this.busy) return;
    this.#draft = { ...this.#draft, reason: text };
    this.say(undefined);
  }

  /** On to the next step: to the reason where one is owed, to the review, into the log. */
  go(): void {
    const draft = this.#draft;
    if (this.#clash) return;
    if (!draft) return this.say('picks');
    if (this.#stage === 'reviewed') {
      void this.#publish(draft);
    } else if (this.#stage === 'forming' || this.#stage === 'reason') {
      const lack = lacks(draft);
      if (lack === 'reason' && this.#stage === 'forming') this.forming(draft, 'reason');
      else if (lack) this.say(lack);
      else this.#ask(draft);
    }
  }

  /** One step back, and out in the end. What may have been posted is not left. */
  back(): void {
    const draft = this.#draft;
    if (this.#clash) return this.yield();
    if (this.busy) return this.say('pending');
    if (!draft) this.#notice = undefined;
    else if (this.#stage === 'reviewing' || this.#stage === 'reviewed') return this.owing(draft);
    else if (this.#stage === 'reason' && draft.picks.length > 0) return this.forming(draft);
    else this.close();
    this.say(undefined);
  }

  /** Theirs stands, and mine is no more. */
  yield(): void {
    this.#clash = undefined;
    this.close();
    this.#changed();
  }

  /** Mine, nevertheless: as a correction of theirs where theirs stands. */
  insist(): void {
    if (!this.#clash) return;
    const { draft, theirs } = this.#clash;
    const { category, picks, reason } = draft;
    if (category === undefined || picks.length === 0) return this.yield();
    this.#clash = undefined;
    const gone = theirs.event.type === 'winner-retracted';
    const next = this.opened(gone ? 'announce' : 'correct', { category, picks });
    this.owing({ ...next, reason });
  }

  /** What needs no review: it is said at once, and changes nobody's result. */
  async quick(draft: Draft): Promise<void> {
    if (!this.ground) return;
    const { board, version, epoch } = this.ground;
    const event = eventOf(draft, board);
    this.say(undefined);
    const outcome = await this.#poster.post({ key: draft.key, event, head: version, epoch });
    this.#tell(draft, event, outcome);
    this.#changed();
  }

  /** A post that an earlier load of this page did not see the end of. */
  takeUp(): void {
    const { read, write } = this.#ports.unsettled;
    const text = read();
    if (text === undefined || this.#draft) return;
    const kept = JSON.parse(text) as { epoch: string; draft: Draft; proposal: Proposal };
    if (kept.epoch !== this.ground?.epoch) return write(undefined);
    const { draft, proposal } = kept;
    this.#draft = draft;
    this.#stage = 'publishing';
    void this.#poster
      .resume(proposal)
      .then((outcome) => this.#settle(draft, proposal.event, outcome));
  }

  /** What was under way was meant for another night. */
  abandon(): void {
    this.#poster.drop();
    this.#clash = undefined;
    this.close();
  }

  #ask(draft: Draft): void {
    if (!this.ground) return;
    this.#stage = 'reviewing';
    this.#hint = this.#notice = this.#preview = undefined;
    this.#changed();
    const event = eventOf(draft, this.ground.board);
    this.#review.ask(event, (reviewed) => this.#reviewed(draft, event, reviewed));
  }

  #reviewed(draft: Draft, event: CeremonyEvent, reviewed: Reviewed): void {
    this.#stage = 'forming';
    switch (reviewed.is) {
      case 'frame':
        this.#preview = reviewed;
        this.#stage = 'reviewed';
        break;
      case 'settled-elsewhere':
        // Nothing of mine can come of it on this head: the answer says what stands, and by whom.
        void this.#publish(draft);
        return;
      case 'refused':
        this.#notice = { outcome: reviewed, event, at: this.#ports.clock.now() };
        break;
      case 'signed-out':
        this.#ports.signedOut(reviewed.sentence);
        break;
    }
    this.#changed();
  }

  async #publish(draft: Draft): Promise<void> {
    if (!this.ground) return;
    const { board, version, epoch } = this.ground;
    const event = eventOf(draft, board);
    const proposal = { key: draft.key, event, head: this.#preview?.head ?? version, epoch };
    this.#stage = 'publishing';
    this.#hint = this.#notice = undefined;
    this.#ports.unsettled.write(JSON.stringify({ epoch, draft, proposal }));
    this.#changed();
    this.#settle(draft, event, await this.#poster.post(proposal));
  }

  #settle(draft: Draft, event: CeremonyEvent, outcome: Outcome): void {
    this.#ports.unsettled.write(undefined);
    this.#preview = undefined;
    this.#stage = 'forming';
    this.#tell(draft, event, outcome);
    if (outcome.is !== 'clash' && outcome.is !== 'refused') this.close();
    const beside = outcome.is === 'posted' ? alongside(draft, LATE) : undefined;
    if (beside) {
      void this.#poster.post({ key: this.#ports.newKey(), event: beside, head: undefined });
    }
    this.#changed();
  }

  #tell(draft: Draft, event: CeremonyEvent, outcome: Outcome): void {
    if (outcome.is === 'clash') this.#clash = { draft, mine: event, theirs: outcome.theirs };
    else this.#notice = { outcome, event, at: this.#ports.clock.now() };
  }
}
