import { describe, expect, it } from 'vitest';
import { keptHere, type Kept } from '../src/core/kept';
import { Night, type NightView, type Opening } from '../src/core/night';
import { FakeSockets, frameMessage, ManualClock, settle, smallNight, type Story } from './support';

/** When the night of `smallNight` begins, in Unix ms: its events count from there. */
const BEGIN = Date.UTC(2025, 2, 3);
const LATE = 35_000;
/** How wrong this device's clock is. */
const SKEW = -7_000_000;

function keptDelay(delay: number): Kept {
  const kept = keptHere();
  kept.write('delay', String(delay));
  return kept;
}

/** A viewer who joins when the server's clock has come so many ms into the night. */
async function joined(t: number, kept = keptDelay(LATE), opening?: Opening, connects = true) {
  const whole = smallNight();
  const story = begun(whole.frames.filter((frame) => frame.t <= t).length);
  const clock = new ManualClock(BEGIN + t + SKEW);
  const sockets = new FakeSockets();
  const views: NightView[] = [];
  const night = new Night('night', opening, {
    clock,
    kept,
    random: () => 0.5,
    getJson: story.getJson,
    openSocket: () => sockets.open,
    changed: (view) => void views.push(view),
  });
  void night.start();
  await settle();
  const serverTime = (): string => new Date(clock.now() - SKEW).toISOString();
  if (connects) sockets.last.say(...story.hello(serverTime()));
  await settle();
  const next = (): void => {
    const { t: at, event, patch } = whole.frames[story.head]!;
    sockets.last.say(frameMessage(story.add([at, event, patch])));
  };
  return { night, story, whole, clock, sockets, views, next, serverTime };
}

/** The night as far as a version. */
function begun(version: number): Story {
  const cut = smallNight();
  cut.frames.length = version;
  cut.boards.length = version + 1;
  return cut;
}

/** Whether anything of it tells of more than a version. */
function tellsBeyond(view: NightView, story: Story, version: number): boolean {
  const { board, frames, playback, summary, head, shown, telling } = view;
  const told = board ? JSON.stringify(board) : JSON.stringify(story.boards[version]);
  return (
    told !== JSON.stringify(story.boards[shown] ?? {}) ||
    Math.max(head, shown, summary?.version ?? 0, frames.at(-1)?.version ?? 0) > version ||
    (playback?.timeline.times.length ?? 1) - 1 > version ||
    (playback?.chapters.some((chapter) => chapter.version > version) ?? false) ||
    (telling.offered && version < 9)
  );
}

describe('a night told late', () => {
  it('shows who joins nothing later than the horizon, and no keyframe first', async () => {
    // La La Land is announced at 90 s; the picture is still at 85 s.
    const { night, views, story } = await joined(120_000);
    expect(story.head).toBe(7);
    expect(night.view()).toMatchObject({ head: 6, shown: 6, delay: LATE, status: 'ready' });
    expect(night.view().playback?.chapters).toHaveLength(1);
    const seen = views.filter(({ board }) => board);
    expect(seen.length).toBeGreaterThan(0);
    expect(seen.filter((view) => tellsBeyond(view, story, 6))).toEqual([]);
  });

  it('goes on when what is next is old enough, and celebrates that', async () => {
    const { night, clock } = await joined(120_000);
    clock.advance(4_999);
    expect(night.view()).toMatchObject({ head: 6, win: undefined });
    clock.advance(1);
    expect(night.view()).toMatchObject({ head: 7, top: { version: 7 }, win: 7, flowing: true });
    expect(night.view().spoken).toContain('La La Land');
  });

  it('counts from its arrival what comes live, however long ago it is said to have been', async () => {
    const { night, clock, next, sockets, serverTime } = await joined(150_000);
    expect(night.view().head).toBe(7);
    clock.advance(20_000);
    sockets.last.say({ type: 'heartbeat', version: 7, server_time: serverTime() });
    clock.advance(24_000);
    sockets.last.say({ type: 'heartbeat', version: 7, server_time: serverTime() });
    clock.advance(24_000);
    // By the server's clock it is 218 s, and the review was at 200 s.
    night.setDelay(10_000);
    next();
    clock.advance(9_999);
    expect(night.view()).toMatchObject({ head: 7, headPhase: 'live' });
    clock.advance(1);
    expect(night.view().head).toBe(8);
  });

  it('tells nothing of a correction before its time', async () => {
    const { night, next, views, story, clock } = await joined(210_000);
    const from = views.length;
    next();
    next();
    clock.advance(LATE - 1);
    expect(views.slice(from).filter((view) => tellsBeyond(view, story, 8))).toEqual([]);
    expect(night.view().telling.offered).toBe(false);
    clock.advance(1);
    expect(night.view().head).toBe(10);
    expect(night.view().telling.offered).toBe(true);
  });

  it('of which the end has not been seen has not ended', async () => {
    const { night, clock } = await joined(1_260_000 + 1_000);
    expect(night.view()).toMatchObject({ headPhase: 'live', summary: { phase: 'live' } });
    clock.advance(LATE);
    expect(night.view()).toMatchObject({ headPhase: 'ended', summary: { phase: 'ended' } });
  });

  it('counts what is behind, and what is live, from its own head', async () => {
    const { night, next, clock } = await joined(120_000);
    night.viewer.pause();
    next();
    clock.advance(LATE);
    expect(night.view()).toMatchObject({ version: 6, head: 8 });
    next();
    night.viewer.follow();
    expect(night.view()).toMatchObject({ version: 8, player: { mode: 'following' } });
    night.viewer.seekVersion(9);
    expect(night.view()).toMatchObject({ version: 8, player: { mode: 'following' } });
  });

  it('takes an address beyond the horizon for live', async () => {
    const { night, views, story } = await joined(120_000, keptDelay(LATE), { at: 7 });
    expect(night.view()).toMatchObject({ shown: 6, player: { mode: 'following' } });
    expect(views.filter((view) => view.board && tellsBeyond(view, story, 6))).toEqual([]);
  });

  it('shows the programme of a night that has just been announced', async () => {
    const { night } = await joined(0);
    expect(night.view()).toMatchObject({ head: 3, headPhase: 'scheduled' });
    expect(night.view().board?.ceremony.name).toBe('A Night');
  });

  it('catches up in silence when it is switched off, and goes back when it is switched on', async () => {
    const { night, story, next } = await joined(120_000);
    next();
    night.setDelay(0);
    expect(night.view()).toMatchObject({ shown: 8, delay: 0, win: undefined, spoken: '' });
    night.setDelay(10_000);
    expect(night.view()).toMatchObject({ shown: 7, delay: 10_000, win: undefined, spoken: '' });
    expect(tellsBeyond(night.view(), story, 7)).toBe(false);
    night.viewer.pause();
    night.setDelay(60_000);
    expect(night.view()).toMatchObject({ shown: 6, version: 6, player: { mode: 'paused' } });
    night.setDelay(0);
    expect(night.view()).toMatchObject({ version: 6, head: 8, player: { mode: 'paused' } });
  });

  it('is remembered, within reason', async () => {
    const kept = keptHere();
    const first = await joined(120_000, kept);
    expect(first.night.view().delay).toBe(0);
    first.night.setDelay(20_000);
    expect((await joined(120_000, kept)).night.view().delay).toBe(20_000);
    first.night.setDelay(9e9);
    expect(first.night.view().delay).toBe(600_000);
    kept.write('delay', 'soon');
    expect((await joined(120_000, kept)).night.view().delay).toBe(0);
  });

  it('while the clock of the server is not known counts from when the page came', async () => {
    const { night, clock } = await joined(1_000_000, keptDelay(LATE), undefined, false);
    clock.advance(LATE - 1);
    expect(night.view()).toMatchObject({ status: 'ready', head: 3 });
    clock.advance(1);
    expect(night.view()).toMatchObject({ status: 'ready', head: 9 });
  });

  it('comes back from a lost connection with what is old enough, and the rest in its time', async () => {
    const { night, clock, sockets, story, whole, serverTime } = await joined(150_000);
    sockets.last.drop();
    clock.advance(58_000);
    const missed = whole.frames.slice(story.head, 8).map(({ t, event, patch }) => {
      return frameMessage(story.add([t, event, patch]));
    });
    sockets.last.say(story.hello(serverTime())[0]!, ...missed, { type: 'caught-up', version: 8 });
    expect(night.view()).toMatchObject({ head: 7, spoken: '' });
    clock.advance(200_000 + LATE - 208_000);
    expect(night.view()).toMatchObject({ head: 8 });
  });
});
