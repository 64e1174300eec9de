import { describe, expect, it } from 'vitest';
import { Night, type NightView } from '../src/core/night';
import { feedOf } from '../src/core/feed';
import { headlineOf } from '../src/core/headline';
import { keptHere, type Kept } from '../src/core/kept';
import type { Story } from './support';
import { FakeSockets, frameMessage, ManualClock, settle } from './support';
import { contest, picks } from './contest';

const SEEDS = Array.from({ length: 12 }, (_, i) => i);
const FIRST_RESULT = 5;

async function opened(story: Story, kept: Kept = keptHere(), covered = true) {
  const clock = new ManualClock();
  const sockets = new FakeSockets();
  const views: NightView[] = [];
  const changed = (view: NightView): void => void views.push(view);
  const ports = { clock, random: () => 0.5, kept, changed };
  const night = new Night(
    'night',
    undefined,
    { ...ports, getJson: story.getJson, openSocket: () => sockets.open },
    covered,
  );
  void night.start();
  await settle();
  sockets.last.say(...story.hello());
  await settle();
  return { night, views, sockets, clock };
}

/** Everything that anyone could read of a night where it stands, as text. */
function told(night: Night): string {
  const view = night.view();
  const board = view.board!;
  const boards = Array.from({ length: view.head + 1 }, (_, version) => night.boardAt(version));
  const headline = headlineOf(board, view.frames, (version) => night.boardAt(version));
  const hidden = Object.keys(board.categories).map((key) => view.cover.isHidden(key));
  return JSON.stringify([view, boards, feedOf(view.frames, board), headline, hidden]);
}

async function everywhere(story: Story, act: (night: Night) => void = () => {}): Promise<string[]> {
  const { night } = await opened(story);
  act(night);
  return Array.from({ length: story.head }, (_, i) => {
    night.viewer.seekVersion(i + 1);
    return told(night);
  });
}

const reveal = (category: string) => (night: Night) => night.view().cover.reveal(category);

describe('the spoiler cover', () => {
  it.each(SEEDS)('tells the same at every moment, whoever wins (%i)', async (seed) => {
    expect(await everywhere(contest(picks(seed)))).toEqual(
      await everywhere(contest(picks(seed + 1000))),
    );
  });

  it('would tell them apart without the cover', async () => {
    const open = (night: Night): void => night.setCover(false);
    expect(await everywhere(contest(picks(1)), open)).not.toEqual(
      await everywhere(contest(picks(2)), open),
    );
  });

  it.each(SEEDS)('tells of a category that is revealed, and of no other (%i)', async (seed) => {
    // The director's winners are drawn first: with the same ones, all others may differ.
    const same = (others: number) => {
      const [first, rest] = [picks(seed), picks(others)];
      let drawn = 0;
      return (below: number) => ((drawn += 1) <= 2 ? first(below) : rest(below));
    };
    const [one, other] = [contest(same(500)), contest(same(900))];
    const seen = await everywhere(one, reveal('director'));
    expect(seen).toEqual(await everywhere(other, reveal('director')));
    const { night } = await opened(one);
    reveal('director')(night);
    const { director } = one.boards.at(-1)!.categories;
    expect(night.view().board?.categories.director).toEqual(director);
    expect(night.view().cover.isHidden('director')).toBe(false);
    expect(night.view().cover.isHidden('picture')).toBe(true);
  });

  it('says with words that something was decided, and not what', async () => {
    const story = contest(picks(3));
    const picture = story.frames.findIndex(
      ({ event }) => event.type === 'winner-announced' && event.category === 'picture',
    );
    const later = story.frames.slice(picture);
    story.frames.length = picture;
    story.boards.length = picture + 1;
    const { night, sockets } = await opened(story);
    for (const { t, event, patch } of later.slice(0, 1)) {
      sockets.last.say(frameMessage(story.add([t, event, patch])));
    }
    expect(night.view()).toMatchObject({
      shown: story.head,
      win: undefined,
      spoken: 'Best picture has been awarded. The result is hidden.',
    });
    reveal('picture')(night);
    expect(night.view().spoken).toMatch(/^Best picture.*: [A-Z]/);
  });

  it('lets what is counted stand still where the first hidden result comes', async () => {
    const story = contest(picks(4));
    const { night } = await opened(story);
    const before = story.boards[FIRST_RESULT - 1]!;
    expect(night.view().board).toMatchObject({ works: before.works, ranking: before.ranking });
    expect(night.view().board?.progress).toEqual(story.boards.at(-1)!.progress);
    reveal('director')(night);
    const song = story.frames.find(
      ({ event }) => event.type === 'winner-announced' && event.category === 'song',
    )!;
    const until = story.boards[song.version - 1]!;
    expect(night.view().board).toMatchObject({ works: until.works, ranking: until.ranking });
  });

  it('reveals all up to where the viewer stands, and hides what comes then', async () => {
    const story = contest(picks(5));
    const { night } = await opened(story);
    night.viewer.seekVersion(FIRST_RESULT);
    night.view().cover.revealAll();
    expect(night.view().board).toEqual(story.boards[FIRST_RESULT]);
    expect(night.view().cover.hides).toBe(false);
    night.viewer.follow();
    expect(night.view().cover.hides).toBe(true);
    expect(night.view().board?.categories).toMatchObject({
      director: story.boards.at(-1)!.categories.director,
      picture: { status: 'awarded', winners: {} },
    });
    night.view().cover.revealAll();
    expect(night.view().board).toEqual(story.boards.at(-1));
    expect(night.view().frames).toEqual(story.frames);
  });

  it('is whole before the pages are here, and after', async () => {
    const { views } = await opened(contest(picks(6)));
    const told = (from: NightView[]): string[] =>
      from.map(({ board, frames }) => JSON.stringify([board?.categories, board?.ranking, frames]));
    const { views: others } = await opened(contest(picks(60)));
    expect(told(views)).toEqual(told(others));
  });

  it('is remembered with what was revealed, and covers another epoch anew', async () => {
    const kept = keptHere();
    const first = await opened(contest(picks(7)), kept, true);
    reveal('director')(first.night);
    const again = await opened(contest(picks(7)), kept, false);
    expect(again.night.view().cover.on).toBe(true);
    expect(again.night.view().cover.isHidden('director')).toBe(false);
    const other = await opened(contest(picks(7), { epoch: 'two' }), kept, false);
    expect(other.night.view().cover.on).toBe(true);
    expect(other.night.view().cover.isHidden('director')).toBe(true);
  });

  it('is off until it is asked for, and gone when it is switched off', async () => {
    const story = contest(picks(8));
    const { night } = await opened(story, keptHere(), false);
    expect(night.view().board).toEqual(story.boards.at(-1));
    night.setCover(true);
    expect(night.view().board?.ranking.works).toEqual([]);
    night.setCover(false);
    expect(night.view()).toMatchObject({ board: story.boards.at(-1), win: undefined, spoken: '' });
    expect(night.view().frames).toEqual(story.frames);
  });

  it('does without what it cannot read of what was kept', async () => {
    const kept = keptHere();
    kept.write('cover:night', '{"on":tr');
    const { night } = await opened(contest(picks(9)), kept, false);
    expect(night.view().cover.on).toBe(false);
  });
});
