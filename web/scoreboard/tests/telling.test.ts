import { describe, expect, it } from 'vitest';
import { keptHere } from '../src/core/kept';
import { Night } from '../src/core/night';
import type { GetJson } from '../src/core/loader';
import type { Head } from '../src/types';
import { FakeSockets, frameMessage, ManualClock, settle, smallNight, Story } from './support';

/** The small night as its server tells it corrected: Moonlight at once, and nothing after that. */
function corrected(story: Story): Story {
  const told = new Story([], { epoch: `${story.epoch}-c9`, pageSize: 4 });
  for (const { t, event, patch, version } of story.frames) {
    const leftOut = { type: 'moment-noted', kind: 'amended', text: 'Left out.' } as const;
    if (version === 7) {
      told.add([
        t,
        { type: 'winner-announced', category: 'picture', nominees: ['picture/moonlight'] },
        {
          ...patch,
          categories: { picture: { status: 'awarded', winners: { 'picture/moonlight': 7 } } },
          works: { moonlight: { wins: 1, pending: 1 }, 'la-la-land': { lost: 1, pending: 1 } },
          ranking: { works: [['moonlight', 1]] },
        },
      ]);
    } else if (version === 8 || version === 9) told.add([t, leftOut, {}]);
    else told.add([t, event, patch]);
  }
  return told;
}

async function opened(story = smallNight(), served: () => Story | undefined = () => undefined) {
  const clock = new ManualClock();
  const sockets = new FakeSockets();
  const asked: string[] = [];
  const getJson: GetJson = async <T>(path: string) => {
    asked.push(path);
    const other = served();
    if (path === '/api/ceremonies/night') {
      const head: Head = story.headDocument();
      const body = other ? { ...head, corrected: other.epoch } : head;
      return { status: 200, body: body as T };
    }
    const page = other && new RegExp(`/frames/${other.epoch}/(\\d+)$`).exec(path);
    if (page) return { status: 200, body: other?.page(Number(page[1])) as T };
    return story.getJson<T>(path);
  };
  const night = new Night('night', undefined, {
    clock,
    kept: keptHere(),
    random: () => 0.5,
    getJson,
    openSocket: () => sockets.open,
    changed: () => undefined,
  });
  void night.start();
  await settle();
  sockets.last.say(...story.hello());
  await settle();
  return { story, night, clock, sockets, asked };
}

async function opened89() {
  const story = smallNight();
  const other = corrected(story);
  return { ...(await opened(story, () => other)), other };
}

function cut(story: Story, head: number): Story {
  story.frames.length = head;
  story.boards.length = head + 1;
  return story;
}

describe('the night as corrected', () => {
  it('is offered where a result was put right, and fetched when it is asked for', async () => {
    const { night, asked, other } = await opened89();
    expect(night.view().telling).toEqual({ shown: 'happened', loading: false, offered: true });
    expect(asked.filter((path) => path.includes(other.epoch))).toEqual([]);
    night.viewer.seekVersion(8);
    night.tell('corrected');
    expect(night.view().telling).toMatchObject({ shown: 'happened', loading: true });
    await settle();
    expect(night.view()).toMatchObject({
      version: 8,
      telling: { shown: 'corrected', loading: false, offered: true },
    });
    expect(night.view().board).toEqual(other.boards[8]);
    expect(night.view().frames).toEqual(other.frames.slice(0, 8));
    expect(night.boardAt(7)).toEqual(other.boards[7]);
  });

  it('is left for the night as it happened, at the same place', async () => {
    const { night, story } = await opened89();
    night.viewer.seekVersion(7);
    night.tell('corrected');
    await settle();
    night.tell('happened');
    expect(night.view()).toMatchObject({ version: 7, telling: { shown: 'happened' } });
    expect(night.view().board).toEqual(story.boards[7]);
    night.tell('corrected');
    expect(night.view().telling.shown).toBe('corrected');
  });

  it('is not offered for a night without a correction, nor before the viewer could know', async () => {
    const plain = await opened(cut(smallNight(), 8));
    expect(plain.night.view().telling.offered).toBe(false);
    const covered = await opened89();
    covered.night.setCover(true);
    expect(covered.night.view().telling.offered).toBe(false);
  });

  it('is given up where the server has none', async () => {
    const { night } = await opened(smallNight());
    night.tell('corrected');
    await settle();
    expect(night.view().telling).toMatchObject({ shown: 'happened', loading: false });
  });

  it('of a night that goes on is of what is past: live is as it happened', async () => {
    const story = cut(smallNight(), 9);
    const other = corrected(story);
    const { night, sockets } = await opened(story, () => other);
    night.tell('corrected');
    await settle();
    expect(night.view()).toMatchObject({ version: 9, player: { mode: 'paused' } });
    const later = smallNight().frames[9]!;
    sockets.last.say(frameMessage(story.add([later.t, later.event, later.patch])));
    expect(night.view()).toMatchObject({ version: 9, head: 10, telling: { shown: 'corrected' } });
    night.viewer.follow();
    expect(night.view()).toMatchObject({ version: 10, telling: { shown: 'happened' } });
    expect(night.view().board).toEqual(story.boards[10]);
  });

  it('is told anew when another result is put right', async () => {
    const story = cut(smallNight(), 9);
    let other = corrected(story);
    const { night, sockets } = await opened(story, () => other);
    night.viewer.seekVersion(7);
    night.tell('corrected');
    await settle();
    const frame = story.add([1_000_000, { type: 'winner-retracted', category: 'picture' }, {}]);
    other = new Story([], { epoch: 'one-c10', pageSize: 4 });
    for (const { t, patch } of story.frames.slice(0, 10)) {
      other.add([t, { type: 'moment-noted', kind: 'amended', text: '' }, patch]);
    }
    sockets.last.say(frameMessage(frame));
    await settle();
    expect(night.view()).toMatchObject({ version: 7, telling: { shown: 'corrected' } });
    expect(night.view().frames.at(-1)?.event).toMatchObject({ kind: 'amended' });
  });

  it('is forgotten with the epoch', async () => {
    const { night, sockets, story } = await opened89();
    night.tell('corrected');
    await settle();
    story.epoch = 'two';
    const [, keyframe, caughtUp] = story.hello();
    sockets.last.say({ type: 'resync', reason: 'restored', epoch: 'two' }, keyframe!, caughtUp!);
    await settle();
    expect(night.view().telling.shown).toBe('happened');
  });
});
