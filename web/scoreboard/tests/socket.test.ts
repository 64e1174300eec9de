import { describe, expect, it } from 'vitest';
import { advised, backoff, Live, type Freshness } from '../src/core/socket';
import { FakeSockets, frameMessage, ManualClock, smallNight } from './support';

function connected() {
  const story = smallNight();
  const clock = new ManualClock();
  const sockets = new FakeSockets();
  const seen: string[] = [];
  const live = new Live({
    ways: [sockets.open],
    clock,
    random: () => 0.5,
    listener: {
      keyframe: (epoch, version) => seen.push(`keyframe ${epoch} ${version}`),
      frame: ({ version }) => seen.push(`frame ${version}`),
      again: ({ version }) => seen.push(`again ${version}`),
      beyond: () => seen.push('beyond'),
      serverTime: (now) => now && seen.push(`time ${now}`),
      changed: () => undefined,
    },
  });
  live.start();
  return { story, clock, sockets, seen, live };
}

function atHead() {
  const all = connected();
  all.sockets.last.say(...all.story.hello());
  return all;
}

const beat = (version: number) => ({ type: 'heartbeat', version, server_time: '' }) as const;

describe('a live connection', () => {
  it('begins without a cursor and takes the keyframe', () => {
    const { sockets, seen, live, story } = connected();
    expect(sockets.last.cursor).toBeUndefined();
    expect(live.freshness).toBe('connecting');
    sockets.last.say(...story.hello());
    expect(seen).toEqual(['keyframe one 11']);
    expect([live.caughtUp, live.freshness]).toEqual([true, 'live']);
  });

  it('passes frames on in order and ignores the ones it has had', () => {
    const { sockets, seen, story } = atHead();
    const frame = story.add([1_300_000, { type: 'ceremony-reopened' }, { phase: 'live' }]);
    sockets.last.say(frameMessage(frame), frameMessage(frame), frameMessage(story.frames[3]!));
    expect(seen).toEqual(['keyframe one 11', 'frame 12', 'again 12', 'again 4']);
  });

  it('heals a gap by reconnecting with its cursor', () => {
    const { sockets, seen, story, clock } = atHead();
    const missed = story.add([1_300_000, { type: 'ceremony-reopened' }, {}]);
    const next = story.add([1_310_000, { type: 'ceremony-ended' }, {}]);
    sockets.last.say(frameMessage(next));
    expect(sockets.last.closed).toBe(true);
    clock.advance(500);
    expect(sockets.all).toHaveLength(2);
    expect(sockets.last.cursor).toEqual({ epoch: 'one', version: 11 });
    const [hello] = story.hello();
    sockets.last.say(hello!, frameMessage(missed), frameMessage(next), {
      type: 'caught-up',
      version: 13,
    });
    expect(seen).toEqual(['keyframe one 11', 'frame 12', 'frame 13']);
  });

  it('takes a heartbeat that is ahead of it for a gap', () => {
    const { sockets, clock } = atHead();
    sockets.last.say(beat(11));
    expect(sockets.last.closed).toBe(false);
    sockets.last.say(beat(12));
    expect(sockets.last.closed).toBe(true);
    clock.advance(500);
    expect(sockets.last.cursor?.version).toBe(11);
  });

  it('starts over with a keyframe when the epoch is another', () => {
    const { sockets, seen, clock } = atHead();
    sockets.last.drop();
    clock.advance(500);
    sockets.last.say(...smallNight({ epoch: 'two' }).hello());
    expect(seen).toEqual(['keyframe one 11', 'keyframe two 11']);
    sockets.last.drop();
    clock.advance(500);
    expect(sockets.last.cursor).toEqual({ epoch: 'two', version: 11 });
  });

  it('waits for the keyframe after a resync', () => {
    const { sockets, seen, live, story } = atHead();
    sockets.last.say({ type: 'resync', reason: 'slow', epoch: 'one' });
    expect(live.caughtUp).toBe(false);
    sockets.last.say(...story.hello().slice(1));
    expect(seen).toEqual(['keyframe one 11', 'keyframe one 11']);
    expect(live.caughtUp).toBe(true);
  });

  it('reconnects when it cannot read what it gets', () => {
    const { sockets, clock } = atHead();
    sockets.last.sayText('{"type":');
    clock.advance(500);
    expect(sockets.all).toHaveLength(2);
  });

  it('says nothing more once it is stopped', () => {
    const { sockets, live, clock, seen, story } = atHead();
    live.stop();
    sockets.last.say(frameMessage(story.add([1_300_000, { type: 'ceremony-reopened' }, {}])));
    sockets.last.drop();
    clock.advance(60_000);
    expect(sockets.all).toHaveLength(1);
    expect(seen).toEqual(['keyframe one 11']);
  });
});

describe('the age of the data', () => {
  it('stays live while the server beats', () => {
    const { sockets, live, clock } = atHead();
    for (let i = 0; i < 12; i += 1) {
      clock.advance(10_000);
      sockets.last.say(beat(11));
    }
    expect(live.freshness).toBe('live');
    expect(live.freshAt).toBe(clock.now());
  });

  it('is stale after 25 seconds without a heartbeat, and lost after 60', () => {
    const { live, clock } = atHead();
    const ages: Freshness[] = [24_999, 1, 34_999, 1].map((ms) => {
      clock.advance(ms);
      return live.freshness;
    });
    expect(ages).toEqual(['live', 'stale', 'stale', 'lost']);
  });

  it('does not change for a short break', () => {
    const { sockets, live, clock, story } = atHead();
    sockets.last.drop();
    expect(live.freshness).toBe('live');
    clock.advance(500);
    const [hello, , caughtUp] = story.hello();
    sockets.last.say(hello!, caughtUp!);
    expect(live.freshness).toBe('live');
  });

  it('is not cleared by a connection, only by having caught up', () => {
    const { sockets, live, clock, story } = atHead();
    const heard = live.freshAt;
    clock.advance(40_000);
    const [hello, , caughtUp] = story.hello();
    sockets.last.say(hello!);
    expect([live.freshness, live.freshAt]).toEqual(['stale', heard]);
    sockets.last.say(caughtUp!);
    expect([live.freshness, live.freshAt]).toEqual(['live', clock.now()]);
  });
});

describe('coming back', () => {
  it('comes back when a server that restarts says so, and then by its own lights', () => {
    const { sockets, clock } = atHead();
    sockets.last.drop(4_200);
    clock.advance(4_199);
    expect(sockets.all).toHaveLength(1);
    clock.advance(1);
    expect(sockets.all).toHaveLength(2);
    expect(sockets.last.cursor).toEqual({ epoch: 'one', version: 11 });
    sockets.last.drop();
    clock.advance(500);
    expect(sockets.all).toHaveLength(3);
  });

  it('reads the advice of a restart alone', () => {
    expect(advised(1012, 'restart; retry in 1834 ms')).toBe(1834);
    expect(advised(1012, '')).toBeUndefined();
    expect(advised(1012, 'restart; retry in 99999999 ms')).toBeUndefined();
    expect(advised(1006, 'restart; retry in 1834 ms')).toBeUndefined();
  });

  it('waits longer each time, never more than ten seconds, with full jitter', () => {
    const ceilings = [0, 1, 2, 3, 4, 5, 9].map((attempt) => backoff(attempt, () => 1));
    expect(ceilings).toEqual([500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
    expect(backoff(3, () => 0)).toBe(0);
    expect(backoff(3, () => 0.25)).toBe(1_000);
  });

  it('starts counting again once it has caught up', () => {
    const { sockets, clock, story } = atHead();
    for (let i = 0; i < 4; i += 1) {
      sockets.last.drop();
      clock.advance(10_000);
    }
    expect(sockets.all).toHaveLength(5);
    sockets.last.say(...story.hello());
    sockets.last.drop();
    clock.advance(249);
    expect(sockets.all).toHaveLength(5);
    clock.advance(1);
    expect(sockets.all).toHaveLength(6);
  });

  it('takes a silent connection for dead', () => {
    const { sockets, clock } = atHead();
    clock.advance(25_000);
    expect(sockets.all[0]?.closed).toBe(true);
    clock.advance(250);
    expect(sockets.all).toHaveLength(2);
  });

  it('does not wait when the page is woken', () => {
    const { sockets, live } = atHead();
    sockets.last.drop();
    live.wake();
    expect(sockets.all).toHaveLength(2);
    expect(sockets.last.cursor).toEqual({ epoch: 'one', version: 11 });
  });
});
