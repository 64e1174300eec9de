import { describe, expect, it } from 'vitest';
import * as format from '../src/core/format';
import { commandOf, isSingle, perform, type Key } from '../src/core/keys';
import { placeOf, ticksOf } from '../src/core/place';
import { liveAddress } from '../src/core/ports';
import { rowsOf, withoutWins } from '../src/core/ranking';
import { nightAddress, routeOf } from '../src/core/route';
import { shelvesOf } from '../src/core/shelves';
import { chaptersOf } from '../src/core/chapters';
import { freshOf } from '../src/core/fresh';
import { timelineOf } from '../src/core/timeline';
import { timeMap } from '../src/core/timemap';
import { words } from '../src/core/words';
import type { CeremonySummary } from '../src/types';
import { smallNight } from './support';

const story = smallNight();

describe('addresses', () => {
  it.each([
    ['/', '', { page: 'index' }],
    ['/oscars-97', '', { page: 'night', id: 'oscars-97', replay: false, cover: false }],
    [
      '/oscars-97/',
      '?at=115',
      { page: 'night', id: 'oscars-97', at: 115, replay: false, cover: false },
    ],
    ['/oscars-97', '?replay', { page: 'night', id: 'oscars-97', replay: true, cover: false }],
    ['/oscars-97', '?at=-3', { page: 'night', id: 'oscars-97', replay: false, cover: false }],
    ['/Oscars', '', { page: 'unknown' }],
    [
      '/oscars-97/films/anora',
      '?at=115&cover',
      {
        page: 'night',
        id: 'oscars-97',
        subject: { of: 'films', key: 'anora' },
        at: 115,
        replay: false,
        cover: true,
      },
    ],
    ['/oscars-97/tv', '', { page: 'tv', id: 'oscars-97', replay: false, cover: false }],
    [
      '/oscars-97/overlay/ticker',
      '',
      { page: 'overlay', id: 'oscars-97', plate: 'ticker', replay: false, cover: false },
    ],
    ['/oscars-97/embed/', '', { page: 'embed', id: 'oscars-97', replay: false, cover: false }],
    ['/oscars-97/films', '', { page: 'unknown' }],
    ['/oscars-97/films/anora/more', '', { page: 'unknown' }],
    ['/oscars-97/elsewhere', '', { page: 'unknown' }],
  ])('%s%s leads to its page', (path, query, route) => {
    expect(routeOf(path, query)).toEqual(route);
  });

  it('come back from what they say', () => {
    expect(
      routeOf('/night', nightAddress('night', { at: 9 }).slice('/night'.length)),
    ).toMatchObject({ at: 9 });
    expect(nightAddress('night', { replay: true })).toBe('/night?replay');
  });

  it("of a socket carry the cursor and the page's own scheme", () => {
    const page = { protocol: 'https:', host: 'awards.example' };
    expect(liveAddress(page, 'night', undefined)).toBe(
      'wss://awards.example/api/ceremonies/night/live',
    );
    expect(liveAddress({ ...page, protocol: 'http:' }, 'night', { epoch: 'a-1', version: 7 })).toBe(
      'ws://awards.example/api/ceremonies/night/live?epoch=a-1&after=7',
    );
  });
});

describe('keys', () => {
  const key = (name: string, held: Partial<Key> = {}): Key => ({
    key: name,
    shiftKey: false,
    ctrlKey: false,
    altKey: false,
    metaKey: false,
    ...held,
  });

  it.each([
    [key(' '), { do: 'toggle' }],
    [key('K', { shiftKey: true }), { do: 'toggle' }],
    [key('ArrowLeft'), { do: 'nudge', ms: -5_000 }],
    [key('ArrowRight', { shiftKey: true }), { do: 'nudge', ms: 30_000 }],
    [key('['), { do: 'chapter', by: -1 }],
    [key('.'), { do: 'step', by: 1 }],
    [key('<', { shiftKey: true }), { do: 'speed', by: -1 }],
    [key('7'), { do: 'tenth', tenth: 7 }],
    [key('End'), { do: 'follow' }],
    [key('S', { shiftKey: true }), { do: 'cover' }],
    [key('?', { shiftKey: true }), { do: 'help' }],
  ])('$key does what the list says', (pressed, command) => {
    expect(commandOf(pressed, 'page')).toEqual(command);
  });

  it('are left to text fields, to the browser, and space to buttons', () => {
    expect(commandOf(key('k'), 'text')).toBeUndefined();
    expect(commandOf(key('l', { ctrlKey: true }), 'page')).toBeUndefined();
    expect(commandOf(key(' '), 'control')).toBeUndefined();
    expect(commandOf(key('k'), 'control')).toEqual({ do: 'toggle' });
    expect(commandOf(key('x'), 'page')).toBeUndefined();
  });

  it('take a bracket however a keyboard has it', () => {
    const backwards = { do: 'chapter', by: -1 };
    expect(commandOf(key('[', { ctrlKey: true, altKey: true }), 'page')).toEqual(backwards);
    expect(commandOf(key('[', { altKey: true }), 'page')).toEqual(backwards);
    expect(commandOf(key('[', { metaKey: true }), 'page')).toBeUndefined();
    expect(commandOf(key('l', { ctrlKey: true, altKey: true }), 'page')).toBeUndefined();
  });

  it('are single where a voice might say them', () => {
    expect(['k', 'S', '7', '[', '?'].every((each) => isSingle({ key: each }))).toBe(true);
    expect([' ', 'Enter', 'ArrowLeft', 'End'].some((each) => isSingle({ key: each }))).toBe(false);
  });

  it('reach the player', () => {
    const called: string[] = [];
    const note = (name: string) => (by?: number) =>
      void called.push(by === undefined ? name : `${name} ${by}`);
    const viewer = {
      toggle: note('toggle'),
      follow: note('follow'),
      nudge: note('nudge'),
      step: note('step'),
      skipChapter: note('chapter'),
      changeSpeed: note('speed'),
      seekTenth: note('tenth'),
    };
    for (const name of ['k', 'l', 'ArrowLeft', ',', ']', '>', '4', 's', 'f', '?']) {
      const command = commandOf(key(name), 'page');
      if (command) {
        const page = { cover: note('cover'), full: note('full'), help: note('help') };
        perform(command, { viewer, ...page });
      }
    }
    expect(called).toEqual([
      'toggle',
      'follow',
      'nudge -5000',
      'step -1',
      'chapter 1',
      'speed 1',
      'tenth 4',
      'cover',
      'full',
      'help',
    ]);
  });
});

describe('the place of a viewer', () => {
  const timeline = timelineOf(story.frames);
  const map = timeMap(timeline.times.slice(4), Infinity);
  const playback = { timeline, map, chapters: chaptersOf(story.frames), t: 90_000 };

  it('is said with chapter, time and event', () => {
    expect(placeOf(playback, 7, story.boards[7]!)).toEqual({
      chapter: 'Best Picture',
      cut: '',
      event: 4,
      events: 8,
      time: '1:30',
      length: '21:00',
      spoken: 'Best Picture, 1 min, event 4 of 8',
      position: 90_000,
    });
  });

  it('before the first chapter is the opening', () => {
    expect(placeOf({ ...playback, t: 0 }, 5, story.boards[5]!).chapter).toBe('Opening');
  });

  it('has a tick for every chapter, passed or to come', () => {
    expect(ticksOf(playback, 7)).toEqual([
      { category: 'picture', at: 60 / 1260, passed: true },
      { category: 'actress', at: 1200 / 1260, passed: false },
    ]);
  });
});

describe('the ranking', () => {
  it('is drawn as the server gives it, with ties marked', () => {
    const board = {
      ...story.boards[11]!,
      ranking: {
        works: [
          ['moonlight', 1],
          ['la-la-land', 1],
        ] as [string, number][],
        people: [],
        distributors: [],
      },
    };
    expect(rowsOf(board, 'works')).toEqual([
      { id: 'moonlight', name: 'Moonlight', rank: 1, tied: true },
      { id: 'la-la-land', name: 'La La Land', rank: 1, tied: true },
    ]);
    expect(rowsOf(story.boards[11]!, 'works').map(({ tied }) => tied)).toEqual([false, false]);
  });

  it('leaves the others in a list without ranks', () => {
    expect(withoutWins(story.boards[9]!, 'works')).toEqual([
      { id: 'la-la-land', name: 'La La Land' },
    ]);
    expect(withoutWins(story.boards[9]!, 'people').map(({ name }) => name)).toEqual([
      'Emma Stone',
      'Ruth Negga',
    ]);
  });
});

describe('a win', () => {
  it('touches its films, people and distributors', () => {
    const fresh = freshOf(story.frames[9], story.boards[10]!);
    expect(fresh?.category).toBe('actress');
    expect([...fresh!.subjects.works]).toEqual(['la-la-land', 'moonlight']);
    expect([...fresh!.subjects.people]).toEqual(['emma-stone', 'ruth-negga']);
    expect([...fresh!.subjects.distributors]).toEqual(['summit', 'a24']);
  });

  it('is not celebrated when it is a correction', () => {
    expect(freshOf(story.frames[8], story.boards[9]!)).toBeUndefined();
  });
});

describe('the index page', () => {
  const ceremony = (
    id: string,
    phase: CeremonySummary['phase'],
    year: number,
  ): CeremonySummary => ({
    id,
    name: id,
    phase,
    version: 1,
    epoch: 'e',
    starts_at: `${year}-03-01T00:00:00.000Z`,
    rehearsal: false,
  });

  it('puts what runs first, then what comes soonest, then the latest nights', () => {
    const shelves = shelvesOf([
      ceremony('old', 'ended', 2017),
      ceremony('later', 'scheduled', 2028),
      ceremony('recent', 'ended', 2025),
      ceremony('soon', 'scheduled', 2027),
      ceremony('running', 'live', 2026),
    ]);
    expect(
      shelves.map(({ shelf, ceremonies }) => [shelf, ...ceremonies.map(({ id }) => id)]),
    ).toEqual([
      ['now', 'running'],
      ['next', 'soon', 'later'],
      ['past', 'recent', 'old'],
    ]);
  });

  it('leaves empty shelves out', () => {
    expect(shelvesOf([])).toEqual([]);
  });
});

describe('times and numbers', () => {
  it('are written for the eye and for the ear', () => {
    expect(format.elapsed(6_990_000)).toBe('1:56:30');
    expect(format.elapsed(65_400)).toBe('1:05');
    expect(format.elapsedSpoken(6_990_000)).toBe('1 h 56 min');
    expect(format.elapsedSpoken(9_000)).toBe('9 s');
    expect([format.age(4_200), format.age(185_000), format.age(7_300_000)]).toEqual([
      '4 s',
      '3 min',
      '2 h',
    ]);
    expect(format.countdown(2 * 86_400_000 + 3_661_000)).toEqual([2, 1, 1, 1]);
    expect(format.counted(1, 'win', 'wins')).toBe('1 win');
    expect(format.counted(2, 'win', 'wins')).toBe('2 wins');
  });

  it('are those of the reader, on a clock of 24 hours', () => {
    const here = new Date(2025, 2, 3, 0, 4, 12).toISOString();
    expect([format.clock(here), format.clockSeconds(here)]).toEqual(['00:04', '00:04:12']);
  });
});

describe('words', () => {
  it('name who leads, as few and as many', () => {
    expect(words.hero.leads(['Anora'], 4, false, 'works')).toBe('Anora leads with 4 wins');
    expect(words.hero.leads(['Anora', 'Wicked'], 2, false, 'works')).toBe(
      'Anora and Wicked lead with 2 wins each',
    );
    expect(words.hero.leads(['Anora'], 5, true, 'works')).toBe('Anora led with 5 wins');
    expect(words.hero.leads(['A', 'B', 'C', 'D'], 1, false, 'works')).toBe(
      '4 films share the lead with 1 win each',
    );
  });
});
