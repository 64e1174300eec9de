import { describe, expect, it } from 'vitest';
import { lostSince, oldSince } from '../src/core/age';
import { steadyTime } from '../src/core/clock';
import { Night } from '../src/core/night';
import { FakeSockets, ManualClock, settle, smallNight } from './support';

/** A device whose clock is set while its monotonic clock runs on. */
function device(day = 1_000_000) {
  let ran = 0;
  const time = steadyTime(
    () => day,
    () => ran,
  );
  const pass = (ms: number): void => {
    day += ms;
    ran += ms;
  };
  return { time, pass, set: (by: number) => void (day += by) };
}

describe('the time of the page', () => {
  it('is the time of day, and runs with it', () => {
    const { time, pass } = device();
    expect(time()).toBe(1_000_000);
    pass(5);
    expect(time()).toBe(1_000_005);
  });

  it('goes on where the clock is set back, so that what ages goes on aging', () => {
    const { time, pass, set } = device();
    pass(1000);
    set(-3_600_000);
    pass(1000);
    expect(time()).toBe(1_002_000);
  });

  it('knows how long the device has slept', () => {
    const { time, pass, set } = device();
    pass(1000);
    set(3_600_000);
    pass(1000);
    expect(time()).toBe(4_602_000);
  });

  it('does not run ahead where it is asked often and the two clocks are cut differently', () => {
    let ran = 0;
    const time = steadyTime(
      () => Math.floor(ran),
      () => ran,
    );
    for (let look = 0; look < 10_000; look += 1) {
      ran += 0.3;
      time();
    }
    expect(time()).toBeCloseTo(3000, 0);
  });
});

async function opened(serverTime: string) {
  const story = smallNight();
  const clock = new ManualClock(Date.parse('2025-03-03T00:00:00.000Z'));
  const sockets = new FakeSockets();
  const night = new Night('night', undefined, {
    clock,
    random: () => 0.5,
    getJson: async (path) => ({ ...(await story.getJson(path)), time: serverTime }) as never,
    openSocket: () => sockets.open,
    changed: () => undefined,
  });
  void night.start();
  await settle();
  return { story, clock, sockets, night };
}

describe('a device whose clock is wrong', () => {
  const TEN_MINUTES = 600_000;

  it('knows the time of the server from the first answer, and better from the feed', async () => {
    const { night, sockets, story } = await opened('2025-03-03T00:10:00.500Z');
    expect(night.view().ahead).toBe(TEN_MINUTES + 500);
    sockets.last.say(...story.hello('2025-03-03T00:10:00.000Z'));
    expect(night.view().ahead).toBe(TEN_MINUTES);
  });

  it('tells by the server’s clock since when it is out of date, and ages as long as it is', async () => {
    const { night, sockets, story, clock } = await opened('');
    sockets.last.say(...story.hello('2025-03-03T00:10:00.000Z'));
    expect(night.view()).toMatchObject({ freshness: 'live' });
    clock.advance(26_000);
    const view = night.view();
    expect(view.freshness).toBe('stale');
    expect(new Date(view.freshAt ?? 0).toISOString()).toBe('2025-03-03T00:10:00.000Z');
  });
});

describe('what a page says of its age', () => {
  const now = Date.parse('2025-03-03T00:10:00.000Z');
  const freshAt = now - 30_000;

  it.each([
    ['live', undefined],
    ['connecting', undefined],
    ['stale', /^Reconnecting, data from \d\d:\d9:30$/],
    ['lost', /^Reconnecting, data from \d\d:\d9:30$/],
  ] as const)('is right while it is %s', (freshness, said) => {
    const told = oldSince({ freshness, freshAt, offline: false }, now);
    if (said === undefined) expect(told).toBeUndefined();
    else expect(told).toMatch(said);
  });

  it('says that what was kept was kept', () => {
    expect(oldSince({ freshness: 'stale', freshAt, offline: true }, now)).toMatch(/^Offline/);
    expect(lostSince({ freshness: 'lost', freshAt, offline: true }, now)).toMatch(/offline/);
    expect(lostSince({ freshness: 'lost', freshAt, offline: false }, now)).toMatch(/No connection/);
  });
});
