import { describe, expect, it } from 'vitest';
import { creditOf } from '../src/core/credits';
import { nomineeLabel } from '../src/core/labels';
import {
  belongingTo,
  byFilm,
  imdbOf,
  isKnown,
  momentsOf,
  nameOf,
  neighboursOf,
  nominationsOf,
  nomineesOf,
  pageOf,
  presentersOf,
  rankOf,
  storyOf,
  whenOf,
} from '../src/core/subject';
import type { Board, Frame } from '../src/types';
import { emptyBoard, smallNight } from './support';

const story = smallNight();
const board = (version: number): Board => story.boards[version] as Board;
const frames = (version: number): Frame[] => story.frames.slice(0, version);
const film = (key: string) => ({ of: 'films', key }) as const;

const told = (version: number, key: string): string[] =>
  nominationsOf(board(version), frames(version), film(key)).map(
    ({ category, state, review, corrected }) =>
      [category, state, ...(review ? ['review'] : []), ...(corrected ? ['corrected'] : [])].join(
        ' ',
      ),
  );

describe("a film's nominations", () => {
  it('are listed in running order, each as it stands', () => {
    expect(told(4, 'la-la-land')).toEqual(['picture upcoming', 'actress upcoming']);
    expect(told(6, 'la-la-land')).toEqual(['picture presenting', 'actress upcoming']);
    expect(told(7, 'la-la-land')).toEqual(['picture won', 'actress upcoming']);
    expect(told(7, 'moonlight')).toEqual(['picture lost', 'actress upcoming']);
    expect(told(8, 'la-la-land')).toEqual(['picture won review', 'actress upcoming']);
  });

  it('tell of a correction to both it gave to and it took from', () => {
    expect(told(9, 'la-la-land')).toEqual(['picture lost corrected', 'actress upcoming']);
    expect(told(9, 'moonlight')).toEqual(['picture won corrected', 'actress upcoming']);
    expect(told(11, 'moonlight')).toEqual(['picture won corrected', 'actress won']);
  });

  it('name the event that their result rests on, once there is one', () => {
    const [picture, actress] = nominationsOf(board(9), frames(9), film('la-la-land'));
    expect(picture?.decided).toBe(9);
    expect(actress?.decided).toBeUndefined();
    expect(whenOf(frames(9), picture?.decided)?.t).toBe(233_000);
    expect(whenOf(frames(9), undefined)).toBeUndefined();
  });

  it('are the same without the frames, but for what only those tell', () => {
    const [picture] = nominationsOf(board(9), [], film('moonlight'));
    expect(picture).toMatchObject({ state: 'won', corrected: false });
  });

  it('do not tell a result that the board keeps back', () => {
    const picture = board(9).categories.picture!;
    const covered = {
      ...board(9),
      categories: { ...board(9).categories, picture: { ...picture, winners: {} } },
    };
    const states = nominationsOf(covered, [], film('moonlight')).map(({ state }) => state);
    expect(states).toEqual(['hidden', 'upcoming']);
  });

  it('are withdrawn alone or with their category', () => {
    const picture = board(4).categories.picture!;
    const nominee = picture.nominees['picture/moonlight']!;
    const alone = {
      ...picture,
      nominees: { ...picture.nominees, 'picture/moonlight': { ...nominee, withdrawn: true } },
    };
    const states = (category: typeof picture): string[] =>
      nomineesOf({ ...board(4), categories: { picture: category } }, [], 'picture').map(
        ({ state }) => state,
      );
    expect(states(alone)).toEqual(['upcoming', 'withdrawn']);
    expect(states({ ...picture, status: 'withdrawn' })).toEqual(['withdrawn', 'withdrawn']);
  });
});

describe('others than films', () => {
  it("have the nominations that name them, or their films'", () => {
    const of = (subject: 'people' | 'distributors', key: string): string[] =>
      nominationsOf(board(4), [], { of: subject, key }).map(({ nominee }) => nominee);
    expect(of('people', 'emma-stone')).toEqual(['actress/emma-stone']);
    expect(of('distributors', 'a24')).toEqual(['picture/moonlight', 'actress/ruth-negga']);
    expect(of('distributors', 'netflix')).toEqual([]);
  });

  it('are grouped by the film they are for', () => {
    const own = nominationsOf(board(4), [], { of: 'distributors', key: 'a24' });
    expect(byFilm(board(4), own)).toEqual([{ work: 'moonlight', nominations: own }]);
  });

  it('belong to a distributor or to a film', () => {
    expect(belongingTo(board(4), { of: 'distributors', key: 'a24' })).toEqual(['moonlight']);
    expect(belongingTo(board(4), film('moonlight'))).toEqual(['ruth-negga']);
    expect(belongingTo(board(4), { of: 'people', key: 'ruth-negga' })).toEqual([]);
  });
});

describe('a page', () => {
  it('is known once it has been listed', () => {
    expect(isKnown(board(1), film('moonlight'))).toBe(false);
    expect(isKnown(board(2), film('moonlight'))).toBe(true);
    expect(isKnown(board(11), film('nothing'))).toBe(false);
    expect(isKnown(board(3), { of: 'categories', key: 'picture' })).toBe(true);
    expect(isKnown(board(2), { of: 'categories', key: 'picture' })).toBe(false);
    expect(isKnown(board(11), { of: 'people', key: 'ruth-negga' })).toBe(true);
  });

  it('bears the name of what it is about', () => {
    expect(nameOf(board(11), film('moonlight'))).toBe('Moonlight');
    expect(nameOf(board(11), { of: 'categories', key: 'picture' })).toBe('Best Picture');
    expect(nameOf(board(11), pageOf('people', 'emma-stone'))).toBe('Emma Stone');
    expect(pageOf('works', 'moonlight')).toEqual(film('moonlight'));
  });

  it('has the rank that the server gave, and none without a win', () => {
    expect(rankOf(board(11), 'works', 'moonlight')).toEqual({ rank: 1, tied: false });
    expect(rankOf(board(7), 'works', 'moonlight')).toBeUndefined();
    const shared = { ...board(11), ranking: { ...board(11).ranking, works: tied } };
    expect(rankOf(shared, 'works', 'la-la-land')).toEqual({ rank: 1, tied: true });
  });

  const tied: [string, number][] = [
    ['moonlight', 1],
    ['la-la-land', 1],
  ];

  it('leads to the film or the person at the database where the programme names it', () => {
    const event = (each: Frame['event']): Frame => ({ ...story.frames[0]!, event: each });
    const programme = [
      event({ type: 'work-listed', work: 'anora', title: 'Anora', imdb: 'tt28607951' }),
      event({
        type: 'category-listed',
        category: 'directing',
        name: 'Directing',
        position: 1,
        nominees: [
          { id: 'directing/anora', people: [{ id: 'baker', name: 'Baker', imdb: 'nm0048918' }] },
          { id: 'directing/other', people: [{ id: 'other', name: 'Other' }] },
        ],
      }),
    ];
    expect(imdbOf(programme, film('anora'))).toBe('https://www.imdb.com/title/tt28607951/');
    expect(imdbOf(programme, { of: 'people', key: 'baker' })).toBe(
      'https://www.imdb.com/name/nm0048918/',
    );
    expect(imdbOf(programme, { of: 'people', key: 'other' })).toBeUndefined();
    expect(imdbOf(programme, film('baker'))).toBeUndefined();
    expect(imdbOf(story.frames, film('la-la-land'))).toBeUndefined();
  });
});

describe("a category's page", () => {
  it('tells its own story, oldest first, with its correction tied both ways', () => {
    const picture = storyOf(story.frames, board(11), 'picture');
    expect(picture.map(({ version, kind }) => `${version} ${kind}`)).toEqual([
      '6 presenting',
      '7 winner',
      '8 under-review',
      '9 corrected',
    ]);
    expect(picture[1]?.correctedBy).toBe(9);
    expect(picture[3]?.corrects).toBe(7);
    expect(storyOf(frames(9), board(9), 'actress')).toEqual([]);
  });

  it('names who presented it', () => {
    expect(presentersOf(story.frames, 'picture')).toEqual(['Faye Dunaway']);
    expect(presentersOf(story.frames, 'actress')).toEqual([]);
  });

  it('leads on to its neighbours in the running order', () => {
    expect(neighboursOf(board(4), 'picture')).toEqual({ next: 'actress' });
    expect(neighboursOf(board(4), 'actress')).toEqual({ previous: 'picture' });
  });
});

describe('moments', () => {
  const moment = (version: number, event: Frame['event']): Frame => ({
    ...story.frames[0]!,
    version,
    event,
  });
  const noted = [
    moment(1, { type: 'moment-noted', kind: 'speech', text: 'Thanks', people: ['Emma Stone'] }),
    moment(2, { type: 'moment-noted', kind: 'tribute', text: 'A film', works: ['la-la-land'] }),
    moment(3, { type: 'moment-noted', kind: 'speech', text: 'Not so', people: ['Emma Stone'] }),
    moment(4, { type: 'moment-withdrawn', version: 3 }),
  ];

  it('stand on the pages of those they name, but for the withdrawn', () => {
    const at = (of: 'films' | 'people', key: string): string[] =>
      momentsOf(noted, board(11), { of, key }).map(({ text }) => text);
    expect(at('people', 'emma-stone')).toEqual(['Thanks']);
    expect(at('films', 'la-la-land')).toEqual(['A film']);
    expect(at('films', 'moonlight')).toEqual([]);
  });
});

describe('a credit', () => {
  const some: Board = {
    ...emptyBoard(),
    works: {
      emilia: { title: 'Emilia', distributors: [], nominations: 4, wins: 0, lost: 0, pending: 4 },
    },
    people: {
      zoe: { name: 'Zoe', nominations: 1, wins: 0, lost: 0, pending: 1 },
      camille: { name: 'Camille', nominations: 2, wins: 0, lost: 0, pending: 2 },
    },
    categories: {
      c: {
        name: 'C',
        position: 1,
        status: 'upcoming',
        winners: {},
        nominees: {
          'c/song': {
            work: 'emilia',
            position: 1,
            people: ['camille'],
            detail: { song: 'El Mal' },
          },
          'c/zoe': { work: 'emilia', position: 2, people: ['zoe'], detail: { character: 'Rita' } },
          'c/emilia': { work: 'emilia', position: 3, people: ['camille', 'zoe'] },
          'c/france': { work: 'emilia', position: 4, people: [], detail: { country: 'France' } },
          'c/camille': { position: 5, people: ['camille'] },
        },
      },
    },
  };
  const emilia = { text: 'Emilia', to: { of: 'films', key: 'emilia' } };
  const zoe = { text: 'Zoe', to: { of: 'people', key: 'zoe' } };
  const camille = { text: 'Camille', to: { of: 'people', key: 'camille' } };

  it.each([
    ['song', { text: '“El Mal”', to: emilia.to }, [emilia, camille]],
    ['zoe', zoe, [emilia]],
    ['emilia', emilia, [camille, zoe]],
    ['france', emilia, [{ text: 'France' }]],
    ['camille', camille, []],
    ['nobody', { text: 'c/nobody' }, []],
  ])('of %s leads to the pages of all it names', (slug, title, by) => {
    expect(creditOf(some, 'c', `c/${slug}`)).toEqual({ title, by });
  });

  it('is titled as the nominee is everywhere else', () => {
    for (const id of Object.keys(some.categories.c!.nominees)) {
      expect(creditOf(some, 'c', id).title.text).toBe(nomineeLabel(some, 'c', id).title);
    }
  });
});
