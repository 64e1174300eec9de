import { describe, expect, it, vi } from 'vitest';
import { keepWanted, newsOf, NOTHING_WANTED, toggled, wantedIn } from '../src/core/bells';
import { baselineOf, changesOf } from '../src/core/changes';
import { chaptersOf } from '../src/core/chapters';
import { isFiltering, matchesOf, NO_FILTER } from '../src/core/filter';
import { keptHere } from '../src/core/kept';
import { milestonesOf } from '../src/core/milestones';
import type { NightView } from '../src/core/night';
import { timelineOf } from '../src/core/timeline';
import { timeMap } from '../src/core/timemap';
import { zoneOfVenue } from '../src/core/venue';
import { words } from '../src/core/words';
import { leadingOf, sizeOf } from '../src/core/leading';
import { competing, filled, listedOn, rowsOf, topOf, withoutWins } from '../src/core/ranking';
import type { Board } from '../src/types';
import { emptyBoard, smallNight } from './support';

const story = smallNight();
const board = story.boards.at(-1)!;

describe('what has changed in a ranking', () => {
  const ranked = (...works: [string, number][]): Board => ({
    ...emptyBoard(),
    ranking: { works, people: [], distributors: [] },
  });

  it('is how far each has come between the ranks of two boards', () => {
    const before = ranked(['anora', 1], ['flow', 2], ['wicked', 2], ['conclave', 4]);
    const now = ranked(['conclave', 1], ['anora', 2], ['flow', 3], ['maria', 3], ['wicked', 3]);
    expect([...changesOf(before, now, 'works')]).toEqual([
      ['conclave', { kind: 'up', places: 3 }],
      ['anora', { kind: 'down', places: 1 }],
      ['flow', { kind: 'down', places: 1 }],
      ['maria', { kind: 'new' }],
      ['wicked', { kind: 'down', places: 1 }],
    ]);
  });

  it('is nothing where there is no other board', () => {
    expect(changesOf(undefined, board, 'works').size).toBe(0);
    expect(changesOf(board, board, 'works').size).toBe(0);
  });
});

describe('what the board is compared with', () => {
  const look = { version: 6, at: 1000 };
  const following = { player: { mode: 'following' }, playback: undefined } as const;

  it('is what a viewer who follows last looked at', () => {
    const at = baselineOf({ ...following, shown: 10 }, look);
    expect(at).toEqual({ version: 6, since: { at: 1000 } });
  });

  it('is nothing as long as nothing has happened since', () => {
    expect(baselineOf({ ...following, shown: 6 }, look)).toBeUndefined();
    expect(baselineOf({ ...following, shown: 10 }, undefined)).toBeUndefined();
  });

  it('is elsewhere in the night the end of the chapter before', () => {
    const timeline = timelineOf(story.frames);
    const chapters = chaptersOf(story.frames);
    const playback = { timeline, chapters, map: timeMap([], 1), t: 0 };
    const at = (shown: number) =>
      baselineOf({ player: { mode: 'paused', version: shown, t: 0 }, playback, shown }, look);
    expect(at(9)).toEqual({ version: 5, since: { category: 'picture' } });
    expect(at(11)).toEqual({ version: 9, since: { category: 'actress' } });
    expect(at(4)).toBeUndefined();
  });
});

describe('the filter', () => {
  const found = (filter: Partial<typeof NO_FILTER>, of = board) => {
    const matches = matchesOf(of, { ...NO_FILTER, ...filter });
    return matches && Object.fromEntries(Object.entries(matches).map(([k, v]) => [k, [...v]]));
  };

  it('leaves everything as it is while nothing is looked for', () => {
    expect(isFiltering({ ...NO_FILTER, text: '  ' })).toBe(false);
    expect(found({})).toBeUndefined();
  });

  it('finds films, people and categories by what is typed, without case', () => {
    expect(found({ text: 'emma' })).toEqual({
      categories: ['actress'],
      works: [],
      people: ['emma-stone'],
      distributors: [],
    });
    expect(found({ text: 'MOON' })).toEqual({
      categories: ['picture', 'actress'],
      works: ['moonlight'],
      people: ['ruth-negga'],
      distributors: [],
    });
  });

  it('does without accents', () => {
    const accented = {
      ...board,
      works: { ...board.works, moonlight: { ...board.works['moonlight']!, title: 'Émilia Pérez' } },
    };
    expect(found({ text: 'emilia perez' }, accented)?.works).toEqual(['moonlight']);
  });

  it('keeps what is nominated in a category of the wanted state', () => {
    const live = story.boards[7]!;
    expect(found({ status: 'awarded' }, live)?.categories).toEqual(['picture']);
    expect(found({ status: 'awarded' }, live)?.people).toEqual([]);
    expect(found({ status: 'upcoming' }, live)?.people).toEqual(['emma-stone', 'ruth-negga']);
  });

  it('keeps what is of a distributor', () => {
    expect(found({ distributor: 'a24' })).toEqual({
      categories: ['picture', 'actress'],
      works: ['moonlight'],
      people: ['ruth-negga'],
      distributors: ['a24'],
    });
  });

  it('combines all three', () => {
    expect(found({ text: 'la la', status: 'upcoming', distributor: 'a24' })).toEqual({
      categories: [],
      works: [],
      people: [],
      distributors: [],
    });
  });
});

describe('bells', () => {
  const wanted = { categories: ['picture'], works: ['moonlight'] };
  const news = (version: number, of = wanted) =>
    newsOf(story.frames[version - 1]!, story.boards[version]!, story.boards[version - 1], of);

  it('are remembered for each night', () => {
    const kept = keptHere();
    keepWanted(kept, 'night', wanted);
    expect(wantedIn(kept, 'night')).toEqual(wanted);
    expect(wantedIn(kept, 'another')).toEqual(NOTHING_WANTED);
    kept.write('bells:night', '{"categories":7');
    expect(wantedIn(kept, 'night')).toEqual(NOTHING_WANTED);
  });

  it('are set and taken off', () => {
    const set = toggled(NOTHING_WANTED, 'works', 'moonlight');
    expect(set).toEqual({ categories: [], works: ['moonlight'] });
    expect(toggled(set, 'works', 'moonlight')).toEqual(NOTHING_WANTED);
  });

  it('tell when a category comes on stage and what becomes of it', () => {
    expect(news(6)).toMatchObject({ category: 'picture', title: 'Best Picture' });
    expect(news(7)).toMatchObject({
      version: 7,
      title: 'Best Picture',
      text: 'Best Picture: La La Land. La La Land now has 1 win.',
    });
    expect(news(9)?.text).toBe('Correction. Best Picture: Moonlight, not La La Land.');
  });

  it('tell of a film at every result it is nominated for, won or lost', () => {
    const film = { categories: [], works: ['moonlight'] };
    expect(news(6, film)).toBeUndefined();
    expect(news(7, film)).toMatchObject({ title: 'Moonlight', category: 'picture' });
    expect(news(10, film)).toMatchObject({ title: 'Moonlight', category: 'actress' });
  });

  it('say nothing of what nobody asked for, or of what is no result', () => {
    expect(news(10, { categories: ['picture'], works: [] })).toBeUndefined();
    expect([4, 5, 11].map((version) => news(version))).toEqual([undefined, undefined, undefined]);
  });

  it('ask for no board of a frame that has been told of', async () => {
    vi.stubGlobal('window', {});
    const { bells } = await import('../src/state/bells.svelte');
    vi.unstubAllGlobals();
    const asked: number[] = [];
    const follow = (shown: number): void => {
      const frames = story.frames.slice(0, shown);
      const view = { shown, frames, flowing: true, headPhase: 'live' } as unknown as NightView;
      bells.follow(view, (version) => void asked.push(version));
    };
    bells.enter('night');
    [5, 5, 7, 7].forEach(follow);
    expect(asked).toEqual([6, 7]);
  });

  it('give no result away under the spoiler cover, not even by ringing', () => {
    const covered = {
      ...story.frames[6]!,
      event: { type: 'winner-announced', category: 'picture', nominees: [] },
    } as (typeof story.frames)[number];
    const before = story.boards[6]!;
    const told = newsOf(covered, before, before, { categories: [], works: ['moonlight'] });
    expect(told?.text).toBe(words.spoken.hidden('Best Picture'));
    expect(JSON.stringify(told)).not.toContain('La La Land');
  });
});

describe('milestones', () => {
  const milestones = {
    a: { version: 3, kind: 'sweep', subject: 'moonlight', value: 2 },
    b: { version: 9, kind: 'longest-speech-ever', subject: 'emma-stone', value: 1234 },
    c: { version: 9, kind: 'most-wins', subject: 'somebody', value: 11 },
  };

  it('are told newest first, in words, with the name of what they are about', () => {
    expect(milestonesOf({ ...board, milestones })).toEqual([
      {
        id: 'b',
        version: 9,
        word: 'Longest speech ever',
        subject: 'Emma Stone',
        value: '1,234',
      },
      {
        id: 'c',
        version: 9,
        word: words.milestones['most-wins'],
        subject: 'somebody',
        value: '11',
      },
      { id: 'a', version: 3, word: words.milestones['sweep'], subject: 'Moonlight', value: '2' },
    ]);
  });

  it('are none on a board without any', () => {
    expect(milestonesOf(board)).toEqual([]);
  });
});

describe('the time zone of a venue', () => {
  it('is known of the houses that hold such nights', () => {
    expect(zoneOfVenue('Dolby Theatre')).toBe('America/Los_Angeles');
    expect(zoneOfVenue('Royal Festival Hall, London')).toBe('Europe/London');
  });

  it('is left open where the name says nothing', () => {
    expect(zoneOfVenue('Town Hall')).toBeUndefined();
    expect(zoneOfVenue(undefined)).toBeUndefined();
  });
});

describe('a list that is cut', () => {
  const tally = (wins: number) => ({ nominations: 3, wins, lost: 0, pending: 3 - wins });
  const line = (id: string, wins: number) => [
    id,
    { title: id.toUpperCase(), distributors: [], ...tally(wins) },
  ];
  const won: [string, number, number][] = [
    ['a', 5, 1],
    ['b', 3, 2],
    ['c', 2, 3],
    ['d', 2, 3],
    ['e', 2, 3],
    ['f', 1, 6],
  ];
  const night: Board = {
    ...emptyBoard(),
    works: Object.fromEntries([
      ...won.map(([id, wins]) => line(id, wins)),
      line('g', 0),
      line('h', 0),
    ]) as Board['works'],
    ranking: { works: won.map(([id, , rank]) => [id, rank]), people: [], distributors: [] },
  };

  it('says how many more are as good as its last row', () => {
    const top = topOf(night, 'works', 3);
    expect(top.rows.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    expect([top.level, top.wins]).toEqual([2, 2]);
    expect(words.board.level(top.level, top.wins)).toBe('and 2 more with 2 wins');
  });

  it('says nothing more where it is cut between ranks, or not at all', () => {
    for (const most of [1, 2, 5, 6, 9]) expect(topOf(night, 'works', most).level).toBe(0);
    expect(topOf(emptyBoard(), 'works', 3)).toEqual({ rows: [], level: 0, wins: 0 });
  });

  it('is filled with those most nominated, without a rank', () => {
    const rows = filled(rowsOf(night, 'works'), withoutWins(night, 'works'), 7);
    expect(rows.map(({ id, rank }) => [id, rank]).slice(4)).toEqual([
      ['e', 3],
      ['f', 6],
      ['g', undefined],
    ]);
    expect(filled(rowsOf(night, 'works'), withoutWins(night, 'works'), 2)).toHaveLength(6);
  });
});

describe('a night on which only people are nominated', () => {
  const tally = (name: string, wins: number) => ({
    name,
    nominations: 1,
    wins,
    lost: 0,
    pending: 1 - wins,
  });
  const people = { ada: tally('Ada Lund', 1), bo: tally('Bo Rey', 1), cy: tally('Cy Oke', 0) };
  const night: Board = {
    ...emptyBoard(),
    progress: { awarded: 2, categories: 3 },
    people,
    ranking: {
      works: [],
      people: [
        ['ada', 1],
        ['bo', 1],
      ],
      distributors: [],
    },
  };

  it('has people that compete, and offers no list that is empty', () => {
    expect(competing(night)).toBe('people');
    expect(listedOn(night)).toEqual(['people']);
    expect(competing(board)).toBe('works');
    expect(listedOn(emptyBoard())).toEqual([]);
  });

  it('has a leader', () => {
    expect(leadingOf(night)).toBe('Ada Lund and Bo Rey lead with 1 win each');
    const four = ['ada', 'bo', 'cy', 'dee'].map((id) => [id, 1] as [string, number]);
    const many = { ...night, ranking: { ...night.ranking, people: four } };
    expect(leadingOf(many)).toBe('4 people share the lead with 1 win each');
  });

  it('is as large as its categories and its people', () => {
    expect(sizeOf(night)).toBe('3 categories, 3 people');
    expect(sizeOf(board)).toMatch(/categories, \d+ films$/);
  });
});
