import { describe, expect, it } from 'vitest';
import { chaptersOf } from '../src/core/chapters';
import { feedOf, timesAreEstimated } from '../src/core/feed';
import { smallNight } from './support';

const story = smallNight();
const board = story.boards.at(-1)!;

describe('the feed', () => {
  const feed = feedOf(story.frames, board);

  it('tells the show newest first and leaves the programme out', () => {
    expect(feed.map(({ version, kind }) => `${version} ${kind}`)).toEqual([
      '11 phase',
      '10 winner',
      '9 corrected',
      '8 under-review',
      '7 winner',
      '6 presenting',
      '4 phase',
    ]);
  });

  it('ties a correction and what it corrects to each other', () => {
    const corrected = feed.find(({ version }) => version === 9);
    const mistaken = feed.find(({ version }) => version === 7);
    expect(corrected?.corrects).toBe(7);
    expect(mistaken?.correctedBy).toBe(9);
  });

  it('does not hint at a correction that the viewer has not come to', () => {
    const earlier = feedOf(story.frames.slice(0, 8), story.boards[8]!);
    expect(earlier.find(({ version }) => version === 7)).not.toHaveProperty('correctedBy');
  });

  it('calls two winners a tie', () => {
    const entry = feed.find(({ version }) => version === 10);
    expect(entry?.word).toBe('Tie');
    expect(entry?.names.map(({ title }) => title)).toEqual(['Emma Stone', 'Ruth Negga']);
  });

  it('says why, where a reason was given', () => {
    expect(feed.find(({ version }) => version === 8)?.text).toBe('Checking the envelope');
  });

  it('ties a withdrawn moment to its withdrawal, and a retraction to its result', () => {
    const later = smallNight();
    later.add([1_300_000, { type: 'moment-noted', kind: 'speech', text: 'Thanks.' }, {}]);
    later.add([1_310_000, { type: 'moment-withdrawn', version: 12, reason: 'Misheard' }, {}]);
    later.add([1_320_000, { type: 'winner-retracted', category: 'picture' }, {}]);
    const entries = feedOf(later.frames, later.boards.at(-1)!);
    expect(entries.find(({ version }) => version === 12)).toMatchObject({
      word: 'Speech',
      correctedBy: 13,
    });
    expect(entries.find(({ version }) => version === 14)).toMatchObject({
      kind: 'retracted',
      corrects: 9,
    });
  });
});

describe('estimated times', () => {
  it('hold while the moment that says so stands', () => {
    expect(timesAreEstimated(story.frames.slice(0, 4), board)).toBe(false);
    expect(timesAreEstimated(story.frames, board)).toBe(true);
    const withdrawn = smallNight();
    withdrawn.add([1_300_000, { type: 'moment-withdrawn', version: 5 }, {}]);
    expect(timesAreEstimated(withdrawn.frames, board)).toBe(false);
  });

  it('are no word for a rehearsal, which has a clock', () => {
    const ceremony = { ...board.ceremony, id: 'made-up-rehearsal' };
    expect(timesAreEstimated(story.frames, { ...board, ceremony })).toBe(false);
  });
});

describe('chapters', () => {
  it('begin with the presenting that led to a result, or with the result', () => {
    expect(chaptersOf(story.frames)).toEqual([
      { version: 6, t: 60_000, category: 'picture' },
      { version: 10, t: 1_200_000, category: 'actress' },
    ]);
  });

  it('begin when a category comes on stage, before it is decided', () => {
    const onStage = story.frames.findIndex(({ event }) => event.type === 'presenting-began');
    const { version, t, event } = story.frames[onStage]!;
    expect(chaptersOf(story.frames.slice(0, onStage))).toEqual([]);
    expect(chaptersOf(story.frames.slice(0, onStage + 1))).toEqual([
      { version, t, category: event.type === 'presenting-began' && event.category },
    ]);
  });
});
