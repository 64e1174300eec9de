import { describe, expect, it } from 'vitest';
import type { GetJson, Got } from '../src/core/loader';
import { LOOK_EVERY, LOOK_SELDOM, polling } from '../src/core/polling';
import { Night, type NightView } from '../src/core/night';
import type { Cursor } from '../src/core/ways';
import type { LiveMessage } from '../src/types';
import { FakeSockets, ManualClock, settle, smallNight, type Story } from './support';

const REOPENED = [1_300_000, { type: 'ceremony-reopened' }, { phase: 'live' }] as const;

/** What a cache or a worker in between makes of an answer. */
type Between = <T>(got: Got<T>, path: string) => Got<T>;

function polled(story: Story, cursor?: Cursor, between: Between = (got) => got) {
  const clock = new ManualClock();
  const heard: LiveMessage[] = [];
  const closed: (number | undefined)[] = [];
  let visible = true;
  const getJson: GetJson = async <T>(path: string) => between(await story.getJson<T>(path), path);
  const ports = { getJson, clock, random: () => 0.5, seen: () => visible, anew: () => false };
  const stop = polling('night', ports)(cursor, {
    message: (text) => heard.push(JSON.parse(text) as LiveMessage),
    closed: (retryIn) => closed.push(retryIn),
  });
  const told = (): string[] =>
    heard.map((message) =>
      message.type === 'resync' ? message.type : `${message.type} ${message.version}`,
    );
  const look = async (): Promise<void> => {
    clock.advance(LOOK_EVERY);
    await settle();
  };
  const hide = (): void => void (visible = false);
  return { clock, heard, closed, stop, told, look, hide };
}

describe('the head and the pages as a live feed', () => {
  it('begins with the newest page, and tells what follows once', async () => {
    const story = smallNight();
    const { told, look } = polled(story);
    await settle();
    expect(told()).toEqual([
      'hello 11',
      'keyframe 8',
      'frame 9',
      'frame 10',
      'frame 11',
      'caught-up 11',
    ]);
    await look();
    story.add([...REOPENED]);
    story.add([1_310_000, { type: 'ceremony-ended' }, { phase: 'ended' }]);
    await look();
    await look();
    expect(told().slice(6)).toEqual([
      'heartbeat 11',
      'frame 12',
      'frame 13',
      'heartbeat 13',
      'heartbeat 13',
    ]);
  });

  it('goes on from a cursor, across pages, without a keyframe', async () => {
    const { told } = polled(smallNight(), { epoch: 'one', version: 3 });
    await settle();
    const frames = [4, 5, 6, 7, 8, 9, 10, 11].map((version) => `frame ${version}`);
    expect(told()).toEqual(['hello 11', ...frames, 'caught-up 11']);
  });

  it('begins with a board where that is nearer', async () => {
    const { told } = polled(smallNight({ pageSize: 1 }), { epoch: 'one', version: 3 });
    await settle();
    expect(told().slice(0, 3)).toEqual(['hello 11', 'keyframe 10', 'frame 11']);
  });

  it('begins again in another epoch', async () => {
    const story = smallNight();
    const { told, look } = polled(story);
    await settle();
    story.epoch = 'two';
    await look();
    expect(told().slice(6, 8)).toEqual(['hello 11', 'keyframe 8']);
  });

  it('asks every three seconds while it is seen, and seldom while it is not', async () => {
    const story = smallNight();
    const { clock, hide } = polled(story);
    const heads = (): number => story.asked.filter((path) => path.endsWith('/night')).length;
    await settle();
    clock.advance(LOOK_EVERY);
    await settle();
    expect(heads()).toBe(2);
    hide();
    clock.advance(LOOK_EVERY);
    await settle();
    expect(heads()).toBe(3);
    clock.advance(LOOK_SELDOM - 1);
    await settle();
    expect(heads()).toBe(3);
    clock.advance(1);
    await settle();
    expect(heads()).toBe(4);
  });

  it.each<[string, Partial<Got<unknown>>]>([
    ['comes from what the worker kept', { keptAt: 990_000 }],
    ['comes from a cache before a server that is away', { stale: true }],
  ])('ends where the head %s: that is no news', async (_, got) => {
    let away = false;
    const between: Between = (answer) => (away ? { ...answer, ...(got as object) } : answer);
    const { closed, told, look } = polled(smallNight(), undefined, between);
    await settle();
    const before = told().length;
    away = true;
    await look();
    expect(closed).toEqual([undefined]);
    expect(told()).toHaveLength(before);
  });

  it('ends where the server refuses, and passes on how long it wants to be left alone', async () => {
    const { closed } = polled(smallNight(), undefined, (got) => ({
      ...got,
      status: 429,
      body: undefined,
      retryAfter: 10_000,
    }));
    await settle();
    expect(closed).toEqual([10_000]);
  });

  it('is not up to date while a cache holds back the page that the head promises', async () => {
    let lags = true;
    const story = smallNight();
    const page = story.page(2)!;
    const { told, look } = polled(story, { epoch: 'one', version: 9 }, (got, path) =>
      lags && path.includes('/frames/')
        ? { ...got, body: { ...page, frames: page.frames.slice(0, 1) } as typeof got.body }
        : got,
    );
    await settle();
    expect(told()).toEqual(['hello 11']);
    lags = false;
    await look();
    expect(told()).toEqual(['hello 11', 'frame 10', 'frame 11', 'caught-up 11']);
  });

  it('believes a head that knows less only when it is told so again and again', async () => {
    const story = smallNight();
    const { told, look } = polled(story, { epoch: 'one', version: 12 });
    await settle();
    await look();
    expect(told()).toEqual([]);
    await look();
    expect(told()).toEqual(['hello 11']);
  });

  it('says nothing any more once it is stopped', async () => {
    const { told, stop, look } = polled(smallNight());
    stop();
    await settle();
    await look();
    expect(told()).toEqual([]);
  });
});

describe('a night where nothing can be kept open', () => {
  async function opened() {
    const story = smallNight();
    const clock = new ManualClock();
    const [socket, stream] = [new FakeSockets(), new FakeSockets()];
    let away = false;
    const views: NightView[] = [];
    const night = new Night('night', undefined, {
      clock,
      random: () => 0.5,
      getJson: async (path) => {
        if (away) throw new TypeError('Failed to fetch');
        return story.getJson(path);
      },
      openSocket: () => socket.open,
      openStream: () => stream.open,
      changed: (view) => views.push(view),
    });
    void night.start();
    socket.last.drop();
    stream.last.drop();
    await settle();
    const pass = async (seconds: number): Promise<void> => {
      for (let second = 0; second < seconds; second += 1) {
        clock.advance(1000);
        for (const { all } of [socket, stream])
          all
            .filter((s) => !s.closed)
            .at(-1)
            ?.drop();
        await settle();
      }
    };
    const goAway = (gone: boolean): void => void (away = gone);
    return { story, night, pass, goAway };
  }

  it('follows, and is live as long as the server answers', async () => {
    const { story, night, pass } = await opened();
    expect(night.view()).toMatchObject({ version: 11, freshness: 'live' });
    story.add([...REOPENED]);
    await pass(4);
    expect(night.view()).toMatchObject({ version: 12, freshness: 'live', flowing: true });
    await pass(120);
    expect(night.view().freshness).toBe('live');
  });

  it('ages honestly where nothing comes, and recovers', async () => {
    const { story, night, pass, goAway } = await opened();
    goAway(true);
    await pass(26);
    expect(night.view().freshness).toBe('stale');
    await pass(40);
    expect(night.view()).toMatchObject({ freshness: 'lost', version: 11 });
    goAway(false);
    story.add([...REOPENED]);
    await pass(15);
    expect(night.view()).toMatchObject({ freshness: 'live', version: 12 });
  });
});
