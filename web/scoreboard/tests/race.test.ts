import { describe, expect, it } from 'vitest';
import { namedOf, raceOf, type Race } from '../src/core/race';
import {
  drawnOf,
  endOf,
  fallsOf,
  pathOf,
  placeNames,
  scalesOf,
  spread,
} from '../src/core/raceplot';
import type { Frame } from '../src/types';
import { smallNight } from './support';

const story = smallNight();
const at = (version: number): Race => raceOf(story.frames.slice(0, version), 'works');
const steps = (race: Race): string[] =>
  race.steps.map(({ id, version, wins }) => `${version} ${id} ${wins}`);

/** A frame of a night in which each step gives wins to some. */
const frame = (version: number, works: Record<string, { wins?: number } | null>): Frame => ({
  version,
  occurred_at: '2025-03-03T00:00:00.000Z',
  t: version * 1000,
  event: { type: 'winner-announced', category: `c${version}`, nominees: [] },
  patch: { works },
});

describe('the race', () => {
  it('has a step wherever a frame sets another number of wins', () => {
    expect(steps(at(6))).toEqual([]);
    expect(steps(at(7))).toEqual(['7 la-la-land 1']);
    expect(steps(at(11))).toEqual([
      '7 la-la-land 1',
      '9 la-la-land 0',
      '9 moonlight 1',
      '10 la-la-land 1',
      '10 moonlight 2',
    ]);
  });

  it('has at every version the wins that the board has', () => {
    for (const [version, board] of story.boards.entries()) {
      const wins = new Map(Object.keys(board.works).map((id) => [id, 0]));
      for (const { id, wins: n } of at(version).steps) wins.set(id, n);
      expect(Object.fromEntries(wins)).toEqual(
        Object.fromEntries(Object.entries(board.works).map(([id, line]) => [id, line.wins])),
      );
    }
  });

  it('tells what was awarded from what was amended', () => {
    const [award, taken, given] = at(9).steps;
    expect([award?.amended, taken?.amended, given?.amended]).toEqual([false, true, true]);
    expect(taken).toMatchObject({ category: 'picture', t: 233_000 });
  });

  it('is of those who are asked for, and passes over what is deleted', () => {
    expect(raceOf(story.frames, 'people').steps).toEqual([]);
    const race = raceOf(
      [frame(1, { a: { wins: 1 }, b: { wins: 0 } }), frame(2, { b: null })],
      'works',
    );
    expect(steps(race)).toEqual(['1 a 1']);
  });

  it('gives the tied lanes of their own, and those who leave make room', () => {
    const race = raceOf(
      [
        frame(1, { a: { wins: 1 } }),
        frame(2, { b: { wins: 1 } }),
        frame(3, { a: { wins: 2 } }),
        frame(4, { c: { wins: 1 } }),
      ],
      'works',
    );
    const lanes = race.lines.map(({ id, stays }) => [
      id,
      ...stays.map(({ wins, lane }) => `${wins}/${lane}`),
    ]);
    expect(lanes).toEqual([
      ['a', '1/0', '2/0'],
      ['b', '1/1'],
      ['c', '1/0'],
    ]);
    expect([...race.lanes]).toEqual([
      [1, 2],
      [2, 1],
    ]);
    expect(race.top).toBe(2);
  });
});

describe('names at the ends of the lines', () => {
  const ranking = (...ranks: number[]) =>
    ranks.map((rank, i): [string, number] => [`film-${i + 1}`, rank]);

  it('are those of the best', () => {
    expect(namedOf(ranking(1, 2, 3), 3, 7)).toEqual(['film-1', 'film-2', 'film-3']);
    expect(namedOf([], 3, 7)).toEqual([]);
  });

  it('part no tie', () => {
    expect(namedOf(ranking(1, 2, 3, 3, 3, 6, 6, 6, 6), 3, 7)).toHaveLength(5);
    expect(namedOf(ranking(1, 2, 3, 4, 5, 6, 7, 8), 3, 7)).toHaveLength(7);
  });

  it('part one where otherwise fewer than few were named', () => {
    expect(namedOf(ranking(1, 1, 1, 1, 1, 1, 1, 1), 3, 7)).toHaveLength(7);
    expect(namedOf(ranking(1, 2, 3, 3, 3, 3, 3, 3), 3, 7)).toHaveLength(7);
  });

  it('are moved apart, in their order and within the bounds', () => {
    expect(spread([10, 50], 20, 0, 100)).toEqual([10, 50]);
    expect(spread([50, 50, 50], 20, 0, 100)).toEqual([50, 70, 90]);
    expect(spread([95, 90], 20, 0, 100)).toEqual([100, 80]);
    expect(spread([-10], 20, 0, 100)).toEqual([0]);
    expect(spread([], 20, 0, 100)).toEqual([]);
  });
});

describe('a line of the race', () => {
  const plane = { left: 0, right: 100, top: 0, bottom: 90 };
  const drawn = (version: number) => {
    const race = at(version);
    return { race, scales: scalesOf(race, plane, (t) => t / 1_260_000, race.top) };
  };
  const line = (race: Race, id: string) => race.lines.find((each) => each.id === id)!;

  it('rises from nothing at its first win and lasts until now, not longer', () => {
    const { race, scales } = drawn(7);
    expect(pathOf(line(race, 'la-la-land'), scales, 126_000)).toBe('M7.1 90V60H10');
    expect(endOf(line(race, 'la-la-land'), scales)).toBe(60);
  });

  it('falls at the minute of the correction, and rises again at its next win', () => {
    const { race, scales } = drawn(11);
    const path = pathOf(line(race, 'la-la-land'), scales, 1_260_000);
    expect(path).toBe('M7.1 90V60H18.5V90M95.2 90H95.2V60H100');
    expect(fallsOf(line(race, 'la-la-land'), scales)).toMatchObject([
      { step: { version: 9 }, y: 90, peak: 60 },
    ]);
    expect(fallsOf(line(race, 'moonlight'), scales)).toEqual([]);
  });

  it('tells of every line what is drawn, and whether it stands', () => {
    const { race, scales } = drawn(9);
    const lines = drawnOf(race, scales, 1_260_000);
    expect(lines.map(({ id, stands }) => [id, stands])).toContainEqual(['la-la-land', false]);
    const { d, y, falls } = lines.find(({ id }) => id === 'la-la-land')!;
    expect(d).toBe(pathOf(line(race, 'la-la-land'), scales, 1_260_000));
    expect([y, falls.length]).toEqual([90, 1]);
  });

  it('names what ends on one level best first, each where there is room', () => {
    const name = (id: string, y: number, wins = 1) => ({ id, y, wins, text: id });
    const placed = placeNames([name('best', 60), name('next', 60), name('last', 20, 2)], 12, plane);
    expect(placed.map(({ id, at }) => [id, at])).toEqual([
      ['best', 60],
      ['next', 72],
      ['last', 20],
    ]);
  });

  it('names the tied in the order of the board, whoever came there first', () => {
    const name = (id: string, y: number) => ({ id, y, wins: 2, text: id });
    const placed = placeNames([name('best', 49), name('next', 44.5), name('last', 40)], 12, plane);
    expect([...placed].sort((a, b) => a.at - b.at).map(({ id }) => id)).toEqual([
      'best',
      'next',
      'last',
    ]);
    const others = { id: '', y: 20, wins: 2, text: '4 more' };
    expect(placeNames([name('best', 60), others], 12, plane).map(({ at }) => at)).toEqual([60, 20]);
  });

  it('leaves room for three wins at least, and for as many as there are', () => {
    const { race } = drawn(7);
    expect(scalesOf(race, plane, () => 0, 1).levels).toEqual([1, 2, 3]);
    expect(scalesOf(race, plane, () => 0, 5).levels).toEqual([1, 2, 3, 4, 5]);
    expect(scalesOf(race, plane, () => 0, 5).y(5, 0)).toBe(0);
  });

  it('keeps the tied apart but within their level, however many they are', () => {
    const many = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`f${i}`, { wins: 1 }]));
    const scales = scalesOf(raceOf([frame(1, many)], 'works'), plane, () => 0, 1);
    expect(scales.y(1, 0)).toBe(60);
    expect(scales.y(1, 1)).toBeGreaterThan(60);
    expect(scales.y(1, 59)).toBeLessThan(80);
  });
});

describe('a seek', () => {
  it('reads no frame that has been read before', () => {
    let reads = 0;
    const frames = Array.from({ length: 100 }, (_, i): Frame => {
      const { patch, ...rest } = frame(i + 1, { [`f${i % 7}`]: { wins: i } });
      return Object.defineProperty(rest as Frame, 'patch', { get: () => ((reads += 1), patch) });
    });
    raceOf(frames, 'works');
    expect(reads).toBe(100);
    expect(raceOf(frames.slice(0, 50), 'works').steps).toHaveLength(49);
    raceOf(frames, 'works');
    expect(reads).toBe(100);
  });
});
