import { describe, expect, it } from 'vitest';
import { LOOK_IN_EVERY, LOOK_IN_FOR, sharing } from '../src/console/core/sharing';
import type { StreamHandlers } from '../src/console/core/watch';
import { ANSWERED_IN, MOST, Slots, type Channel, type SlotMessage } from '../src/core/slots';
import { ManualClock } from './support';

const PRESENT = JSON.stringify({ type: 'present', people: [] });

interface Desk {
  readonly opened: (StreamHandlers & { shut: boolean })[];
  readonly heard: string[];
  readonly closed: (number | undefined)[];
  leave(): void;
}

/** Tabs of one browser, each with a desk. */
function browser() {
  const clock = new ManualClock();
  const heard = new Map<object, (message: SlotMessage) => void>();
  const desk = (name: string): Desk => {
    const channel: Channel = {
      post: (message) => {
        for (const [other, hear] of heard) if (other !== channel) hear(message);
      },
      listen: (hear) => void heard.set(channel, hear),
    };
    const made: Pick<Desk, 'opened' | 'heard' | 'closed'> = { opened: [], heard: [], closed: [] };
    const open = sharing(
      (handlers) => {
        const stream = { ...handlers, shut: false };
        made.opened.push(stream);
        return () => void (stream.shut = true);
      },
      new Slots(() => channel, clock, name),
      clock,
    );
    const leave = open({
      message: (data) => made.heard.push(data),
      closed: (status) => made.closed.push(status),
    });
    clock.advance(ANSWERED_IN);
    return { ...made, leave };
  };
  const desks = (count: number): Desk[] => Array.from({ length: count }, (_, i) => desk(`${i}`));
  return { clock, desk, desks };
}

const held = (desks: readonly Desk[]): number =>
  desks.flatMap(({ opened }) => opened).filter(({ shut }) => !shut).length;

function say(desk: Desk | undefined, ...data: string[]): void {
  for (const each of data) desk?.opened.at(-1)?.message(each);
}

describe('six desks in one browser', () => {
  it('keep no more streams open than leave room for a post', () => {
    const { desks } = browser();
    const all = desks(6);
    all.forEach((desk) => say(desk, '{"type":"hello"}', PRESENT));
    expect(held(all)).toBe(MOST);
    expect(all.every(({ heard }) => heard.length === 2)).toBe(true);
  });

  it('look in again and again where they may keep none', () => {
    const { clock, desks } = browser();
    const last = desks(4).at(-1);
    say(last, PRESENT);
    clock.advance(LOOK_IN_EVERY + ANSWERED_IN);
    say(last, '{"type":"hello"}', PRESENT);
    clock.advance(LOOK_IN_EVERY + ANSWERED_IN);
    expect(last?.opened.map(({ shut }) => shut)).toEqual([true, true, false]);
    expect(last?.heard).toHaveLength(3);
    expect(last?.closed).toEqual([]);
  });

  it('take the end of a look for no end of the link', () => {
    const { desks } = browser();
    const last = desks(4).at(-1);
    say(last, PRESENT);
    last?.opened.at(-1)?.closed();
    expect(last?.closed).toEqual([]);
  });

  it('keep no stream for long that says nothing', () => {
    const { clock, desks } = browser();
    const all = desks(4);
    clock.advance(LOOK_IN_FOR);
    expect(held(all)).toBe(MOST);
  });

  it('take a stream over that another has left', () => {
    const { clock, desks } = browser();
    const all = desks(4);
    const last = all.at(-1);
    say(last, PRESENT);
    all[0]?.leave();
    clock.advance(LOOK_IN_EVERY + ANSWERED_IN);
    say(last, PRESENT);
    expect(last?.opened.at(-1)?.shut).toBe(false);
    expect(held(all)).toBe(MOST);
  });

  it('hear that they are refused, and give back what they held', () => {
    const { clock, desk, desks } = browser();
    const all = desks(3);
    all[0]?.opened[0]?.closed(401);
    expect(all[0]?.closed).toEqual([401]);
    const next = desk('next');
    say(next, PRESENT);
    clock.advance(LOOK_IN_FOR);
    expect(next.opened[0]?.shut).toBe(false);
  });

  it('come back no more once they are left', () => {
    const { clock, desks } = browser();
    const last = desks(4).at(-1);
    say(last, PRESENT);
    last?.leave();
    clock.advance(60_000);
    expect(last?.opened).toHaveLength(1);
  });
});
