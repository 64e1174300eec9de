import { beforeEach, describe, expect, it } from 'vitest';
import { keptHere, type Kept } from '../src/core/kept';
import { ABSENCE, FADE, LastLook } from '../src/core/lastlook';
import { ManualClock } from './support';

describe('the last look', () => {
  let clock: ManualClock;
  let kept: Kept;
  let said: (number | undefined)[];

  function opened(): LastLook {
    said = [];
    return new LastLook(clock, kept, 'night', (since) => said.push(since?.version));
  }

  beforeEach(() => {
    clock = new ManualClock();
    kept = keptHere();
  });

  it('says nothing to who comes for the first time, and stays', () => {
    const look = opened();
    look.shows('one', 10);
    clock.advance(ABSENCE / 2);
    look.shows('one', 14);
    look.stirs();
    expect(said).toEqual([]);
  });

  it('compares with what was in view when the page was left for another', () => {
    const look = opened();
    look.shows('one', 10);
    look.leaves();
    look.shows('one', 13);
    look.returns();
    expect(said).toEqual([10]);
  });

  it('says nothing to who returns before anything has happened', () => {
    const look = opened();
    look.shows('one', 10);
    look.leaves();
    clock.advance(ABSENCE);
    look.returns();
    expect(said).toEqual([]);
  });

  it('takes who does not stir for some minutes for absent', () => {
    const look = opened();
    look.shows('one', 10);
    look.stirs();
    clock.advance(ABSENCE - 1);
    look.shows('one', 12);
    look.stirs();
    expect(said).toEqual([]);
    clock.advance(ABSENCE);
    look.shows('one', 15);
    look.stirs();
    expect(said).toEqual([12]);
  });

  it('is remembered when the page is opened again', () => {
    const before = opened();
    before.shows('one', 10);
    before.leaves();
    clock.advance(60_000);
    opened().shows('one', 20);
    expect(said).toEqual([10]);
  });

  it('does not hold for another history', () => {
    const before = opened();
    before.shows('one', 10);
    before.leaves();
    opened().shows('two', 20);
    expect(said).toEqual([]);
    kept.write('look:night', '{"epoch":"two","version":"many"');
    opened().shows('two', 20);
    expect(said).toEqual([]);
  });

  it('fades after a while, and at once when asked to', () => {
    const look = opened();
    look.shows('one', 10);
    look.leaves();
    look.shows('one', 13);
    look.returns();
    clock.advance(FADE);
    expect(said).toEqual([10, undefined]);

    look.leaves();
    look.shows('one', 16);
    look.returns();
    look.dismiss();
    expect(said).toEqual([10, undefined, 13, undefined]);
  });

  it('is forgotten when the history becomes another', () => {
    const look = opened();
    look.shows('one', 10);
    look.leaves();
    look.shows('one', 13);
    look.returns();
    look.shows('two', 3);
    expect(said).toEqual([10, undefined]);
  });
});
