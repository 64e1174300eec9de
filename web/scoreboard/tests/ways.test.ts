import { describe, expect, it } from 'vitest';
import { Live } from '../src/core/socket';
import { HEAD_START, Ways, type Cursor } from '../src/core/ways';
import { FakeSockets, frameMessage, ManualClock, smallNight } from './support';

/** Three ways to the same server. */
function ways(more: { throws?: boolean } = {}) {
  const clock = new ManualClock();
  const fakes = [new FakeSockets(), new FakeSockets(), new FakeSockets()] as const;
  const [first, ...others] = fakes;
  const refused = (): never => {
    throw new DOMException('no', 'SecurityError');
  };
  const all = [more.throws ? refused : first.open, ...others.map(({ open }) => open)];
  return { clock, fakes, all, best: fakes[0], second: fakes[1], third: fakes[2] };
}

function opened(more: { throws?: boolean } = {}) {
  const made = ways(more);
  const tried = new Ways({ ways: made.all, clock: made.clock, random: () => 0.5 });
  const heard: string[] = [];
  const closed: (number | undefined)[] = [];
  let cursor: Cursor | undefined;
  const open = () =>
    tried.open(() => cursor, {
      message: (text) => heard.push(text),
      closed: (retryIn) => closed.push(retryIn),
    });
  const close = open();
  return { ...made, tried, heard, closed, close, open, at: (to: Cursor) => (cursor = to) };
}

const opens = ({ fakes }: ReturnType<typeof ways>): number[] => fakes.map(({ all }) => all.length);

describe('the ways to the live feed', () => {
  it('is the socket alone, where that speaks', () => {
    const all = opened();
    all.best.last.sayText('hello');
    all.clock.advance(3_600_000);
    expect(opens(all)).toEqual([1, 0, 0]);
    expect(all.heard).toEqual(['hello']);
  });

  it('is the next one at once, where one is closed before it has said anything', () => {
    const all = opened();
    all.best.last.drop();
    expect(opens(all)).toEqual([1, 1, 0]);
    all.second.last.drop();
    all.third.last.sayText('page');
    expect(all.heard).toEqual(['page']);
    expect(all.closed).toEqual([]);
  });

  it('is the next one where the browser refuses the first', () => {
    const all = opened({ throws: true });
    all.second.last.sayText('hello');
    expect(all.heard).toEqual(['hello']);
  });

  it('is whichever speaks first, where one is silent', () => {
    const all = opened();
    all.clock.advance(HEAD_START);
    expect(opens(all)).toEqual([1, 1, 0]);
    all.second.last.sayText('hello');
    expect(all.best.last.closed).toBe(true);
    all.best.last.sayText('late');
    expect(all.heard).toEqual(['hello']);
  });

  it('is the slow socket after all, where that speaks before the others', () => {
    const all = opened();
    all.clock.advance(2 * HEAD_START);
    all.best.last.sayText('hello');
    expect([all.second.last.closed, all.third.last.closed]).toEqual([true, true]);
    expect(all.tried.lesser).toBe(false);
  });

  it('is none where all are closed, and the longest advice of theirs holds', () => {
    const all = opened();
    all.best.last.drop();
    all.second.last.drop(4000);
    all.third.last.drop(2000);
    expect(all.closed).toEqual([4000]);
  });

  it('begins with the one that worked, and with the next one after a silence', () => {
    const all = opened();
    all.best.last.drop();
    all.second.last.sayText('hello');
    all.second.last.drop();
    all.open();
    expect(opens(all)).toEqual([1, 2, 0]);
    all.tried.doubt();
    all.open();
    expect(opens(all)).toEqual([1, 2, 1]);
    all.tried.hope();
    all.open();
    expect(opens(all)).toEqual([2, 2, 1]);
  });

  it('tries the better ones from time to time, ever more rarely, and goes on meanwhile', () => {
    const all = opened();
    all.best.last.drop();
    all.second.last.sayText('hello');
    const tries = [];
    for (let minute = 0; minute < 60; minute += 1) {
      all.clock.advance(60_000);
      if (!all.best.last.closed) all.best.last.drop();
      all.second.last.sayText('more');
      tries.push(all.best.all.length);
    }
    expect(tries.slice(0, 4)).toEqual([2, 2, 3, 3]);
    expect(tries.at(-1)).toBeLessThan(12);
    expect(tries.at(-1)).toBeGreaterThan(6);
    expect(all.heard).toHaveLength(61);
    expect(opens(all)[1]).toBe(1);
  });

  it('goes over to the better one only once that speaks, from where it then is', () => {
    const all = opened();
    all.best.last.drop();
    all.second.last.sayText('hello');
    all.at({ epoch: 'one', version: 7 });
    all.clock.advance(60_000);
    expect(all.best.last.cursor).toEqual({ epoch: 'one', version: 7 });
    all.second.last.sayText('still here');
    expect(all.second.last.closed).toBe(false);
    all.best.last.sayText('hello again');
    expect(all.second.last.closed).toBe(true);
    expect(all.heard).toEqual(['hello', 'still here', 'hello again']);
    all.clock.advance(3_600_000);
    expect(opens(all)).toEqual([2, 1, 0]);
  });

  it('leaves off a better one that stays silent', () => {
    const all = opened();
    all.best.last.drop();
    all.second.last.sayText('hello');
    all.clock.advance(60_000);
    all.clock.advance(5_000);
    expect(all.best.last.closed).toBe(true);
    expect(all.second.last.closed).toBe(false);
  });

  it('opens nothing any more once it is closed', () => {
    const all = opened();
    all.best.last.drop();
    all.second.last.sayText('hello');
    all.close();
    all.clock.advance(3_600_000);
    expect(opens(all)).toEqual([1, 1, 0]);
    expect(all.second.last.closed).toBe(true);
    expect(all.closed).toEqual([]);
  });
});

function live() {
  const made = ways();
  const story = smallNight();
  const seen: string[] = [];
  const connection = new Live({
    ways: made.all,
    clock: made.clock,
    random: () => 0.5,
    listener: {
      keyframe: (_, version) => seen.push(`keyframe ${version}`),
      frame: ({ version }) => seen.push(`frame ${version}${connection.caughtUp ? ' live' : ''}`),
      again: ({ version }) => seen.push(`again ${version}`),
      beyond: () => seen.push('beyond'),
      serverTime: () => undefined,
      changed: () => undefined,
    },
  });
  connection.start();
  return { ...made, story, seen, connection };
}

describe('a live connection over several ways', () => {
  it('follows on an event stream where the socket is blocked, and counts as live', () => {
    const { best, second, story, seen, connection } = live();
    best.last.drop();
    second.last.say(...story.hello());
    const frame = story.add([1_300_000, { type: 'ceremony-reopened' }, { phase: 'live' }]);
    second.last.say(frameMessage(frame));
    expect(seen).toEqual(['keyframe 11', 'frame 12 live']);
    expect(connection.freshness).toBe('live');
  });

  it('loses nothing and tells nothing twice where it goes over to the socket again', () => {
    const { best, second, story, seen, clock, connection } = live();
    best.last.drop();
    second.last.say(...story.hello());
    for (let beat = 0; beat < 6; beat += 1) {
      clock.advance(10_000);
      second.last.say({ type: 'heartbeat', version: 11, server_time: '' });
    }
    expect(best.last.cursor).toEqual({ epoch: 'one', version: 11 });
    const frame = story.add([1_300_000, { type: 'ceremony-reopened' }, { phase: 'live' }]);
    second.last.say(frameMessage(frame));
    const [hello] = story.hello();
    best.last.say(hello!, frameMessage(frame), { type: 'caught-up', version: 12 });
    expect(seen).toEqual(['keyframe 11', 'frame 12 live', 'again 12']);
    expect([connection.caughtUp, connection.freshness]).toEqual([true, 'live']);
  });

  it('takes a way that goes silent for dead, and begins with the next one', () => {
    const { best, second, story, clock, connection } = live();
    best.last.say(...story.hello());
    clock.advance(25_500);
    expect(connection.freshness).toBe('stale');
    expect(second.last.cursor).toEqual({ epoch: 'one', version: 11 });
    second.last.say(story.hello()[0]!, { type: 'caught-up', version: 11 });
    expect(connection.freshness).toBe('live');
  });

  it('begins with the socket again when the page is woken, or the network is another one', () => {
    const { best, second, story, clock, connection } = live();
    best.last.drop();
    second.last.say(...story.hello());
    connection.wake();
    expect(best.all).toHaveLength(1);
    clock.advance(6_000);
    connection.wake();
    clock.advance(500);
    expect(best.all).toHaveLength(2);
    best.last.say(...story.hello());
    connection.wake(true);
    expect(best.all).toHaveLength(3);
    expect(best.last.cursor).toEqual({ epoch: 'one', version: 11 });
  });

  it('holds nothing open while it rests, and comes back when it is woken', () => {
    const { best, story, clock, connection } = live();
    best.last.say(...story.hello());
    connection.rest();
    expect(best.last.closed).toBe(true);
    clock.advance(30_000);
    expect(best.all).toHaveLength(1);
    expect(connection.freshness).toBe('stale');
    connection.wake(true);
    expect(best.all).toHaveLength(2);
  });

  it.each([
    ['nothing ever comes', undefined],
    ['the head came by HTTP alone', false],
  ])('says that it is old after 25 s and lost after 60 s where %s', (_, kept) => {
    const { clock, connection } = live();
    if (kept !== undefined) connection.since(clock.now(), kept);
    expect(connection.freshness).toBe('connecting');
    clock.advance(24_999);
    expect(connection.freshness).toBe('connecting');
    clock.advance(1);
    expect(connection.freshness).toBe('stale');
    clock.advance(35_000);
    expect(connection.freshness).toBe('lost');
  });

  it('is not lost before it has been started', () => {
    const made = ways();
    const nothing = (): void => undefined;
    const listener = {
      keyframe: nothing,
      frame: nothing,
      again: nothing,
      beyond: nothing,
      serverTime: nothing,
      changed: nothing,
    };
    const connection = new Live({
      ways: made.all,
      clock: made.clock,
      random: () => 0.5,
      listener,
    });
    expect(connection.freshness).toBe('connecting');
  });
});
