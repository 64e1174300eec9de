import { describe, expect, it } from 'vitest';
import { headlineOf, standstillOf } from '../src/core/headline';
import { nomineeLabel, upNext } from '../src/core/labels';
import { sentenceOf } from '../src/core/sentence';
import type { Board, Frame } from '../src/types';
import { emptyBoard, smallNight } from './support';

const story = smallNight();
const at = (version: number) =>
  headlineOf(story.boards[version]!, story.frames.slice(0, version), (v) => story.boards[v]);
const titles = (labels: readonly { title: string }[]) => labels.map(({ title }) => title);

describe('the headline', () => {
  it('is missing before the first result', () => {
    expect(at(6)).toBeUndefined();
  });

  it('is the latest winner', () => {
    expect(at(7)).toMatchObject({ kind: 'winner', category: 'picture', struck: [] });
    expect(titles(at(7)!.winners)).toEqual(['La La Land']);
  });

  it('keeps the winner while the result is under review, and says why', () => {
    expect(at(8)).toMatchObject({ kind: 'under-review', reason: 'Checking the envelope' });
    expect(titles(at(8)!.winners)).toEqual(['La La Land']);
  });

  it('strikes the old name of a corrected result', () => {
    expect(at(9)!.kind).toBe('corrected');
    expect(titles(at(9)!.winners)).toEqual(['Moonlight']);
    expect(titles(at(9)!.struck)).toEqual(['La La Land']);
  });

  it('shows a tie with both, in ballot order', () => {
    expect(titles(at(10)!.winners)).toEqual(['Emma Stone', 'Ruth Negga']);
  });

  it('is told by the board alone while the frames are on their way', () => {
    expect(headlineOf(story.boards[8]!, [], () => undefined)).toMatchObject({
      kind: 'under-review',
      category: 'picture',
    });
  });
});

describe('the sentence for a screen reader', () => {
  const sentence = (version: number) =>
    sentenceOf(story.frames[version - 1]!, story.boards[version]!, story.boards[version - 1]);

  it('names category, winner and the new total', () => {
    expect(sentence(7)).toBe('Best Picture: La La Land. La La Land now has 1 win.');
  });

  it('names everyone in a tie', () => {
    expect(sentence(10)).toBe(
      'Actress, a tie: Emma Stone, La La Land; and Ruth Negga, Moonlight. La La Land now has 1 win. Moonlight now has 2 wins.',
    );
  });

  it('says what a correction corrects', () => {
    expect(sentence(9)).toBe('Correction. Best Picture: Moonlight, not La La Land.');
  });

  it('says that a result is under review', () => {
    expect(sentence(8)).toBe('Best Picture is under review.');
  });

  it('is silent about everything else', () => {
    expect([sentence(4), sentence(5), sentence(6), sentence(11)]).toEqual(['', '', '', '']);
  });
});

describe('a night without a result', () => {
  const blank = emptyBoard();
  const ended = (reason?: string): Frame => ({
    version: 2,
    occurred_at: '',
    t: 0,
    event: { type: 'ceremony-ended', ...(reason === undefined ? {} : { reason }) },
    patch: {},
  });

  it('has begun while it is live', () => {
    expect(standstillOf({ ...blank, phase: 'live' }, [])).toEqual({
      title: 'The night has begun',
      note: 'No award has been given yet.',
    });
  });

  it('is over once it has ended, and says why where that is known', () => {
    const over = { title: 'The night is over', note: 'No award was given.' };
    const board: Board = { ...blank, phase: 'ended' };
    expect(standstillOf(board, [])).toEqual(over);
    expect(standstillOf(board, [ended()])).toEqual(over);
    const reason = 'The hall was closed';
    expect(standstillOf(board, [ended(reason)])).toEqual({ ...over, reason });
  });
});

describe('the name of a nominee', () => {
  const board: Board = {
    ...emptyBoard(),
    works: {
      'emilia-perez': {
        title: 'Emilia Pérez',
        distributors: [],
        nominations: 2,
        wins: 0,
        lost: 0,
        pending: 2,
      },
    },
    people: {
      camille: { name: 'Camille', nominations: 1, wins: 0, lost: 0, pending: 1 },
      'zoe-saldana': { name: 'Zoe Saldaña', nominations: 1, wins: 0, lost: 0, pending: 1 },
    },
    categories: {
      c: {
        name: 'C',
        position: 1,
        status: 'upcoming',
        winners: {},
        nominees: {
          'c/el-mal': {
            work: 'emilia-perez',
            position: 1,
            people: ['camille'],
            detail: { song: 'El Mal' },
          },
          'c/zoe-saldana': { work: 'emilia-perez', position: 2, people: ['zoe-saldana'] },
          'c/emilia-perez': { work: 'emilia-perez', position: 3, people: ['camille'] },
          'c/france': {
            work: 'emilia-perez',
            position: 4,
            people: [],
            detail: { country: 'France' },
          },
          'c/camille': { position: 5, people: ['camille'] },
        },
      },
    },
  };
  const label = (slug: string) => nomineeLabel(board, 'c', `c/${slug}`);

  it('is the song where a song is nominated', () => {
    expect(label('el-mal')).toEqual({
      title: '“El Mal”',
      by: 'Emilia Pérez · Camille',
      work: 'emilia-perez',
      to: { of: 'films', key: 'emilia-perez' },
    });
  });

  it('is the person where a person is nominated', () => {
    expect(label('zoe-saldana')).toMatchObject({ title: 'Zoe Saldaña', by: 'Emilia Pérez' });
  });

  it('is the film everywhere else, with its people or its country', () => {
    expect(label('emilia-perez')).toMatchObject({ title: 'Emilia Pérez', by: 'Camille' });
    expect(label('france')).toMatchObject({ title: 'Emilia Pérez', by: 'France' });
  });

  it('does without a film', () => {
    expect(label('camille')).toEqual({
      title: 'Camille',
      by: '',
      to: { of: 'people', key: 'camille' },
    });
  });
});

describe('up next', () => {
  it('is the category on stage, or else the next in the running order', () => {
    expect(upNext(story.boards[5]!)).toBe('picture');
    expect(upNext(story.boards[6]!)).toBe('picture');
    expect(upNext(story.boards[7]!)).toBe('actress');
    expect(upNext(story.boards[10]!)).toBeUndefined();
  });
});
