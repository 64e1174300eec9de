import { describe, expect, it } from 'vitest';
import { timeMap } from '../src/core/timemap';

describe('a time map with a cap', () => {
  const map = timeMap([1_000, 1_000, 2_000, 62_000, 63_000], 10_000);

  it('is as long as its capped gaps', () => {
    expect(map.length).toBe(1_000 + 10_000 + 1_000);
  });

  it('keeps short gaps and shortens long ones', () => {
    expect(map.toScrubber(2_000)).toBe(1_000);
    expect(map.toScrubber(62_000)).toBe(11_000);
    expect(map.toScrubber(63_000)).toBe(12_000);
  });

  it('runs as the show ran until it cuts the rest of a gap', () => {
    expect(map.toScrubber(7_000)).toBe(6_000);
    expect(map.toShow(6_000)).toBe(7_000);
    expect(map.toShow(10_999)).toBe(11_999);
    expect(map.toShow(11_000)).toBe(62_000);
    expect([12_000, 32_000, 62_000].map(map.toScrubber)).toEqual([11_000, 11_000, 11_000]);
  });

  it('is a second of the show for each of its own, but at a cut', () => {
    for (let u = 0; u < map.length; u += 500) {
      const passed = map.toShow(u + 500) - map.toShow(u);
      expect(passed === 500 || (u < 11_000 && u + 500 >= 11_000)).toBe(true);
    }
  });

  it('comes back to where it was from every place', () => {
    for (let u = 0; u <= map.length; u += 250) {
      expect(map.toScrubber(map.toShow(u))).toBeCloseTo(u, 6);
    }
  });

  it('never goes backwards', () => {
    let last = -1;
    for (let t = 0; t <= 70_000; t += 500) {
      expect(map.toScrubber(t)).toBeGreaterThanOrEqual(last);
      last = map.toScrubber(t);
    }
  });

  it('stops at both ends', () => {
    expect(map.toScrubber(0)).toBe(0);
    expect(map.toScrubber(99_000)).toBe(map.length);
    expect(map.toShow(-5)).toBe(1_000);
    expect(map.toShow(99_000)).toBe(63_000);
  });
});

describe('a time map', () => {
  it('without a cap only moves the origin', () => {
    const map = timeMap([5_000, 65_000], Infinity);
    expect(map.length).toBe(60_000);
    expect(map.toShow(30_000)).toBe(35_000);
  });

  it('of one moment has no length', () => {
    const map = timeMap([5_000], 10);
    expect([map.length, map.toShow(3), map.toScrubber(9_000)]).toEqual([0, 5_000, 0]);
  });

  it('of no moments stays at nothing', () => {
    expect(timeMap([], 10).toShow(100)).toBe(0);
  });
});
