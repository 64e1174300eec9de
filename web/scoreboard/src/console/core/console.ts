/** A producer's place at the desk: where one looks, what one does, and what others do. */
import { upNext } from '../../core/labels';
import type { Board } from '../../types';
import type { DeskPorts, DeskView } from './deskview';
import { deedFor, lacks, needsReason, picked, turned, type Moment } from './draft';
import { neighbour, nextOpen, nomineeAt } from './places';
import { Room } from './room';
import type { DeskMessage } from './types';
import { undoOf } from './undo';
import { Work } from './work';

export class DeskConsole {
  readonly #ports: DeskPorts;
  readonly #work: Work;
  readonly #room = new Room();
  #selected: string | undefined;
  /** The history has only just been entered. */
  #fresh = false;

  constructor(ceremony: string, ports: DeskPorts) {
    this.#ports = ports;
    const me = (): string => this.#room.you?.name ?? '';
    this.#work = new Work(ceremony, ports, me, () => this.#emit());
  }

  get board(): Board | undefined {
    return this.#work.ground?.board;
  }

  view(): DeskView {
    const { log, people, you } = this.#room;
    const { board } = this;
    const undo = board && undoOf(board, log);
    return { ...this.#work.view(), log, people, you, board, selected: this.#selected, undo };
  }

  // --- what comes in

  /** The public board as it now is. */
  shows(board: Board, version: number, epoch: string): void {
    const before = this.#work.ground;
    const anew = before?.epoch !== epoch;
    if (before && anew) {
      this.#work.abandon();
      this.#selected = undefined;
    }
    this.#work.ground = { board, version, epoch };
    if (anew) this.#fresh = true;
    this.#takeUp();
    this.#follow(board, anew ? undefined : before?.board.stage.category);
    this.#emit();
  }

  heard(message: DeskMessage): void {
    if (!this.#room.heard(message)) return;
    this.#takeUp();
    this.#emit();
  }

  /** What an earlier load left under way, once it is known in whose name that was. */
  #takeUp(): void {
    if (!this.#fresh || !this.#room.you || !this.board) return;
    this.#fresh = false;
    this.#work.takeUp();
  }

  /** There is a link, or a token, again. */
  wake(): void {
    this.#work.wake();
  }

  // --- where one looks

  select(category: string): void {
    if (!this.board?.categories[category] || category === this.#selected) return;
    if (this.#work.draft && !this.#work.busy) this.#work.close();
    this.#selected = category;
    this.#work.say(undefined);
  }

  move(by: 1 | -1): void {
    const next = this.board && neighbour(this.board, this.#selected, by);
    if (next !== undefined) this.select(next);
  }

  /** To where the night is, unless something is in hand. */
  #follow(board: Board, staged: string | undefined): void {
    const { draft, clash } = this.#work;
    const stage = board.stage.category;
    if (draft?.category !== undefined) this.#selected = draft.category;
    else if (stage !== undefined && stage !== staged && !clash) this.#selected = stage;
    if (this.#selected === undefined || !board.categories[this.#selected]) {
      const next = board.phase === 'ended' ? undefined : upNext(board);
      this.#selected = next ?? board.latest.category ?? neighbour(board, undefined, 1);
    }
  }

  // --- what one does

  /** @param place in ballot order, from 0. While a reason is owed it is a preset's. */
  digit(place: number, tie: boolean): void {
    if (this.#work.clash) {
      if (place === 0) this.keepTheirs();
      else if (place === 1) this.insist();
      return;
    }
    if (this.#work.draft && this.#work.stage === 'reason') {
      const reason = this.#ports.presets()[place];
      if (reason === undefined) return;
      this.reason(reason);
      this.go();
      return;
    }
    const nominee = this.board && nomineeAt(this.board, this.#selected, place);
    if (nominee === undefined) this.#work.say('nobody');
    else this.pick(nominee, tie);
  }

  pick(nominee: string, tie: boolean): void {
    const { board } = this;
    const category = this.#selected;
    if (!board || category === undefined || this.#refused()) return;
    const line = board.categories[category];
    if (!line?.nominees[nominee] || line.nominees[nominee].withdrawn) return;
    let { draft } = this.#work;
    const awards = ['announce', 'correct', 'confirm'];
    if (draft?.category !== category || !awards.includes(draft.deed)) {
      const deed = deedFor(board, category);
      if (deed === undefined) return this.#work.say('phase');
      const standing = deed === 'correct' && tie ? Object.keys(line.winners) : [];
      draft = this.#work.opened(deed, { category, picks: standing });
    }
    this.#work.forming(turned(picked(draft, nominee, tie), board));
  }

  /** Whoever presents; another category on stage goes back to upcoming. */
  present(presenters: (category: string) => readonly string[]): void {
    const { board } = this;
    const here = this.#selected;
    if (!board || here === undefined || this.#refused()) return;
    if (board.phase !== 'live') return this.#work.say('phase');
    // Another category on stage would close what is picked in this one.
    if (this.#picks.length > 0) return this.#work.say('drafted');
    const category = nextOpen(board, here);
    if (category === undefined) return this.#work.say('decided');
    const names = presenters(category);
    const { stage } = board;
    if (stage.category === category && same(stage.presenters ?? [], names)) {
      return this.#work.say('on-stage');
    }
    if (category !== here) this.select(category);
    void this.#work.quick(this.#work.opened('present', { category, presenters: names }));
  }

  underReview(): void {
    const category = this.#decided();
    if (category === undefined) return;
    const draft = this.#work.opened('review', { category });
    if (needsReason(draft)) this.#work.forming(draft, 'reason');
    else void this.#work.quick(draft);
  }

  /** Confirms what is under review, or corrects it: what is picked already decides which. */
  confirm(): void {
    const category = this.#decided();
    if (category === undefined) return;
    const { draft } = this.#work;
    const open = draft?.deed === 'correct' || draft?.deed === 'confirm';
    if (open && draft.category === category && draft.picks.length > 0) {
      return this.#work.say(undefined); // the bar says what comes of the pick
    }
    const checked = this.board?.categories[category]?.status === 'under-review';
    this.#work.forming(this.#work.opened(checked ? 'confirm' : 'correct', { category }));
  }

  /** Undoes what the bar names: the last presenting, review or result. */
  undo(): void {
    if (this.#refused()) return;
    const undo = this.view().undo;
    if (undo === undefined) return this.#work.say('open');
    if (undo.of === 'result') return this.takeBack(undo.category);
    if (undo.of === 'review') {
      const draft = this.#work.opened('confirm', { category: undo.category });
      if (needsReason(draft)) this.#work.forming(draft, 'reason');
      else void this.#work.quick(draft);
    } else {
      const before = undo.before;
      void this.#work.quick(
        before ? this.#work.opened('present', before) : this.#work.opened('clear'),
      );
    }
  }

  /** Takes the result of a category back, with a reason. */
  takeBack(of: string): void {
    const category = this.#decided(of);
    if (category === undefined) return;
    this.#selected = category;
    this.#work.forming(this.#work.opened('retract', { category }), 'reason');
  }

  phase(deed: 'start' | 'end' | 'reopen'): void {
    if (this.#refused()) return;
    const draft = this.#work.opened(deed);
    this.#work.owing(draft);
    if (!needsReason(draft)) this.go();
  }

  note(moment: Moment): void {
    if (this.#work.busy) return this.#work.say('pending');
    const draft = this.#work.opened('note', { moment });
    if (lacks(draft)) return this.#work.say('text');
    void this.#work.quick(draft);
  }

  withdraw(version: number): void {
    if (this.#work.busy || this.#work.clash) return this.#work.say('pending');
    this.#work.forming(this.#work.opened('withdraw', { version }), 'reason');
  }

  reason(text: string): void {
    this.#work.reason(text);
  }

  go(): void {
    this.#work.go();
  }

  back(): void {
    this.#work.back();
  }

  keepTheirs(): void {
    this.#work.yield();
  }

  insist(): void {
    this.#work.insist();
  }

  /** What is picked and not yet published; a draft without picks has none. */
  get #picks(): readonly string[] {
    return this.#work.draft?.picks ?? [];
  }

  /** The category, where it has a result and one may change it. */
  #decided(category: string | undefined = this.#selected): string | undefined {
    if (this.#refused()) return undefined;
    if (this.board && category !== undefined && deedFor(this.board, category) === 'correct') {
      return category;
    }
    this.#work.say('open');
    return undefined;
  }

  /** Says why nothing of the night may be changed just now. */
  #refused(): boolean {
    if (this.#room.you?.role === 'editor') this.#work.say('editor');
    else if (this.#work.busy || this.#work.clash) this.#work.say('pending');
    else return false;
    return true;
  }

  #emit(): void {
    this.#ports.changed(this.view());
  }
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((each, i) => each === b[i]);
}
