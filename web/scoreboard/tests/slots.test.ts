import { describe, expect, it } from 'vitest';
import { ANSWERED_IN, MOST, Slots, type Channel, type SlotMessage } from '../src/core/slots';
import { ManualClock } from './support';

/** Tabs of one browser: each hears what the others post. */
function browser() {
  const clock = new ManualClock();
  const heard = new Map<object, (message: SlotMessage) => void>();
  const tab = (name: string): Slots => {
    const channel: Channel = {
      post: (message) => {
        for (const [other, hear] of heard) if (other !== channel) hear(message);
      },
      listen: (hear) => void heard.set(channel, hear),
    };
    return new Slots(() => channel, clock, name);
  };
  return { clock, tab };
}

type Given = (() => void) | undefined;

function taking(slots: Slots): { given: Given[]; giveUp: () => void } {
  const given: Given[] = [];
  return { given, giveUp: slots.take((giveBack) => given.push(giveBack)) };
}

const granted = (all: readonly { given: Given[] }[]): boolean[] =>
  all.map(({ given }) => given[0] !== undefined);

describe('the slots that all tabs share', () => {
  it('go to so many tabs, and to no more', () => {
    const { clock, tab } = browser();
    const all = Array.from({ length: MOST + 3 }, (_, i) => {
      const one = taking(tab(`tab ${i}`));
      clock.advance(ANSWERED_IN);
      return one;
    });
    expect(granted(all)).toEqual([true, true, true, false, false, false]);
  });

  it('go to no more where all ask at the same moment, as when a browser starts again', () => {
    const { clock, tab } = browser();
    const all = ['d', 'a', 'f', 'b', 'e', 'c'].map((name) => tab(name)).map(taking);
    clock.advance(ANSWERED_IN);
    expect(granted(all).filter(Boolean).length).toBeLessThanOrEqual(MOST);
    expect(granted(all).filter(Boolean).length).toBeGreaterThan(0);
  });

  it('go to no more where one tab asks for all of them', () => {
    const { clock, tab } = browser();
    const slots = tab('one');
    const all = Array.from({ length: MOST + 1 }, () => taking(slots));
    clock.advance(ANSWERED_IN);
    expect(granted(all)).toEqual([true, true, true, false]);
  });

  it('are free again once they are given back, and once only', () => {
    const { clock, tab } = browser();
    const slots = tab('one');
    const [first] = Array.from({ length: MOST }, () => taking(slots));
    clock.advance(ANSWERED_IN);
    first?.given[0]?.();
    first?.given[0]?.();
    const [yes, no] = [taking(tab('two')), taking(tab('three'))];
    clock.advance(ANSWERED_IN);
    expect(granted([yes, no]).filter(Boolean)).toHaveLength(1);
  });

  it('are not taken by a question that was taken back', () => {
    const { clock, tab } = browser();
    const slots = tab('one');
    const gone = taking(slots);
    gone.giveUp();
    clock.advance(ANSWERED_IN);
    expect(gone.given).toEqual([]);
    const all = Array.from({ length: MOST }, () => taking(slots));
    clock.advance(ANSWERED_IN);
    expect(granted(all)).toEqual([true, true, true]);
  });

  it('are had at once where there is no channel, or no need of one', () => {
    const slots = new Slots(() => undefined, new ManualClock(), 'alone');
    const all = Array.from({ length: 10 }, () => taking(slots));
    expect(granted(all).every(Boolean)).toBe(true);
  });
});
