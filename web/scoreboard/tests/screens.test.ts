import { describe, expect, it } from 'vitest';
import { partsLeft, startOf, startSaid } from '../src/core/countdown';
import { fit } from '../src/core/fit';
import { HeightTeller, type HeightMessage } from '../src/core/height';
import { Idle } from '../src/core/idle';
import { leadingOf } from '../src/core/leading';
import { newsOf, plateOf, QUIET, timed, type Plate } from '../src/core/lowerthird';
import { recentResults } from '../src/core/recent';
import { screenOptions } from '../src/core/screen';
import { LINE_LENGTH, lineAt, linesOf } from '../src/core/ticker';
import { keepAwake } from '../src/core/wakelock';
import { verdictOf } from '../src/parts/verdict';
import type { Board } from '../src/types';
import { ManualClock, settle, smallNight } from './support';

const story = smallNight();
const boardAt = (version: number): Board | undefined => story.boards[version];
const board = (version: number): Board => story.boards[version] as Board;
const upTo = (version: number) => story.frames.slice(0, version);

function plate(version: number): Plate | undefined {
  const news = newsOf(upTo(version));
  return news && plateOf(news, board(version), upTo(version), boardAt);
}

describe('what the address of a screen sets', () => {
  it.each([
    ['', { length: 8000, delay: 0 }],
    [
      '?theme=light&seconds=12&delay=35&speed=0.5',
      { theme: 'light', length: 12_000, delay: 35_000, speed: 0.5 },
    ],
    ['?seconds=0&delay=9999&speed=0', { length: 2000, delay: 600_000, speed: 0.1 }],
    ['?theme=pink&seconds=-1&delay=soon&speed=1e9', { length: 8000, delay: 0 }],
  ])('%s', (search, options) => {
    expect(screenOptions(search)).toEqual(options);
  });
});

describe('a lower third', () => {
  it('has nothing to say before the first news', () => {
    expect(newsOf(upTo(5))).toBeUndefined();
  });

  it('says what is on stage, as long as it is there', () => {
    const onStage = { kind: 'stage', category: 'picture', presenters: ['Faye Dunaway'] };
    expect(plate(6)).toMatchObject(onStage);
    const news = newsOf(upTo(6));
    expect(news && plateOf(news, { ...board(6), stage: {} }, upTo(6), boardAt)).toBeUndefined();
  });

  it('gives a winner with the wins of its film as they now stand', () => {
    expect(plate(7)).toMatchObject({
      kind: 'result',
      headline: { kind: 'winner', category: 'picture' },
      totals: [{ work: 'la-la-land', title: 'La La Land', wins: 1 }],
    });
  });

  it('gives every film of a tie', () => {
    const tie = plate(10);
    expect(tie?.kind === 'result' && tie.totals.map(({ title, wins }) => [title, wins])).toEqual([
      ['La La Land', 1],
      ['Moonlight', 2],
    ]);
  });

  it('corrects with the name that was struck', () => {
    const corrected = plate(9);
    expect(corrected?.kind === 'result' && corrected.headline).toMatchObject({
      kind: 'corrected',
      struck: [{ title: 'La La Land' }],
      winners: [{ title: 'Moonlight' }],
    });
  });

  const flow = { flowing: true, live: true, length: 8000, now: 1000 };
  const later = { ...flow, now: 2000 };
  const jump = { ...flow, flowing: false, live: false };

  it('shows news as it comes, for its length', () => {
    expect(timed(QUIET, newsOf(upTo(7)), flow)).toEqual({
      seen: 7,
      shows: { version: 7, until: 9000 },
    });
  });

  it('keeps its time when something else happens meanwhile', () => {
    const shown = timed(QUIET, newsOf(upTo(7)), flow);
    expect(timed(shown, newsOf(upTo(7)), later)).toBe(shown);
  });

  it('gives its place to what is newer', () => {
    const shown = timed(QUIET, newsOf(upTo(7)), flow);
    expect(timed(shown, newsOf(upTo(8)), later).shows).toEqual({ version: 8, until: 10_000 });
  });

  it('does not show again what was long over when the page opened', () => {
    const news = newsOf(upTo(7));
    const at = Date.parse(news?.occurred_at ?? '');
    expect(timed(QUIET, news, { ...jump, live: true, now: at + 31_000 })).toEqual({ seen: 7 });
    expect(timed(QUIET, news, { ...jump, now: at + 1000 })).toEqual({ seen: 7 });
  });

  it('still shows after a short break what came in it', () => {
    const news = newsOf(upTo(7));
    const at = Date.parse(news?.occurred_at ?? '');
    const { shows } = timed({ seen: 6 }, news, { ...jump, live: true, now: at + 12_000 });
    expect(shows).toEqual({ version: 7, until: at + 20_000 });
  });

  it('is quiet when the night begins anew', () => {
    expect(timed(timed(QUIET, newsOf(upTo(7)), flow), undefined, later)).toEqual(QUIET);
  });
});

describe('the ticker', () => {
  const texts = (version: number): string[] =>
    linesOf(board(version), upTo(version)).map(({ kicker, text }) => `${kicker}: ${text}`);

  it('tells of the programme before the start', () => {
    const lines = texts(3);
    expect(lines[0]).toMatch(/^A Night: /);
    expect(lines).toContain('Tonight: 2 categories, 2 films');
    expect(lines).toContain('First award of the night: Best Picture');
  });

  it('tells the last results, the lead, the progress and what is next', () => {
    expect(texts(7)).toEqual([
      'Winner · Best Picture: La La Land',
      'In the lead: La La Land leads with 1 win',
      'So far: 1 of 2 awarded',
      'Up next: Actress',
    ]);
  });

  it('marks what is under review or was corrected', () => {
    const doubts = (version: number): string[] =>
      linesOf(board(version), upTo(version)).flatMap(({ tone, text }) =>
        tone === 'doubt' ? [text] : [],
      );
    expect(doubts(8)).toEqual(['Best Picture']);
    expect(linesOf(board(8), upTo(8)).filter(({ tone }) => tone === 'won')).toEqual([]);
    expect(doubts(9)).toEqual(['Moonlight']);
  });

  it('announces nothing more once the night is over', () => {
    expect(texts(11).at(-1)).toBe('Final board: 2 of 2 awarded');
  });

  it('shows one line after the other, and then the first again', () => {
    const at = [0, LINE_LENGTH - 1, LINE_LENGTH, 2 * LINE_LENGTH, 3 * LINE_LENGTH, -5];
    expect(at.map((elapsed) => lineAt(3, elapsed))).toEqual([0, 0, 1, 2, 0, 0]);
    expect(lineAt(0, 5)).toBe(0);
  });
});

describe('what a screen says of a night', () => {
  it('names who leads, and nobody while nothing is won', () => {
    expect(leadingOf(board(5))).toBe('');
    expect(leadingOf(board(10))).toBe('Moonlight leads with 2 wins');
    expect(leadingOf(board(11))).toBe('Moonlight led with 2 wins');
  });

  it('lists only results that stand', () => {
    const last = recentResults(upTo(10), board(10), 5);
    expect(last.map(({ version, kind }) => [version, kind])).toEqual([
      [10, 'winner'],
      [9, 'corrected'],
    ]);
    expect(recentResults(upTo(10), board(10), 1)).toHaveLength(1);
  });

  it.each([
    ['winner', 1, 'Winner', 'won'],
    ['winner', 2, 'Tie', 'won'],
    ['under-review', 1, 'Under review', 'doubt'],
    ['corrected', 1, 'Corrected', 'doubt'],
    ['retracted', 0, 'Taken back', 'doubt'],
    ['confirmed', 1, 'Confirmed', 'won'],
  ] as const)('a result that is %s, of %i', (kind, count, word, tone) => {
    const winners = Array.from({ length: count }, () => ({ title: 'A', by: '' }));
    const verdict = verdictOf({ kind, category: 'picture', winners, struck: [] });
    expect(verdict).toMatchObject({ word, tone });
  });

  it.each([
    [90_061_000, ['1 day', '1 hour', '1 minute']],
    [3_599_000, ['59 minutes', '59 seconds']],
    [400, ['0 seconds']],
  ])('%i ms are left', (ms, parts) => {
    expect(partsLeft(ms).map(({ value, name }) => `${value} ${name}`)).toEqual(parts);
  });
});

describe('type that is as large as its box allows', () => {
  const sizes = { largest: 120, smallest: 40, steps: 8 };

  it.each([
    [500, 120],
    [120, 120],
    [95, 90],
    [40, 40],
    [3, 40],
  ])('with room for %i it is %i', (room, size) => {
    let tried = 0;
    const found = fit(sizes, (each) => {
      tried += 1;
      return each <= room;
    });
    expect(found).toBe(size);
    expect(tried).toBeLessThan(5);
  });
});

describe('the pointer', () => {
  it('rests after a while, and is back as soon as it moves', () => {
    const clock = new ManualClock();
    const told: boolean[] = [];
    const idle = new Idle(clock, 3000, (is) => told.push(is));
    idle.stirred();
    clock.advance(2999);
    idle.stirred();
    clock.advance(2999);
    expect(told).toEqual([]);
    clock.advance(1);
    idle.stirred();
    idle.stop();
    clock.advance(9000);
    expect(told).toEqual([true, false]);
  });
});

describe('the height of the widget', () => {
  it('is told once it has settled, in whole pixels, and only when it is another', () => {
    const clock = new ManualClock();
    const told: HeightMessage[] = [];
    const teller = new HeightTeller('night', clock, (message) => told.push(message));
    teller.measured(300);
    clock.advance(99);
    teller.measured(412.3);
    clock.advance(100);
    teller.measured(412.9);
    clock.advance(500);
    teller.measured(380);
    clock.advance(500);
    teller.measured(90);
    teller.stop();
    clock.advance(500);
    expect(told).toEqual([
      { type: 'awards-night:height', id: 'night', height: 413 },
      { type: 'awards-night:height', id: 'night', height: 380 },
    ]);
  });
});

describe('a screen that stays awake', () => {
  class FakePage extends EventTarget {
    visibilityState: DocumentVisibilityState = 'visible';

    turn(state: DocumentVisibilityState): void {
      this.visibilityState = state;
      this.dispatchEvent(new Event('visibilitychange'));
    }
  }

  class FakeLocks {
    held = 0;
    asked = 0;
    refuses = false;

    async request(): Promise<{ release(): Promise<void> }> {
      this.asked += 1;
      await Promise.resolve();
      if (this.refuses) throw new DOMException('low battery', 'NotAllowedError');
      this.held += 1;
      return {
        release: () => {
          this.held -= 1;
          return Promise.resolve();
        },
      };
    }
  }

  const page = (): FakePage & Document => new FakePage() as FakePage & Document;

  it('asks again whenever it comes back to the front, and lets go in the end', async () => {
    const [locks, here] = [new FakeLocks(), page()];
    const stop = keepAwake(() => locks, here);
    await settle();
    here.turn('hidden');
    locks.held = 0; // The browser takes it back by itself.
    await settle();
    expect(locks.asked).toBe(1);
    here.turn('visible');
    await settle();
    expect([locks.asked, locks.held]).toEqual([2, 1]);
    stop();
    await settle();
    here.turn('visible');
    expect([locks.asked, locks.held]).toEqual([2, 0]);
  });

  it('lets go of what is granted only after the end', async () => {
    const locks = new FakeLocks();
    keepAwake(() => locks, page())();
    await settle();
    expect([locks.asked, locks.held]).toEqual([1, 0]);
  });

  it('is silent where it is refused, and where there is no such thing', async () => {
    const locks = new FakeLocks();
    locks.refuses = true;
    const stop = keepAwake(() => locks, page());
    await settle();
    stop();
    keepAwake(() => {
      throw new DOMException('no', 'SecurityError');
    }, page())();
    keepAwake(() => undefined, page())();
    expect(locks.held).toBe(0);
  });
});

describe('the start of a night', () => {
  const AT = '2031-05-01T19:00:00.000Z';
  const start = (minutes: number) => startOf(AT, Date.parse(AT) + minutes * 60_000);

  it('is counted down to', () => {
    expect(start(-2)).toEqual({ is: 'ahead', left: 120_000 });
    expect(startSaid(start(-2))).toBe('The night begins in');
  });

  it('is about to come for a while after its time, and overdue from then on', () => {
    expect(startSaid(start(0))).toBe('The night is about to begin');
    expect(startSaid(start(4))).toBe('The night is about to begin');
    expect(startSaid(start(5))).toBe('Not begun yet');
    expect(startSaid(start(600_000))).toBe('Not begun yet');
  });

  it('names its time once it is overdue, and the day where that was another one', () => {
    const due = (minutes: number) => {
      const told = start(minutes);
      return told.is === 'overdue' ? told.due : '';
    };
    expect(due(50)).toMatch(/^Due at \d\d:00 \S+$/);
    expect(due(3 * 24 * 60)).toMatch(/^Due on .*1 May 2031.*\d\d:00$/);
  });

  it('without a time is about to come', () => {
    expect(startOf(undefined, 0)).toEqual({ is: 'soon' });
  });
});
