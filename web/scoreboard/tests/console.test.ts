import { describe, expect, it } from 'vitest';
import { DeskConsole } from '../src/console/core/console';
import type { DeskView } from '../src/console/core/deskview';
import { commandOf } from '../src/console/core/keys';
import { isMoot, originalOf, presentersIn, Recording, restOf } from '../src/console/core/recording';
import { codeIn, isToken, redeem, Session } from '../src/console/core/session';
import type { Original, Progress } from '../src/console/core/recording';
import type { Role } from '../src/console/core/types';
import { routeOf } from '../src/core/route';
import type { Board, CeremonyEvent } from '../src/types';
import { DeskServer, type Fate } from './deskserver';
import { ManualClock, settle, smallNight } from './support';

const [LA_LA, MOONLIGHT] = ['picture/la-la-land', 'picture/moonlight'];
const LIVE = smallNight().boards[5]!;

/** A desk on which everything that is posted is seen at once. */
class Desk {
  readonly server: DeskServer;
  readonly clock = new ManualClock();
  readonly signedOut: string[] = [];
  kept: string | undefined;
  view!: DeskView;
  console: DeskConsole;
  #keys = 0;

  constructor(board: Board = LIVE, { role = 'producer' as Role, epoch = 'one', kept = '' } = {}) {
    this.server = new DeskServer(board);
    if (kept) this.kept = kept;
    this.console = this.#made();
    const you = { name: 'ada', role, token: 't' };
    this.console.heard({
      type: 'hello',
      ceremony: 'night',
      epoch,
      version: 10,
      server_time: '',
      you,
    });
    this.seen(epoch);
  }

  #made(): DeskConsole {
    return new DeskConsole('night', {
      ask: this.server.ask,
      clock: this.clock,
      random: () => 0.5,
      newKey: () => `k${(this.#keys += 1)}`,
      unsettled: { read: () => this.kept, write: (text) => (this.kept = text) },
      changed: (view) => (this.view = view),
      signedOut: (sentence) => this.signedOut.push(sentence),
      presets: () => ['Wrong envelope', 'Wrong name'],
    });
  }

  /** The public board gets here. */
  seen(epoch = 'one'): void {
    this.console.shows(this.server.board, this.server.head, epoch);
  }

  /** Presses keys, and lets everything come of it that comes at once. */
  async press(...keys: string[]): Promise<void> {
    for (const key of keys) {
      const tie = key.startsWith('⇧');
      if (/\d/.test(key)) this.console.digit(Number(key.slice(-1)) - 1, tie);
      else if (key === '⏎') this.console.go();
      else if (key === 'P') this.console.present(() => []);
      else if (key === 'R') this.console.underReview();
      else if (key === 'C') this.console.confirm();
      else if (key === 'U') this.console.undo();
      else if (key === 'Esc') this.console.back();
      else if (key === 'J') this.console.move(1);
      await settle();
      this.seen();
    }
  }

  /** The desk's stream tells what was posted. */
  told(): void {
    const occurred_at = '2025-03-03T01:00:00.000Z';
    for (const said of this.server.log)
      this.console.heard({ type: 'posted', occurred_at, ...said });
  }

  get events(): CeremonyEvent[] {
    return this.server.log.map(({ event }) => event);
  }

  get stage(): string {
    return this.view.draft ? this.view.stage : 'none';
  }
}

describe('an award', () => {
  it('is picked, reviewed and published', async () => {
    const desk = new Desk();
    expect(desk.view.selected).toBe('picture');
    await desk.press('P', '2');
    expect([desk.stage, desk.view.draft?.picks]).toEqual(['forming', [MOONLIGHT]]);
    await desk.press('⏎');
    expect([desk.stage, desk.view.preview?.head]).toEqual(['reviewed', 11]);
    expect(desk.events).toHaveLength(1);
    await desk.press('⏎');
    expect(desk.view.notice?.outcome).toEqual({ is: 'posted', version: 12 });
    expect([desk.stage, desk.view.undo, desk.kept]).toEqual([
      'none',
      { of: 'result', category: 'picture' },
      undefined,
    ]);
    expect(desk.events).toEqual([
      { type: 'presenting-began', category: 'picture' },
      { type: 'winner-announced', category: 'picture', nominees: [MOONLIGHT] },
    ]);
  });

  it('is shared, with one key more, in the order of the ballot', async () => {
    const desk = new Desk();
    await desk.press('2', '⇧1', '⏎', '⏎');
    expect(desk.events).toEqual([
      { type: 'winner-announced', category: 'picture', nominees: [LA_LA, MOONLIGHT] },
    ]);
  });

  it('has one key from its first pick to the end, whatever is picked in between', async () => {
    const desk = new Desk();
    await desk.press('2');
    const key = desk.view.draft?.key;
    await desk.press('1', '⏎', '2', '⏎', '⏎');
    expect(desk.server.posts[0]?.headers?.['Idempotency-Key']).toBe(key);
    expect(desk.events).toEqual([
      { type: 'winner-announced', category: 'picture', nominees: [MOONLIGHT] },
    ]);
  });

  it('is reviewed as soon as there is a link', async () => {
    const desk = new Desk();
    desk.server.fates.push('request lost', 'down');
    await desk.press('2', '⏎');
    expect([desk.stage, desk.view.waiting]).toEqual(['reviewing', 'link']);
    desk.clock.advance(5_000);
    await settle();
    expect(desk.view.waiting).toBe('unavailable');
    desk.clock.advance(5_000);
    await settle();
    expect([desk.stage, desk.view.waiting]).toEqual(['reviewed', undefined]);
  });

  it('is not reviewed any more for who has gone back', async () => {
    const desk = new Desk();
    desk.server.fates.push('request lost');
    await desk.press('2', '⏎', 'Esc');
    desk.clock.advance(60_000);
    await settle();
    expect([desk.stage, desk.view.waiting, desk.server.asked.length]).toEqual([
      'forming',
      undefined,
      1,
    ]);
    await desk.press('Esc');
    expect(desk.stage).toBe('none');
  });

  it('stays on the desk while the link is lost, and cannot be changed meanwhile', async () => {
    const desk = new Desk();
    await desk.press('2', '⏎');
    desk.server.fates.push('answer lost', 'request lost');
    await desk.press('⏎');
    expect([desk.stage, desk.view.waiting]).toEqual(['publishing', 'link']);
    await desk.press('1', 'Esc', 'U');
    expect([desk.stage, desk.view.draft?.picks, desk.view.hint]).toEqual([
      'publishing',
      [MOONLIGHT],
      'pending',
    ]);
    desk.console.wake();
    await settle();
    desk.clock.advance(10_000);
    await settle();
    expect(desk.view.notice?.outcome).toEqual({ is: 'posted', version: 11 });
    expect(desk.events).toHaveLength(1);
  });

  it('whose end one did not see is taken up after a reload', async () => {
    const desk = new Desk();
    await desk.press('2', '⏎');
    desk.server.fates.push('answer lost');
    await desk.press('⏎');
    expect(desk.kept).toContain('k1');
    const again = new Desk(LIVE, { kept: desk.kept! });
    expect(again.stage).toBe('publishing');
    await settle();
    expect(again.server.posts[0]?.headers?.['Idempotency-Key']).toBe('k1');
    expect([again.stage, again.kept]).toEqual(['none', undefined]);
    const other = new Desk(LIVE, { kept: desk.kept!, epoch: 'two' });
    await settle();
    expect([other.server.posts, other.kept]).toEqual([[], undefined]);
  });

  it('keeps its draft when the token is no longer good', async () => {
    const desk = new Desk();
    desk.server.fates.push('signed out');
    await desk.press('2', '⏎');
    expect([desk.signedOut, desk.view.draft?.picks]).toEqual([['No valid token.'], [MOONLIGHT]]);
    await desk.press('⏎');
    desk.server.fates.push('signed out');
    await desk.press('⏎');
    expect([desk.signedOut.length, desk.stage]).toEqual([2, 'publishing']);
    desk.console.wake();
    await settle();
    expect([desk.events.length, desk.view.notice?.outcome.is]).toEqual([1, 'posted']);
  });

  it('that is refused keeps its draft, and says why', async () => {
    const desk = new Desk();
    desk.server.fates.push('forbidden');
    await desk.press('2', '⏎');
    expect([desk.stage, desk.view.notice?.outcome]).toEqual([
      'forming',
      { is: 'refused', sentence: 'Not you.' },
    ]);
  });

  it('needs a pick, a number that there is, and a night that has begun', async () => {
    const desk = new Desk();
    await desk.press('⏎');
    expect(desk.view.hint).toBe('picks');
    await desk.press('9');
    expect(desk.view.hint).toBe('nobody');
    const early = new Desk(smallNight().boards[3]!);
    await early.press('1');
    expect(early.view.hint).toBe('phase');
    await early.press('P');
    expect([early.view.hint, early.events]).toEqual(['phase', []]);
  });
});

describe('a colleague', () => {
  it('who announced the same did it, and is named', async () => {
    const desk = new Desk();
    await desk.press('2', '⏎');
    desk.server.post('maya', {
      type: 'winner-announced',
      category: 'picture',
      nominees: [MOONLIGHT],
    });
    await desk.press('⏎');
    expect(desk.view.notice?.outcome).toMatchObject({ is: 'already', by: { actor: 'maya' } });
    expect(desk.events).toHaveLength(1);
  });

  it('who announced the same before the review did it as well', async () => {
    const desk = new Desk();
    await desk.press('2');
    desk.server.post('maya', {
      type: 'winner-announced',
      category: 'picture',
      nominees: [MOONLIGHT],
    });
    await desk.press('⏎');
    expect(desk.view.notice?.outcome).toMatchObject({ is: 'already', by: { actor: 'maya' } });
  });

  it.each([
    ['before the review', ['2'], ['⏎']],
    ['after it', ['2', '⏎'], ['⏎']],
  ])('who announced another %s is shown beside mine, and kept', async (_, before, after) => {
    const desk = new Desk();
    await desk.press(...before);
    desk.server.post('maya', { type: 'winner-announced', category: 'picture', nominees: [LA_LA] });
    await desk.press(...after);
    expect(desk.view.clash).toMatchObject({
      mine: { nominees: [MOONLIGHT] },
      theirs: { actor: 'maya', event: { nominees: [LA_LA] } },
    });
    await desk.press('R', '1');
    expect([desk.view.clash, desk.stage, desk.events.length]).toEqual([undefined, 'none', 1]);
  });

  it('who announced another is corrected with a reason', async () => {
    const desk = new Desk();
    await desk.press('2', '⏎');
    desk.server.post('maya', { type: 'winner-announced', category: 'picture', nominees: [LA_LA] });
    await desk.press('⏎', '2');
    expect([desk.stage, desk.view.draft?.deed]).toEqual(['reason', 'correct']);
    await desk.press('⏎');
    expect(desk.view.hint).toBe('reason');
    await desk.press('1', '⏎');
    expect(desk.events.at(-1)).toEqual({
      type: 'winner-corrected',
      category: 'picture',
      nominees: [MOONLIGHT],
      reason: 'Wrong envelope',
    });
  });

  it('elsewhere takes nothing from under my hands', async () => {
    const desk = new Desk();
    await desk.press('2', '⏎');
    desk.server.post('maya', { type: 'presenting-began', category: 'actress' });
    desk.seen();
    expect([desk.view.selected, desk.stage]).toEqual(['picture', 'reviewed']);
    await desk.press('⏎');
    expect(desk.view.notice?.outcome).toEqual({ is: 'posted', version: 12 });
  });

  it('who brings another category on stage takes an idle desk there', () => {
    const desk = new Desk();
    desk.server.post('maya', { type: 'presenting-began', category: 'actress' });
    desk.seen();
    expect(desk.view.selected).toBe('actress');
  });

  it('stands in the log of the last ten, and at the desk', () => {
    const desk = new Desk();
    const event: CeremonyEvent = { type: 'moment-noted', kind: 'speech', text: 'Thanks' };
    for (let version = 1; version <= 12; version += 1) {
      const news = { version, actor: 'maya', recorded_at: '', occurred_at: '', event };
      desk.console.heard({ type: 'posted', ...news });
      desk.console.heard({ type: 'posted', ...news });
    }
    desk.console.heard({ type: 'present', people: [{ name: 'maya', role: 'admin', since: '' }] });
    expect(desk.view.log.map(({ version }) => version)).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3]);
    expect(desk.view.people).toHaveLength(1);
    desk.console.heard({ type: 'begun-anew', epoch: 'two' });
    expect(desk.view.log).toEqual([]);
  });
});

describe('a mistake', () => {
  const announced = async (): Promise<Desk> => {
    const desk = new Desk();
    await desk.press('1', '⏎', '⏎');
    return desk;
  };

  it.each([
    ['with five keys', ['R', '2', '⏎', '1', '⏎'], [MOONLIGHT]],
    ['with a key more through the confirmation', ['R', 'C', '2', '⏎', '1', '⏎'], [MOONLIGHT]],
    ['into a tie with a key more', ['R', '2', '⇧1', '⏎', '1', '⏎'], [LA_LA, MOONLIGHT]],
  ])('is put right %s', async (_, keys, nominees) => {
    const desk = await announced();
    await desk.press(...keys);
    expect(keys.length).toBeLessThan(10);
    expect(desk.events.slice(1)).toEqual([
      { type: 'result-put-under-review', category: 'picture' },
      { type: 'winner-corrected', category: 'picture', nominees, reason: 'Wrong envelope' },
    ]);
  });

  it('that was none is confirmed, also by picking what stands', async () => {
    for (const keys of [
      ['R', 'C', '⏎', '⏎'],
      ['R', 'C', '1', '⏎', '⏎'],
      ['R', '1', '⏎', '⏎'],
    ]) {
      const desk = await announced();
      await desk.press(...keys);
      expect(desk.events.slice(2)).toEqual([{ type: 'result-confirmed', category: 'picture' }]);
    }
  });

  it.each([
    ['under review', ['R', '2', 'C']],
    ['under review, confirmed first', ['R', 'C', '2', 'C', 'C']],
    ['not under review', ['2', 'C']],
    ['not under review, corrected first', ['C', '2', 'C']],
    ['as a tie', ['R', '2', '⇧1', 'C']],
  ])('stays a correction when C is pressed after another pick: %s', async (_, keys) => {
    const desk = await announced();
    await desk.press(...keys);
    expect(desk.view.draft?.deed).toBe('correct');
    expect(desk.view.draft?.picks).toContain(MOONLIGHT);
    await desk.press('⏎', '1', '⏎');
    expect(desk.events.at(-1)).toMatchObject({
      type: 'winner-corrected',
      reason: 'Wrong envelope',
    });
    expect(desk.events.map(({ type }) => type)).not.toContain('result-confirmed');
  });

  it('keeps what is picked when another category is called on stage', async () => {
    const desk = new Desk();
    await desk.press('2', 'P');
    expect([desk.view.hint, desk.view.draft?.picks]).toEqual(['drafted', [MOONLIGHT]]);
    expect(desk.events).toEqual([]);
    await desk.press('Esc', 'P');
    expect(desk.events.map(({ type }) => type)).toEqual(['presenting-began']);
  });

  it('is undone by name and with a reason of one’s own', async () => {
    const desk = await announced();
    expect(desk.view.undo).toEqual({ of: 'result', category: 'picture' });
    await desk.press('U');
    expect([desk.stage, desk.view.draft?.deed]).toEqual(['reason', 'retract']);
    desk.console.reason('Read from the wrong card');
    await desk.press('⏎', '⏎');
    expect(desk.events.at(-1)).toEqual({
      type: 'winner-retracted',
      category: 'picture',
      reason: 'Read from the wrong card',
    });
  });

  it('has nothing to put right where nothing is decided', async () => {
    const desk = new Desk();
    for (const key of ['R', 'C', 'U']) {
      await desk.press(key);
      expect([desk.view.hint, desk.stage]).toEqual(['open', 'none']);
    }
  });
});

describe('the phases', () => {
  it('are posted after a review', async () => {
    const desk = new Desk(smallNight().boards[3]!);
    desk.console.phase('start');
    await settle();
    expect([desk.stage, desk.events]).toEqual(['reviewed', []]);
    await desk.press('⏎');
    expect(desk.events).toEqual([{ type: 'ceremony-started' }]);
  });

  it('ask for a reason before a night is reopened', async () => {
    const desk = new Desk({ ...LIVE, phase: 'ended' });
    desk.console.phase('reopen');
    expect(desk.stage).toBe('reason');
    await desk.press('2', '⏎');
    expect(desk.events).toEqual([{ type: 'ceremony-reopened', reason: 'Wrong name' }]);
  });

  it('ask for a reason for whatever comes after the end', async () => {
    const desk = new Desk({ ...LIVE, phase: 'ended' });
    await desk.press('2', '⏎');
    expect(desk.stage).toBe('reason');
    await desk.press('1', '⏎');
    await settle();
    expect(desk.events).toEqual([
      { type: 'winner-announced', category: 'picture', nominees: [MOONLIGHT] },
      { type: 'moment-noted', kind: 'incident', text: 'Wrong envelope' },
    ]);
    await desk.press('R');
    expect(desk.stage).toBe('reason');
    await desk.press('2', '⏎');
    expect(desk.events.at(-1)).toEqual({
      type: 'result-put-under-review',
      category: 'picture',
      reason: 'Wrong name',
    });
  });
});

describe('at the desk', () => {
  it('the next category is presented when this one is decided', async () => {
    const desk = new Desk();
    await desk.press('1', '⏎', '⏎', 'P');
    expect([desk.view.selected, desk.events.at(-1)]).toEqual([
      'actress',
      { type: 'presenting-began', category: 'actress' },
    ]);
    await desk.press('P');
    expect(desk.view.hint).toBe('on-stage');
    await desk.press('1', '⏎', '⏎', 'P');
    expect(desk.view.hint).toBe('decided');
  });

  it('what came on stage at a press is taken off again by name, and then the award before it', async () => {
    const desk = new Desk();
    await desk.press('1', '⏎', '⏎', 'P');
    desk.told();
    expect(desk.view.undo).toEqual({ of: 'stage', category: 'actress', before: undefined });
    await desk.press('U');
    desk.told();
    expect(desk.events.at(-1)).toEqual({ type: 'stage-cleared' });
    expect(desk.view.undo).toEqual({ of: 'result', category: 'picture' });
    await desk.press('U');
    expect(desk.view.draft?.deed).toBe('retract');
  });

  it('what was on stage before comes back with who presented it', async () => {
    const desk = new Desk();
    desk.console.present(() => ['Faye Dunaway']);
    await settle();
    desk.seen();
    desk.server.post('ben', { type: 'presenting-began', category: 'actress' });
    desk.seen();
    desk.told();
    await desk.press('U');
    expect(desk.events.at(-1)).toEqual({
      type: 'presenting-began',
      category: 'picture',
      presenters: ['Faye Dunaway'],
    });
  });

  it('a review is undone by name, and after the end with a reason', async () => {
    const desk = new Desk();
    await desk.press('1', '⏎', '⏎', 'R');
    desk.told();
    expect(desk.view.undo).toEqual({ of: 'review', category: 'picture' });
    await desk.press('U');
    expect(desk.events.at(-1)).toEqual({ type: 'result-confirmed', category: 'picture' });
    desk.server.post('ben', { type: 'ceremony-ended' });
    desk.seen();
    await desk.press('R', '1', '⏎');
    await desk.press('⏎');
    desk.told();
    await desk.press('U');
    expect([desk.stage, desk.view.draft?.deed]).toEqual(['reason', 'confirm']);
  });

  it('an undo takes nothing off the stage that somebody else has put there meanwhile', async () => {
    const desk = new Desk();
    await desk.press('P');
    desk.told();
    desk.server.meanwhile = () => {
      desk.server.meanwhile = undefined;
      desk.server.post('ben', { type: 'presenting-began', category: 'actress' });
    };
    await desk.press('U');
    expect(desk.view.clash?.theirs.event).toMatchObject({ category: 'actress' });
    expect(desk.events.map(({ type }) => type)).not.toContain('stage-cleared');
  });

  it('presenters are sent, and sent again when they are others', async () => {
    const desk = new Desk();
    for (const names of [['Faye Dunaway'], ['Faye Dunaway'], ['Faye Dunaway', 'Warren Beatty']]) {
      desk.console.present(() => names);
      await settle();
      desk.seen();
    }
    expect(desk.events.map((event) => 'presenters' in event && event.presenters)).toEqual([
      ['Faye Dunaway'],
      ['Faye Dunaway', 'Warren Beatty'],
    ]);
  });

  it('who looks elsewhere leaves what was only picked', async () => {
    const desk = new Desk();
    await desk.press('1', 'J');
    expect([desk.view.selected, desk.stage]).toEqual(['actress', 'none']);
  });

  it('moments are noted at once, and withdrawn with a reason', async () => {
    const desk = new Desk();
    desk.console.note({ kind: 'speech', text: '  ', works: [] });
    expect(desk.view.hint).toBe('text');
    desk.console.note({ kind: 'speech', text: ' Long. ', works: ['moonlight'] });
    await settle();
    desk.console.withdraw(11);
    await desk.press('1', '⏎');
    expect(desk.events).toEqual([
      { type: 'moment-noted', kind: 'speech', text: 'Long.', works: ['moonlight'] },
      { type: 'moment-withdrawn', version: 11, reason: 'Wrong envelope' },
    ]);
  });

  it('an editor notes moments, and nothing else', async () => {
    const desk = new Desk(LIVE, { role: 'editor' });
    for (const key of ['P', '1', 'R', 'C', 'U']) {
      await desk.press(key);
      expect([desk.view.hint, desk.stage]).toEqual(['editor', 'none']);
    }
    desk.console.phase('end');
    desk.console.note({ kind: 'speech', text: 'Short', works: [] });
    await settle();
    expect(desk.events.map(({ type }) => type)).toEqual(['moment-noted']);
  });

  it('a post decided on the last rehearsal is not made in the next', async () => {
    const desk = new Desk();
    await desk.press('1', '⏎');
    expect(desk.stage).toBe('reviewed');
    desk.server.epoch = 'two'; // and the board of it has not come yet
    desk.console.go();
    await settle();
    expect([desk.view.notice?.outcome, desk.events]).toEqual([{ is: 'dropped' }, []]);
  });

  it('a rehearsal that is begun again takes nothing over', async () => {
    const desk = new Desk();
    await desk.press('1', '⏎');
    desk.server.fates.push('request lost');
    await desk.press('⏎');
    desk.seen('two');
    await settle();
    desk.clock.advance(60_000);
    await settle();
    expect([desk.stage, desk.view.notice?.outcome, desk.events]).toEqual([
      'none',
      { is: 'dropped' },
      [],
    ]);
  });
});

describe('the keys', () => {
  const key = (text: string, more = {}) => ({
    key: text,
    code: '',
    shiftKey: false,
    ctrlKey: false,
    altKey: false,
    metaKey: false,
    ...more,
  });

  it('are the same in every layout', () => {
    const pick = { do: 'pick', place: 0, tie: false };
    expect(commandOf(key('1', { code: 'Digit1' }), 'page')).toEqual(pick);
    expect(commandOf(key('&', { code: 'Digit1' }), 'page')).toEqual(pick);
    expect(commandOf(key('1', { code: 'Numpad1' }), 'control')).toEqual(pick);
    const tied = key('!', { code: 'Digit1', shiftKey: true });
    expect(commandOf(tied, 'page')).toEqual({ ...pick, tie: true });
    expect(commandOf(key('0', { code: 'Digit0' }), 'page')).toEqual({ ...pick, place: 9 });
    expect(commandOf(key('P'), 'page')).toEqual({ do: 'present' });
    expect(commandOf(key('p'), 'page')).toEqual({ do: 'present' });
  });

  it('are left to what is written in, but for the way back', () => {
    expect(commandOf(key('p'), 'text')).toBeUndefined();
    expect(commandOf(key('1', { code: 'Digit1' }), 'text')).toBeUndefined();
    expect(commandOf(key('Escape'), 'text')).toEqual({ do: 'back' });
  });

  it('leave Enter to buttons, and everything else to the browser’s own', () => {
    expect(commandOf(key('Enter'), 'control')).toBeUndefined();
    expect(commandOf(key('Enter'), 'pick')).toEqual({ do: 'go' });
    expect(commandOf(key('Enter'), 'page')).toEqual({ do: 'go' });
    expect(commandOf(key('r', { ctrlKey: true }), 'page')).toBeUndefined();
    expect(commandOf(key('x'), 'page')).toBeUndefined();
  });
});

describe('the session', () => {
  const place = () => {
    const values = new Map<string, string>();
    const storage = {
      getItem: (name: string) => values.get(name) ?? null,
      setItem: (name: string, value: string) => void values.set(name, value),
      removeItem: (name: string) => void values.delete(name),
    } as unknown as Storage;
    return { values, open: () => storage };
  };

  it('takes a code from a fragment, and nothing else', () => {
    expect(codeIn('#once=ab-c')).toBe('ab-c');
    for (const fragment of ['#token=id.secret', '#once=', '#top', '']) {
      expect(codeIn(fragment)).toBeUndefined();
    }
  });

  it('is kept in the tab, or on the device where that was chosen, and never in both', () => {
    const [tab, device] = [place(), place()];
    const session = new Session({ tab: tab.open, device: device.open });
    expect(session.token).toBeUndefined();
    session.signIn('a.b', true);
    expect([tab.values.size, device.values.size]).toEqual([0, 1]);
    session.signIn('c.d', false);
    expect([tab.values.size, device.values.size]).toEqual([1, 0]);
    expect(new Session({ tab: tab.open, device: device.open }).token).toBe('c.d');
    session.signOut();
    expect([tab.values.size, device.values.size, session.token]).toEqual([0, 0, undefined]);
  });

  it('lasts as long as the page where nothing may be kept', () => {
    const forbidden = (): Storage => {
      throw new Error('forbidden');
    };
    const session = new Session({ tab: forbidden, device: forbidden });
    session.signIn('a.b', true);
    expect(session.token).toBe('a.b');
    session.signOut();
    expect(session.token).toBeUndefined();
  });

  it('takes for a token only what can stand in a header', () => {
    expect(['a.b', 'x'.repeat(512)].every(isToken)).toBe(true);
    expect(['', 'a b', 'ä', 'a\n', 'x'.repeat(513)].some(isToken)).toBe(false);
  });

  it('trades a code for a token, or says why not', async () => {
    const answers = (status: number, body: unknown) => async () => ({ status, body });
    expect(await redeem(answers(201, { token: 'a.b' }), 'code')).toEqual({ token: 'a.b' });
    expect(await redeem(answers(401, { detail: 'Used.' }), 'code')).toEqual({ refused: 'Used.' });
  });
});

describe('the addresses of the console', () => {
  it.each([
    ['/console', { page: 'console' }],
    ['/console/', { page: 'console' }],
    ['/console/oscars-97', { page: 'console', id: 'oscars-97' }],
    ['/console/programme', { page: 'console', programme: true }],
    ['/console/Oscars', { page: 'unknown' }],
    ['/console/a/b', { page: 'unknown' }],
  ])('%s', (path, route) => {
    expect(routeOf(path, '')).toEqual(route);
  });
});

describe('a rehearsal from the recording', () => {
  const story = smallNight();
  const night: readonly Original[] = story.frames
    .map(({ version, occurred_at, event }) => ({ version, occurred_at, event }))
    .filter(({ version }) => version >= 4);

  function running(board: Board, ...fates: Fate[]) {
    const server = new DeskServer(board);
    const clock = new ManualClock();
    const told: Progress[] = [];
    server.fates.push(...fates);
    const recording = new Recording('night-rehearsal', 'one', night, {
      ask: server.ask,
      clock,
      random: () => 0.5,
      board: () => server.board,
      changed: (progress) => told.push(progress),
    });
    const advance = async (ms: number): Promise<void> => {
      for (let left = ms; left > 0; left -= 50) {
        clock.advance(Math.min(left, 50));
        await settle();
      }
    };
    return { server, recording, told, advance };
  }

  it('reads the night from its start, however many pages it has', async () => {
    const events = story.frames.map(({ version, occurred_at, event }) => {
      return { version, occurred_at, event };
    });
    const ask = async ({ path }: { path: string }) => {
      const after = Number(/after=(\d+)/.exec(path)?.[1]);
      return { status: 200, body: { events: events.slice(after, after + 4), head: 11 } };
    };
    expect(await originalOf(ask, 'night')).toEqual(events.slice(3));
    expect(presentersIn(night)).toEqual(new Map([['picture', ['Faye Dunaway']]]));
  });

  it('posts it at its pace', async () => {
    const { server, recording, told, advance } = running(story.boards[3]!);
    recording.start(60);
    await settle();
    expect(server.log.map(({ event }) => event.type)).toEqual(['ceremony-started']);
    await advance(60);
    expect(server.log.map(({ event }) => event.type).slice(1)).toEqual(['moment-noted']);
    await advance(30_000);
    expect(server.log.map(({ event }) => event)).toEqual(night.map(({ event }) => event));
    expect(told.at(-1)).toMatchObject({ running: false, left: 0 });
  });

  it('asks again with the same key where there is no answer', async () => {
    const { server, recording, advance } = running(story.boards[3]!, 'answer lost', 'down');
    recording.start(1200);
    await advance(30_000);
    expect(server.log.map(({ event }) => event)).toEqual(night.map(({ event }) => event));
  });

  it('is stopped, gone on with by hand, and run again from there', async () => {
    const { server, recording, told, advance } = running(story.boards[3]!);
    recording.start(60);
    await advance(1_100);
    recording.stop();
    await advance(10_000);
    const before = server.log.length;
    expect([before, told.at(-1)?.running]).toEqual([3, false]);
    server.post('maya', { type: 'winner-announced', category: 'picture', nominees: [LA_LA] });
    recording.start(1200);
    await advance(30_000);
    const awards = server.log.filter(({ event }) => event.type === 'winner-announced');
    expect(awards.map(({ actor }) => actor)).toEqual(['maya', 'ada']);
    expect(server.log.at(-1)?.event.type).toBe('ceremony-ended');
  });

  it('takes what is posted by hand meanwhile for no error', async () => {
    const { server, recording, told, advance } = running(story.boards[3]!);
    recording.start(60);
    await advance(100);
    server.post('maya', { type: 'winner-announced', category: 'picture', nominees: [MOONLIGHT] });
    await advance(60_000);
    expect(told.at(-1)).toEqual({ running: false, speed: 60, left: 0 });
    const types = server.log.map(({ event }) => event.type);
    expect(types.filter((type) => type === 'presenting-began')).toEqual([]);
  });

  it('stops with the server’s sentence where it may not go on', async () => {
    const { recording, told, advance } = running(story.boards[3]!, 'forbidden');
    recording.start(60);
    await advance(1_000);
    expect(told.at(-1)).toMatchObject({ running: false, trouble: 'Not you.' });
  });

  it('knows what of it stands already', () => {
    expect(restOf(night, story.boards[3]!)).toHaveLength(night.length);
    expect(restOf(night, story.boards[7]!)[0]?.event.type).toBe('result-put-under-review');
    expect(restOf(night, story.boards[11]!)).toEqual([]);
    expect(isMoot(night[2]!.event, story.boards[6]!)).toBe(false);
    expect(isMoot(night[2]!.event, story.boards[7]!)).toBe(true);
  });
});
