import { describe, expect, it } from 'vitest';
import { History } from '../src/core/history';
import { Night, type NightView } from '../src/core/night';
import type { GetJson } from '../src/core/loader';
import type { Board, Frame, FramePage } from '../src/types';
import { FakeSockets, frameMessage, ManualClock, settle, smallNight, type Story } from './support';

const REOPENED = [1_300_000, { type: 'ceremony-reopened' }, { phase: 'live' }] as const;
const FOREIGN: Frame = {
  version: 12,
  occurred_at: '2025-03-03T00:21:40.000Z',
  t: 1_300_000,
  event: { type: 'winner-retracted', category: 'picture' },
  patch: { ranking: { works: [['la-la-land', 1]] } } as unknown as Frame['patch'],
};

/** Opens a night whose answers pass through `change`; what is asked for anew goes by it. */
async function opened(story: Story, change: (page: FramePage) => FramePage = (page) => page) {
  const clock = new ManualClock();
  const sockets = new FakeSockets();
  const asked: string[] = [];
  const views: NightView[] = [];
  const getJson: GetJson = async <T>(path: string, anew = false) => {
    asked.push(`${path}${anew ? ' anew' : ''}`);
    const got = await story.getJson<T>(path);
    if (anew || !path.includes('/frames/') || !got.body) return got;
    return { ...got, body: change(got.body as unknown as FramePage) as T };
  };
  const night = new Night('night', undefined, {
    clock,
    random: () => 0.5,
    getJson,
    openSocket: () => sockets.open,
    changed: (view) => void views.push(view),
  });
  void night.start();
  await settle();
  sockets.last.say(...story.hello());
  await settle();
  /** What the server does when it is asked again, until it is asked for nothing any more. */
  const serve = async (): Promise<void> => {
    for (let connection = 0; connection < 5; connection += 1) {
      const before = sockets.all.length;
      clock.advance(10_000);
      await settle();
      if (sockets.all.length === before) return;
      const missed = story.frames.slice(sockets.last.cursor?.version ?? story.head);
      const [hello, keyframe, caughtUp] = story.hello();
      if (sockets.last.cursor) sockets.last.say(hello!, ...missed.map(frameMessage), caughtUp!);
      else sockets.last.say(hello!, keyframe!, caughtUp!);
      await settle();
    }
    throw new Error('it does not come to rest');
  };
  const healthy = (): void => {
    const view = night.view();
    expect(view.board).toEqual(story.boards.at(-1));
    expect(view.frames.map(({ version }) => version)).toEqual(
      story.frames.map(({ version }) => version),
    );
    for (let version = 0; version <= story.head; version += 1) {
      expect(night.boardAt(version)).toEqual(story.boards[version]);
    }
  };
  return { story, night, clock, sockets, asked, views, serve, healthy };
}

describe('a page that gets something wrong', () => {
  it('heals a frame that is missing', async () => {
    const { story, sockets, serve, healthy } = await opened(smallNight());
    story.add(REOPENED);
    sockets.last.say(frameMessage(story.add([1_310_000, { type: 'ceremony-ended' }, {}])));
    await serve();
    expect(sockets.last.cursor).toEqual({ epoch: 'one', version: 11 });
    healthy();
  });

  it('is not disturbed by a frame that comes twice', async () => {
    const { story, sockets, serve, healthy } = await opened(smallNight());
    const frame = frameMessage(story.add(REOPENED));
    sockets.last.say(frame, frame, frameMessage(story.frames[4]!));
    await serve().catch(() => undefined);
    healthy();
  });

  it('takes nothing from a frame of another history, once the right one comes', async () => {
    const { story, sockets, serve, healthy, night } = await opened(smallNight());
    sockets.last.say(frameMessage(FOREIGN));
    expect(night.view().board).not.toEqual(story.boards.at(-1));
    sockets.last.say(frameMessage(story.add(REOPENED)));
    await serve();
    healthy();
  });

  it('notices at the next heartbeat that it has more than the server', async () => {
    const { sockets, serve, healthy } = await opened(smallNight());
    sockets.last.say(frameMessage(FOREIGN), { type: 'heartbeat', version: 11, server_time: '' });
    await serve();
    healthy();
  });

  it('notices it when it comes back', async () => {
    const { sockets, serve, healthy, clock, story } = await opened(smallNight());
    sockets.last.say(frameMessage(FOREIGN));
    sockets.last.drop();
    clock.advance(500);
    sockets.last.say(...story.hello());
    await serve();
    healthy();
  });

  it('takes a frame that differs from the one it has for a reason to fetch all anew', async () => {
    const { sockets, asked, serve, healthy } = await opened(smallNight());
    sockets.last.say(frameMessage({ ...FOREIGN, version: 7 }));
    await serve();
    const anew = asked.filter((path) => /frames.* anew$/.test(path));
    expect(new Set(anew).size).toBe(3);
    healthy();
  });

  it('keeps its place and never goes blank meanwhile', async () => {
    const { sockets, serve, healthy, night, views } = await opened(smallNight());
    night.viewer.seekVersion(7);
    const from = views.length;
    sockets.last.say(frameMessage({ ...FOREIGN, version: 9 }));
    await serve();
    expect(views.slice(from).every(({ board }) => board !== undefined)).toBe(true);
    expect(night.view()).toMatchObject({ version: 7, player: { mode: 'paused' } });
    night.viewer.follow();
    healthy();
  });

  it.each<[string, (page: FramePage) => FramePage]>([
    ['of another epoch', (page) => ({ ...page, epoch: 'two' })],
    ['that is another one', (page) => smallNight().page((page.page + 1) % 3) as FramePage],
    ['with a gap', (page) => ({ ...page, frames: page.frames.filter((_, i) => i !== 1) })],
    ['in which a board is wrong', (page) => ({ ...page, keyframe: wrongBoard(page) })],
    ['in which a frame is wrong', (page) => ({ ...page, frames: page.frames.map(wrongFrame) })],
  ])('does not believe a page %s, and asks past the cache', async (_, change) => {
    const { serve, healthy, asked } = await opened(smallNight(), change);
    await serve();
    expect(asked.some((path) => path.endsWith(' anew'))).toBe(true);
    healthy();
  });

  it('does not ask without end where the server itself contradicts itself', async () => {
    const story = smallNight();
    story.boards[8] = { ...story.boards[8]!, phase: 'ended' };
    const { clock, sockets, asked } = await opened(story);
    for (let i = 0; i < 100; i += 1) {
      clock.advance(1_000);
      await settle();
      if (!sockets.last.closed) sockets.last.say(...story.hello());
      await settle();
    }
    expect(asked.length).toBeLessThan(400);
  });
});

const wrongBoard = ({ keyframe }: FramePage): FramePage['keyframe'] =>
  keyframe.version === 0
    ? keyframe
    : { ...keyframe, board: { ...keyframe.board, phase: 'scheduled' } as Board };

const wrongFrame = (frame: Frame): Frame =>
  frame.version === 7 ? { ...FOREIGN, version: 7, t: frame.t } : frame;

describe('a history', () => {
  it('is not sound once two boards of one version differ', () => {
    const story = smallNight();
    const history = new History('one', 4);
    history.keyframe(11, story.boards[11]!);
    history.keyframe(11, structuredClone(story.boards[11]!));
    expect(history.sound).toBe(true);
    history.keyframe(11, story.boards[10]!);
    expect(history.sound).toBe(false);
  });

  it('is tellable up to the last board that is here, not to where the ceremony has come', () => {
    const story = smallNight();
    const history = new History('one', 4);
    history.keyframe(9, story.boards[9]!);
    history.expect(11);
    expect([history.head, history.complete]).toEqual([9, false]);
    history.append(story.frames[10]!);
    expect(history.head).toBe(9);
    history.append(story.frames[9]!);
    expect(history.head).toBe(11);
    expect(history.board(11)).toEqual(story.boards[11]);
  });

  it('lets boards share what does not change between them, once everything is here', () => {
    const story = smallNight();
    const history = new History('one', 4);
    for (const page of [2, 1, 0]) history.addPage(structuredClone(story.page(page)) as FramePage);
    expect(history.board(10)?.categories.picture).toBe(history.board(9)?.categories.picture);
    expect(history.board(11)).toEqual(story.boards[11]);
    expect(history.sound).toBe(true);
  });
});
