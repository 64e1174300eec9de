import { describe, expect, it } from 'vitest';
import { chaptersOf } from '../src/core/chapters';
import { captionsOf, hoursOf, marksOf, nearest, placeAt } from '../src/core/ribbon';
import { nominationsOf } from '../src/core/subject';
import { timelineOf } from '../src/core/timeline';
import { timeMap } from '../src/core/timemap';
import type { Playback } from '../src/core/viewer';
import type { Board } from '../src/types';
import { smallNight } from './support';

const story = smallNight();
const MINUTE = 60_000;

function playback(upTo = story.head, cap = Infinity): Playback {
  const frames = story.frames.slice(0, upTo);
  const timeline = timelineOf(frames);
  const moments = timeline.times.slice(timeline.start);
  return { timeline, map: timeMap(moments, cap), chapters: chaptersOf(frames), t: 0 };
}

function marks(version: number, key: string, of: Playback) {
  const frames = story.frames.slice(0, version);
  const board = story.boards[version] as Board;
  return marksOf(nominationsOf(board, frames, { of: 'films', key }), frames, of);
}

describe('the strip of a film', () => {
  it('has its nominations where they were decided', () => {
    const [picture, actress] = marks(11, 'moonlight', playback());
    expect(picture).toMatchObject({ category: 'picture', state: 'won', version: 9 });
    expect(picture?.at).toBeCloseTo(233 / 1260);
    expect(actress?.at).toBeCloseTo(1200 / 1260);
  });

  it('has what is to come at its chapter where that is known, as in a replay', () => {
    const [picture, actress] = marks(4, 'moonlight', playback());
    expect(picture).toMatchObject({ state: 'upcoming', version: 6 });
    expect(picture?.at).toBeCloseTo(60 / 1260);
    expect(actress).toMatchObject({ state: 'upcoming', version: 10 });
  });

  it('has what is to come without a place while the night is live, after all else', () => {
    const live = marks(9, 'la-la-land', playback(9));
    expect(live.map(({ category, at }) => [category, at === undefined])).toEqual([
      ['picture', false],
      ['actress', true],
    ]);
  });

  it('finds the mark that is nearest to a place and can be gone to', () => {
    const all = marks(11, 'moonlight', playback());
    expect(nearest(all, 0.1)?.category).toBe('picture');
    expect(nearest(all, 0.9)?.category).toBe('actress');
    expect(nearest([], 0.5)).toBeUndefined();
  });
});

describe('the hours of the show', () => {
  const long = { ...playback(), timeline: { start: 1, times: [0, 0, 150 * MINUTE] } };

  it('are the whole ones within it', () => {
    const map = timeMap([0, 150 * MINUTE], Infinity);
    expect(hoursOf({ ...long, map })).toEqual([
      { hours: 1, at: 0.4 },
      { hours: 2, at: 0.8 },
    ]);
    expect(hoursOf(playback())).toEqual([]);
  });

  it('are one where a quiet stretch was cut that had several', () => {
    const times = [0, 0, 10 * MINUTE, 130 * MINUTE, 150 * MINUTE];
    const map = timeMap(times, 20 * MINUTE);
    expect(hoursOf({ ...long, timeline: { start: 1, times }, map })).toEqual([
      { hours: 2, at: 30 / 50 },
    ]);
  });

  it('have one place while nothing has a length', () => {
    expect(placeAt({ ...playback(), map: timeMap([], Infinity) }, 5)).toBe(0);
  });
});

describe('words over the strip', () => {
  it('stand in the middle of their mark, and within the strip', () => {
    expect(captionsOf([{ x: 100, width: 60 }], 400, 3)).toEqual([{ left: 70, row: 0 }]);
    expect(captionsOf([{ x: 5, width: 60 }], 400, 3)).toEqual([{ left: 0, row: 0 }]);
    expect(captionsOf([{ x: 395, width: 60 }], 400, 3)).toEqual([{ left: 340, row: 0 }]);
  });

  it('move aside, then up, so that none lies on another or on its stem', () => {
    const wanted = [100, 120, 130, 300].map((x) => ({ x, width: 90 }));
    const captions = captionsOf(wanted, 400, 3);
    captions.forEach((one, i) => {
      captions.forEach((other, j) => {
        if (!one || !other || i === j) return;
        const [from, to] = [other.left, other.left + 90];
        if (one.row === other.row) expect(one.left >= to || one.left + 90 <= from).toBe(true);
        else if (one.row > other.row) {
          expect(wanted[i]!.x < from || wanted[i]!.x > to).toBe(true);
        }
      });
    });
    expect(captions.filter((caption) => caption).length).toBeGreaterThan(2);
  });

  it('are left out where there is no room for them', () => {
    expect(captionsOf([{ x: 10, width: 90 }], 80, 3)).toEqual([undefined]);
    const crowd = Array.from({ length: 9 }, () => ({ x: 50, width: 90 }));
    expect(captionsOf(crowd, 100, 3).filter((caption) => caption)).toHaveLength(1);
  });
});
