import { describe, expect, it } from 'vitest';
import { advance, settled, WIN_LENGTH, type Showing } from '../src/core/winqueue';

const wins = new Set([3, 5, 7, 9]);
const isWin = (version: number): boolean => wins.has(version);
const playing = (version: number, until: number): Showing => ({
  version,
  win: { version, until },
});

describe('showing the night as it goes on', () => {
  it('shows what is not a win at once', () => {
    expect(advance(settled(1), 2, 0, isWin)).toEqual(settled(2));
  });

  it('gives a win its time', () => {
    expect(advance(settled(2), 3, 100, isWin)).toEqual(playing(3, 100 + WIN_LENGTH));
  });

  it('holds what comes after a win until the win is over', () => {
    const showing = playing(3, 1_600);
    expect(advance(showing, 4, 1_599, isWin)).toBe(showing);
    expect(advance(showing, 4, 1_600, isWin)).toEqual(settled(4));
  });

  it('plays a second win after the first', () => {
    const showing = playing(3, 1_600);
    expect(advance(showing, 6, 500, isWin)).toBe(showing);
    expect(advance(showing, 6, 1_600, isWin)).toEqual(playing(5, 3_200));
    expect(advance(playing(5, 3_200), 6, 3_200, isWin)).toEqual(settled(6));
  });

  it('cuts to the final state with two wins waiting', () => {
    expect(advance(playing(3, 1_600), 8, 500, isWin)).toEqual(settled(8));
  });

  it('cuts to the final state when more than two wins come at once', () => {
    expect(advance(settled(2), 8, 0, isWin)).toEqual(settled(8));
    expect(advance(settled(2), 6, 0, isWin)).toEqual(playing(3, WIN_LENGTH));
  });

  it('does not play anything on the way back', () => {
    expect(advance(playing(5, 1_600), 3, 500, isWin)).toEqual(settled(3));
  });
});
