import { describe, expect, it } from 'vitest';
import { keepsakeOf, type Keepsake } from '../src/core/keepsake';
import { History } from '../src/core/history';
import { Keeper } from '../src/core/keeper';
import { boardInstead, isOfNight, kindOf, standIn, type Asked } from '../worker/kinds';
import type { Head } from '../src/types';
import { FakeSockets, ManualClock, settle, smallNight, type Story } from './support';

const ORIGIN = 'https://awards.example';

describe('the worker', () => {
  const asked = (path: string, more: Partial<Asked> = {}): Asked => ({
    method: 'GET',
    url: path.startsWith('http') ? path : ORIGIN + path,
    mode: 'cors',
    cache: 'default',
    headers: new Headers(),
    ...more,
  });

  it.each([
    ['/static/assets/index-D_x-1.js', 'asset'],
    ['/api/ceremonies', 'data'],
    ['/api/ceremonies/oscars-97', 'data'],
    ['/api/ceremonies/oscars-97/board?at=115', 'data'],
    ['/api/ceremonies/oscars-97/frames/a_b-1/2', 'data'],
    ['/api/ceremonies/oscars-97/live', undefined],
    ['/api/ceremonies/oscars-97/log', undefined],
    ['/api/ceremonies/oscars-97/desk', undefined],
    ['/api/ceremonies/oscars-97/events', undefined],
    ['/api/tokens', undefined],
    ['/static/worker.js', undefined],
    ['https://elsewhere.example/api/ceremonies', undefined],
  ])('takes %s for %s', (path, kind) => {
    expect(kindOf(asked(path), ORIGIN)).toBe(kind);
  });

  it.each([
    ['/', 'page'],
    ['/oscars-97', 'page'],
    ['/oscars-97/films/anora?at=115', 'page'],
    ['/oscars-97/overlay/lower-third', 'page'],
    ['/oscars-97/winners', 'page'],
    ['/console', undefined],
    ['/console/oscars-97', undefined],
    ['/metrics', undefined],
    ['/schema/openapi.json', undefined],
    ['/og/oscars-97/a-1/115.png', undefined],
    ['/api/ceremonies', undefined],
  ])('takes %s, gone to, for %s', (path, kind) => {
    expect(kindOf(asked(path, { mode: 'navigate' }), ORIGIN)).toBe(kind);
  });

  it.each([
    ['has the key of a producer', { headers: new Headers({ Authorization: 'Bearer x' }) }],
    ['posts', { method: 'POST' }],
    ['wants it anew', { cache: 'reload' }],
    ['wants a stream', { headers: new Headers({ Accept: 'text/event-stream' }) }],
  ])('leaves alone who %s', (_, more) => {
    expect(kindOf(asked('/api/ceremonies/oscars-97', more), ORIGIN)).toBeUndefined();
  });

  it('has a page in place of one that was never opened, unless the server writes that', () => {
    expect(standIn(`${ORIGIN}/oscars-97/films/anora`)).toBe('/');
    expect(standIn(`${ORIGIN}/oscars-97/winners`)).toBeUndefined();
  });

  it('sends who wants the winners, which were never opened, to the board', () => {
    expect(boardInstead(`${ORIGIN}/oscars-97/winners`)).toBe('/oscars-97');
    expect(boardInstead(`${ORIGIN}/oscars-97/winners/?cover`)).toBe('/oscars-97?cover');
    expect(boardInstead(`${ORIGIN}/oscars-97`)).toBeUndefined();
    expect(boardInstead(`${ORIGIN}/oscars-97/films/winners`)).toBeUndefined();
  });

  it('finds the tab that has a night open', () => {
    expect(isOfNight(`${ORIGIN}/oscars-97?at=7`, '/oscars-97')).toBe(true);
    expect(isOfNight(`${ORIGIN}/oscars-97/films/anora`, '/oscars-97')).toBe(true);
    expect(isOfNight(`${ORIGIN}/oscars-97-rehearsal`, '/oscars-97')).toBe(false);
    expect(isOfNight(`${ORIGIN}/`, '/oscars-97')).toBe(false);
  });
});

describe('what is kept of a night', () => {
  const story = smallNight();
  const head = { ...story.headDocument(), version: 7, phase: 'scheduled' } satisfies Head;

  function historyUpTo(version: number): History {
    const history = new History(story.epoch, story.pageSize);
    history.keyframe(0, story.boards[0]!);
    story.frames.slice(0, version).forEach((frame) => history.append(frame));
    return history;
  }

  const read = (keepsake: Keepsake | undefined): Map<string, unknown> =>
    new Map(keepsake?.documents.map(([path, body]) => [path, JSON.parse(body) as unknown]));

  it('is what the server would answer', () => {
    const kept = read(keepsakeOf(head, historyUpTo(story.head), 5, undefined));
    expect([...kept.keys()]).toEqual([
      '/api/ceremonies/night',
      ...[0, 1, 2].map((page) => `/api/ceremonies/night/frames/one/${page}`),
    ]);
    expect(kept.get('/api/ceremonies/night')).toEqual(story.headDocument());
    for (const page of [0, 1, 2]) {
      expect(kept.get(`/api/ceremonies/night/frames/one/${page}`)).toEqual(story.page(page));
    }
  });

  it('leaves out the pages that were whole before, unless they are of another epoch', () => {
    const before = { epoch: 'one', version: 9 };
    const pages = (of: typeof before): string[] =>
      [...read(keepsakeOf(head, historyUpTo(story.head), 5, of)).keys()].slice(1);
    expect(pages(before)).toEqual(['/api/ceremonies/night/frames/one/2']);
    expect(pages({ ...before, epoch: 'other' })).toHaveLength(3);
  });

  it('is nothing without a board, and without what is not here', () => {
    expect(keepsakeOf(head, new History('one', 4), 5, undefined)).toBeUndefined();
    const gap = new History('one', 4);
    gap.keyframe(6, story.boards[6]!);
    gap.append(story.frames[6]!);
    const kept = keepsakeOf(head, gap, 5, undefined);
    expect(kept?.documents.map(([path]) => path)).toEqual(['/api/ceremonies/night']);
  });
});

describe('a night that is opened from what was kept', () => {
  function open(keptAt?: number) {
    const story: Story = smallNight();
    const clock = new ManualClock();
    const sockets = new FakeSockets();
    const nothing = (): void => undefined;
    const keeper = new Keeper(
      'night',
      {
        clock,
        random: () => 0.5,
        getJson: async <T>(path: string) => ({
          ...(await story.getJson<T>(path)),
          ...(keptAt === undefined ? {} : { keptAt }),
        }),
        openSocket: () => sockets.open,
      },
      {
        entered: nothing,
        replaced: nothing,
        frame: nothing,
        grown: nothing,
        serverTime: nothing,
        changed: nothing,
      },
    );
    return { story, clock, sockets, keeper };
  }

  it('is as old as that, until a connection has caught up', async () => {
    const { keeper, sockets, story, clock } = open(990_000);
    await keeper.start();
    await settle();
    expect(keeper).toMatchObject({ freshness: 'stale', freshAt: 990_000, offline: true });
    expect(keeper.history?.complete).toBe(true);
    clock.advance(50_000);
    expect(keeper.freshness).toBe('lost');
    sockets.last.say(...story.hello());
    expect(keeper).toMatchObject({ freshness: 'live', freshAt: clock.now(), offline: false });
  });

  it('says no more of what it keeps than it knew', async () => {
    const { keeper, sockets, story } = open(990_000);
    await keeper.start();
    await settle();
    expect(keeper.keepsake(undefined)?.at).toBe(990_000);
    sockets.last.say(...story.hello());
    expect(keeper.keepsake(undefined)).toMatchObject({ at: 1_000_000, version: story.head });
  });

  it('is not the night that comes from the server', async () => {
    const { keeper } = open();
    await keeper.start();
    await settle();
    expect(keeper).toMatchObject({ freshness: 'connecting', offline: false });
    expect(keeper.keepsake(undefined)).toMatchObject({ at: 1_000_000 });
  });
});
