import { describe, expect, it } from 'vitest';
import { keptHere } from '../src/core/kept';
import { forgetLeftOff, readLeftOff, writeLeftOff } from '../src/core/leftoff';
import { Night, type NightView, type Opening } from '../src/core/night';
import { seldom } from '../src/core/seldom';
import { NAME_LENGTH, WIN_LENGTH } from '../src/core/winqueue';
import { FakeSockets, frameMessage, ManualClock, settle, smallNight, Story } from './support';

async function opened(opening?: Opening, story: Story = smallNight()) {
  const clock = new ManualClock();
  const sockets = new FakeSockets();
  const views: NightView[] = [];
  const night = new Night('night', opening, {
    clock,
    random: () => 0.5,
    getJson: (path) => story.getJson(path),
    openSocket: () => sockets.open,
    changed: (view) => views.push(view),
  });
  void night.start();
  await settle();
  sockets.last.say(...story.hello());
  const firstBoard = night.view().board;
  await settle();
  return { story, clock, sockets, views, night, viewer: night.viewer, firstBoard };
}

/** Live, with the last win of the small night still to come: `win` announces it, again if need be. */
async function beforeAWin() {
  const whole = smallNight();
  const { t, event, patch } = whole.frames[9]!;
  whole.frames.length = 9;
  whole.boards.length = 10;
  const there = await opened(undefined, whole);
  const win = (): void => there.sockets.last.say(frameMessage(whole.add([t, event, patch])));
  return { ...there, win };
}

describe('opening a night', () => {
  it('shows the keyframe at once and the history when it has come', async () => {
    const { night, story, firstBoard } = await opened();
    expect(firstBoard).toEqual(story.boards[11]);
    const view = night.view();
    expect([view.status, view.version, view.player.mode]).toEqual(['ready', 11, 'following']);
    expect(view.frames).toHaveLength(11);
    expect(view.playback?.chapters).toHaveLength(2);
  });

  it('at a version shows nothing later, not even while loading', async () => {
    const { night, views, story } = await opened({ at: 7 });
    expect(night.view()).toMatchObject({ version: 7, player: { mode: 'paused', t: 90_000 } });
    expect(night.view().board).toEqual(story.boards[7]);
    expect(views.filter(({ board }) => board).every(({ shown }) => shown === 7)).toBe(true);
  });

  it('at a version beyond the head follows', async () => {
    const { night } = await opened({ at: 999 });
    expect(night.view().player.mode).toBe('following');
  });

  it('as a replay plays from the start', async () => {
    const { night, clock } = await opened({ replay: true });
    expect(night.view()).toMatchObject({ version: 4, player: { mode: 'playing' } });
    clock.advance(31_000);
    expect(night.view()).toMatchObject({ speed: 2, version: 6 });
    expect(night.view().playback?.t).toBeCloseTo(62_000, 3);
  });

  it('of an unknown ceremony says so', async () => {
    const night = new Night('nothing', undefined, {
      clock: new ManualClock(),
      random: () => 0.5,
      getJson: async () => ({ status: 404, body: undefined }),
      openSocket: () => new FakeSockets().open,
      changed: () => undefined,
    });
    void night.start();
    await settle();
    expect(night.view().status).toBe('missing');
  });

  it('tries again while the server is out of reach', async () => {
    const clock = new ManualClock();
    const sockets = new FakeSockets();
    const story = smallNight();
    let reachable = false;
    const night = new Night('night', undefined, {
      clock,
      random: () => 1,
      getJson: async (path) => {
        if (!reachable) throw new TypeError('Failed to fetch');
        return story.getJson(path);
      },
      openSocket: () => sockets.open,
      changed: () => undefined,
    });
    void night.start();
    await settle();
    expect(night.view().status).toBe('unreachable');
    reachable = true;
    clock.advance(500);
    await settle();
    expect(sockets.all).toHaveLength(1);
  });
});

describe('following a night', () => {
  it('gives a win its moment and says one sentence', async () => {
    const story = smallNight();
    const last = story.frames.slice(9);
    story.frames.length = 9;
    story.boards.length = 10;
    const { night, sockets, clock } = await opened(undefined, story);
    for (const { t, event, patch } of last)
      sockets.last.say(frameMessage(story.add([t, event, patch])));
    expect(night.view()).toMatchObject({ version: 11, top: { version: 10 }, win: 10 });
    expect(night.view().spoken).toContain('Actress, a tie');
    clock.advance(1_600);
    expect(night.view()).toMatchObject({ version: 11, shown: 11, win: undefined });
  });

  it('names a winner first, and counts the win once the name stands', async () => {
    const { night, win, clock, story } = await beforeAWin();
    const won = 10;
    const before = night.view();
    win();
    const named = night.view();
    expect(named.top).toMatchObject({ version: won, playing: true, board: story.boards[won] });
    expect(named.top.frames.at(-1)?.version).toBe(won);
    expect(named).toMatchObject({ shown: won - 1, fresh: undefined, board: before.board });
    expect(named.frames).toEqual(before.frames);
    clock.advance(NAME_LENGTH - 1);
    expect(night.view().board).toBe(before.board);

    clock.advance(1);
    const counted = night.view();
    expect(counted).toMatchObject({ shown: won, flowing: true, fresh: { version: won } });
    expect(counted.board).toBe(counted.top.board);
    expect(counted.frames).toBe(counted.top.frames);
    clock.advance(WIN_LENGTH - NAME_LENGTH);
    expect(night.view()).toMatchObject({ win: undefined, fresh: undefined });
    expect(night.view().top.playing).toBe(false);
  });

  it('counts a win at once for who jumps away from its name', async () => {
    const { night, viewer, win } = await beforeAWin();
    win();
    viewer.seekVersion(10);
    expect(night.view()).toMatchObject({ shown: 10, top: { version: 10, playing: false } });
    viewer.seekVersion(3);
    expect(night.view()).toMatchObject({ shown: 3, top: { version: 3, playing: false } });
  });

  it('cuts to the final state, name and count at once, with two wins behind a name', async () => {
    const { night, win } = await beforeAWin();
    [win, win].forEach((each) => each());
    expect(night.view()).toMatchObject({ shown: 9, top: { version: 10, playing: true } });
    win();
    const top = { version: 12, playing: false };
    expect(night.view()).toMatchObject({ shown: 12, top, win: undefined, fresh: undefined });
  });

  it('is silent while catching up', async () => {
    const story = smallNight();
    const last = story.frames.slice(9);
    story.frames.length = 9;
    story.boards.length = 10;
    const { night, sockets, clock } = await opened(undefined, story);
    sockets.last.drop();
    clock.advance(500);
    const missed = last.map(({ t, event, patch }) => frameMessage(story.add([t, event, patch])));
    sockets.last.say(story.hello()[0]!, ...missed, { type: 'caught-up', version: 11 });
    expect(night.view()).toMatchObject({ shown: 11, win: undefined, spoken: '' });
  });

  it('keeps receiving while paused, and goes back to live', async () => {
    const { night, viewer, sockets, story } = await opened();
    viewer.pause();
    const frame = story.add([1_300_000, { type: 'ceremony-reopened' }, { phase: 'live' }]);
    sockets.last.say(frameMessage(frame));
    expect(night.view()).toMatchObject({ version: 11, head: 12, headPhase: 'live' });
    viewer.follow();
    expect(night.view()).toMatchObject({ version: 12, player: { mode: 'following' } });
  });

  it('counts from the event that starts the show, once it has come', async () => {
    const story = smallNight();
    const show = story.frames.slice(3);
    story.frames.length = 3;
    story.boards.length = 4;
    const { night, sockets } = await opened(undefined, story);
    expect(night.view().start).toBe(3);
    for (const { t, event, patch } of show)
      sockets.last.say(frameMessage(story.add([t, event, patch])));
    expect(night.view()).toMatchObject({ start: 4, head: 11 });
  });

  it('begins again with another epoch, without going blank', async () => {
    const { night, sockets, views, clock, story } = await opened();
    sockets.last.drop();
    clock.advance(500);
    story.epoch = 'two';
    const from = views.length;
    sockets.last.say(...story.hello());
    await settle();
    expect(night.view()).toMatchObject({
      status: 'ready',
      version: 11,
      player: { mode: 'following' },
    });
    expect(views.slice(from).every(({ board }) => board !== undefined)).toBe(true);
    expect(story.asked.some((path) => path.includes('/frames/two/'))).toBe(true);
  });

  it('reads the head again when a page is gone', async () => {
    const story = smallNight();
    const { night, sockets } = await opened(undefined, story);
    const before = story.asked.filter((path) => path.endsWith('/night')).length;
    const [, keyframe, caughtUp] = story.hello();
    sockets.last.say({ type: 'resync', reason: 'restored', epoch: 'gone' }, keyframe!, caughtUp!);
    await settle();
    expect(story.asked.filter((path) => path.endsWith('/night')).length).toBeGreaterThan(before);
    expect(night.view()).toMatchObject({ status: 'ready', version: 11, playback: undefined });
  });

  it('does without a socket, from the pages alone', async () => {
    const story = smallNight();
    const night = new Night(
      'night',
      { at: 7 },
      {
        clock: new ManualClock(),
        random: () => 0.5,
        getJson: (path) => story.getJson(path),
        openSocket: () => new FakeSockets().open,
        changed: () => undefined,
      },
    );
    void night.start();
    await settle();
    expect(night.view()).toMatchObject({ status: 'ready', version: 7, freshness: 'connecting' });
  });
});

describe('playing a night', () => {
  it('runs to the end and then follows', async () => {
    const { night, viewer, clock } = await opened();
    viewer.setSpeed(600);
    viewer.toggle();
    expect(night.view().player.mode).toBe('playing');
    clock.advance(10_000);
    expect(night.view()).toMatchObject({ version: 11, shown: 11, player: { mode: 'following' } });
  });

  it('takes its speed and its map from the viewer', async () => {
    const { night, viewer, clock } = await opened();
    viewer.setShorten(false);
    expect(night.view().playback?.map.length).toBe(1_260_000);
    viewer.replay();
    viewer.setSpeed(60);
    clock.advance(1_000);
    expect(night.view().playback?.t).toBe(60_000);
    viewer.setShorten(true);
    expect(night.view().playback).toMatchObject({ t: 60_000 });
    expect(night.view().playback?.map.length).toBe(
      60_000 + 30_000 + 60_000 + 33_000 + 60_000 + 60_000,
    );
  });

  it('pauses, steps and seeks without celebrating what it jumps over', async () => {
    const { night, viewer, clock } = await opened({ at: 5 });
    viewer.seekVersion(7);
    expect(night.view()).toMatchObject({ shown: 7, win: undefined, spoken: '' });
    viewer.step(-1);
    viewer.step(1);
    expect(night.view()).toMatchObject({ top: { version: 7 }, win: 7 });
    clock.advance(1_600);
    viewer.nudge(-30_000);
    expect(night.view()).toMatchObject({ version: 6, playback: { t: 60_000 } });
    viewer.skipChapter(1);
    expect(night.view().version).toBe(10);
    viewer.seekTenth(0);
    expect(night.view().version).toBe(5);
  });

  it('tells for a moment what it cuts, and runs true everywhere else', async () => {
    const { night, viewer, clock } = await opened({ at: 9 });
    viewer.setSpeed(2);
    viewer.play();
    const begun = night.view().playback!.t;
    clock.advance(20_000);
    expect(night.view().playback).toMatchObject({ t: begun + 40_000, cut: undefined });
    clock.advance(11_000); // a minute of the quiet stretch is played, and the rest is cut
    const { t, cut = 0 } = night.view().playback!;
    expect(cut).toBeGreaterThan(800_000);
    expect(t - begun).toBeCloseTo(cut + 62_000, -3);
    clock.advance(3_000);
    expect(night.view().playback?.cut).toBeUndefined();
  });

  it('stays under a thumb that is held still, and plays on when it is let go', async () => {
    const { night, viewer, clock } = await opened({ at: 5 });
    viewer.setSpeed(10);
    viewer.play();
    clock.advance(1_000);
    viewer.hold();
    viewer.seekTime(30_000);
    clock.advance(60_000);
    expect(night.view().playback?.t).toBe(30_000);
    viewer.seekTime(9_999_999); // through the end, and back
    viewer.seekTime(40_000);
    viewer.release();
    expect(night.view().player).toMatchObject({ mode: 'playing', speed: 10 });
    clock.advance(1_000);
    expect(night.view().playback?.t).toBeCloseTo(50_000, -3);
  });

  it('stays paused under a thumb that was taken while paused', async () => {
    const { night, viewer, clock } = await opened({ at: 5 });
    viewer.hold();
    viewer.seekTime(30_000);
    viewer.release();
    clock.advance(5_000);
    expect(night.view()).toMatchObject({ player: { mode: 'paused', t: 30_000 } });
  });

  it('waits while nobody looks', async () => {
    const { night, viewer, clock } = await opened({ at: 5 });
    viewer.setSpeed(60);
    viewer.play();
    viewer.rest();
    clock.advance(600_000);
    expect(night.view()).toMatchObject({ version: 5, player: { mode: 'paused' } });
  });

  it('leads back to where one stood before one went to the end', async () => {
    const { night, viewer } = await opened({ at: 6 });
    const t = night.view().playback!.t;
    viewer.follow();
    expect(night.view()).toMatchObject({ version: 11, playback: { left: t } });
    viewer.goBack();
    expect(night.view()).toMatchObject({ version: 6, player: { mode: 'paused', t } });
    expect(night.view().playback?.left).toBeUndefined();
  });
});

describe('a place that the device remembers', () => {
  it('is a place in that history alone', async () => {
    const { night } = await opened({ at: 6, epoch: 'another' });
    expect(night.view()).toMatchObject({ version: 11, player: { mode: 'following' } });
    const { night: same } = await opened({ at: 6, epoch: smallNight().epoch });
    expect(same.view()).toMatchObject({ version: 6, player: { mode: 'paused' } });
  });

  it('is read as it was written, for a month, until the end was seen', () => {
    const kept = keptHere();
    const day = 86_400_000;
    expect(readLeftOff(kept, 'night', 0)).toBeUndefined();
    writeLeftOff(kept, 'night', { epoch: 'e-1', at: 97 }, 5 * day);
    expect(readLeftOff(kept, 'night', 34 * day)).toEqual({ epoch: 'e-1', at: 97 });
    expect(readLeftOff(kept, 'night', 36 * day)).toBeUndefined();
    expect(readLeftOff(kept, 'other', 6 * day)).toBeUndefined();
    forgetLeftOff(kept, 'night');
    expect(readLeftOff(kept, 'night', 6 * day)).toBeUndefined();
    kept.write('left off night', 'e-1 seven 0');
    expect(readLeftOff(kept, 'night', 1)).toBeUndefined();
  });
});

describe('what is done seldom', () => {
  it('is done at once, then once in a while, and the last of it in any case', () => {
    const clock = new ManualClock();
    const done: number[] = [];
    const rare = seldom(clock, 500);
    for (let n = 0; n < 10; n += 1) {
      rare.ask(() => done.push(n));
      clock.advance(100);
    }
    expect(done).toEqual([0, 4, 9]);
    rare.ask(() => done.push(10));
    rare.flush();
    expect(done).toEqual([0, 4, 9, 10]);
    clock.advance(5_000);
    expect(done).toHaveLength(4);
  });
});
