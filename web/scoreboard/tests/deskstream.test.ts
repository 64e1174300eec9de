import { describe, expect, it } from 'vitest';
import { EventStreamParser } from '../src/console/core/sse';
import { Watch, type StreamHandlers } from '../src/console/core/watch';
import { ManualClock } from './support';

describe('an event stream', () => {
  const whole =
    'data: {"a":1}\n\n: a comment\nid: 7\ndata: two\ndata:lines\n\nevent: x\n\ndata\n\n';
  const events = ['{"a":1}', 'two\nlines', ''];

  it.each(['\n', '\r\n', '\r'])('is read with any end of line (%j)', (end) => {
    expect(new EventStreamParser().push(whole.replaceAll('\n', end) + 'x')).toEqual(events);
  });

  it.each(['\n', '\r\n', '\r'])('is read however it is cut, with %j', (end) => {
    const text = whole.replaceAll('\n', end);
    for (let size = 1; size < text.length; size += 1) {
      const parser = new EventStreamParser();
      const read: string[] = [];
      for (let at = 0; at < text.length; at += size)
        read.push(...parser.push(text.slice(at, at + size)));
      read.push(...parser.push('\n').slice(0, 1));
      expect(read.slice(0, 3)).toEqual(events);
    }
  });

  it('says nothing of an event that is not whole', () => {
    expect(new EventStreamParser().push('\uFEFFdata: begun\n')).toEqual([]);
  });

  it('begins after a mark of its encoding', () => {
    expect(new EventStreamParser().push('\uFEFFdata: x\n\n')).toEqual(['x']);
  });
});

const HELLO = JSON.stringify({
  type: 'hello',
  ceremony: 'night',
  epoch: 'one',
  version: 3,
  server_time: '',
  you: { name: 'ada', role: 'producer', token: 't' },
});

function watched() {
  const clock = new ManualClock();
  const opened: (StreamHandlers & { shut: boolean })[] = [];
  const heard: string[] = [];
  const denied: number[] = [];
  const watch = new Watch({
    open: (handlers) => {
      const stream = { ...handlers, shut: false };
      opened.push(stream);
      return () => {
        stream.shut = true;
      };
    },
    clock,
    random: () => 0.5,
    listener: {
      message: ({ type }) => heard.push(type),
      denied: (status) => denied.push(status),
      changed: () => undefined,
    },
  });
  watch.start();
  return { clock, opened, heard, denied, watch };
}

describe('the desk stream', () => {
  it('tells what comes, and when it was last heard of', () => {
    const { clock, opened, heard, watch } = watched();
    expect(watch.freshAt).toBeUndefined();
    opened[0]!.message(HELLO);
    expect([heard, watch.freshAt, watch.connected]).toEqual([['hello'], clock.now(), true]);
  });

  it('comes back by itself, later each time, and at once when it is woken', () => {
    const { clock, opened, watch } = watched();
    opened[0]!.closed();
    clock.advance(249);
    expect(opened).toHaveLength(1);
    clock.advance(1);
    expect(opened).toHaveLength(2);
    opened[1]!.closed();
    clock.advance(499);
    expect(opened).toHaveLength(2);
    watch.wake();
    expect(opened).toHaveLength(3);
  });

  it('takes silence for a broken line', () => {
    const { clock, opened } = watched();
    opened[0]!.message(HELLO);
    clock.advance(25_000);
    expect(opened[0]!.shut).toBe(true);
    clock.advance(250);
    expect(opened).toHaveLength(2);
  });

  it('waits as long as a full desk asks it to', () => {
    const { clock, opened } = watched();
    opened[0]!.closed(429, 10_000);
    clock.advance(9_999);
    expect(opened).toHaveLength(1);
    clock.advance(1);
    expect(opened).toHaveLength(2);
  });

  it.each([401, 403, 404] as const)('does not come back after a %s', (status) => {
    const { clock, opened, denied } = watched();
    opened[0]!.closed(status);
    clock.advance(60_000);
    expect([opened.length, denied]).toEqual([1, [status]]);
  });

  it('ends when the token is revoked, and begins again with another', () => {
    const { clock, opened, denied, heard, watch } = watched();
    opened[0]!.message('{"type":"revoked"}');
    clock.advance(60_000);
    expect([opened.length, denied, heard, opened[0]!.shut]).toEqual([1, [401], [], true]);
    watch.start();
    expect(opened).toHaveLength(2);
  });

  it('hears nothing of a stream it has left', () => {
    const { opened, heard, watch } = watched();
    watch.stop();
    opened[0]!.message(HELLO);
    opened[0]!.closed();
    expect(heard).toEqual([]);
  });

  it('does not put up with what is no message', () => {
    const { clock, opened } = watched();
    opened[0]!.message('{');
    clock.advance(250);
    expect([opened.length, opened[0]!.shut]).toEqual([2, true]);
  });
});
