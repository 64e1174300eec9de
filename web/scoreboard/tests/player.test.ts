import { describe, expect, it } from 'vitest';
import * as players from '../src/core/player';
import { countOf, timelineOf, versionAt, type Timeline } from '../src/core/timeline';
import { timeMap } from '../src/core/timemap';
import { smallNight } from './support';

const timeline = timelineOf(smallNight().frames);
const plain = timeMap(timeline.times.slice(4), Infinity);
const head = 11;
const paused = (version: number, t: number): players.Player => ({ mode: 'paused', version, t });
const playing = (version: number, t: number, speed: number): players.Player => ({
  mode: 'playing',
  version,
  t,
  speed,
});

/** The same night with one more event. */
const longer: Timeline = { ...timeline, times: [...timeline.times, 1_300_000] };

describe('following', () => {
  it('stands at the head, and stays there while events arrive', () => {
    expect(players.versionOf(players.FOLLOWING, head)).toBe(head);
    expect(players.versionOf(players.FOLLOWING, head + 1)).toBe(head + 1);
  });

  it('pauses where it stands and keeps that place while events arrive', () => {
    const player = players.pause(players.FOLLOWING, timeline);
    expect(player).toEqual(paused(head, 1_260_000));
    expect(players.versionOf(player, 14)).toBe(head);
  });

  it('has nothing to play', () => {
    expect(players.play(players.FOLLOWING, 60)).toBe(players.FOLLOWING);
    expect(players.tick(players.FOLLOWING, timeline, plain, 1_000)).toBe(players.FOLLOWING);
  });

  it('leaves the head paused when the viewer seeks', () => {
    expect(players.seekTime(players.FOLLOWING, timeline, 100_000)).toEqual(paused(7, 100_000));
  });
});

describe('playing', () => {
  it('moves by elapsed time and speed', () => {
    const player = players.tick(playing(5, 0, 10), timeline, plain, 6_500);
    expect(player).toEqual(playing(6, 65_000, 10));
  });

  it('becomes following on reaching the head', () => {
    expect(players.tick(playing(10, 1_200_000, 60), timeline, plain, 1_000)).toBe(
      players.FOLLOWING,
    );
  });

  it('does not take the old head for the end once the night has gone on', () => {
    const player = players.tick(
      playing(10, 1_200_000, 60),
      longer,
      timeMap(longer.times, Infinity),
      1_000,
    );
    expect(player).toEqual(playing(11, 1_260_000, 60));
  });

  it('runs at its speed into a quiet stretch, and cuts the rest of it', () => {
    const short = timeMap(timeline.times.slice(4), 10_000);
    const player = players.tick(playing(9, 233_000, 1), timeline, short, 9_000);
    expect(player).toEqual(playing(9, 242_000, 1));
    expect(players.tick(player, timeline, short, 1_000)).toEqual(playing(10, 1_200_000, 1));
  });

  it('keeps playing when the viewer seeks, and pauses when asked', () => {
    const player = players.seekTime(playing(9, 233_000, 30), timeline, 70_000);
    expect(player).toEqual(playing(6, 70_000, 30));
    expect(players.pause(player, timeline)).toEqual(paused(6, 70_000));
  });

  it('never shows an earlier event than it has shown, whatever the moment', () => {
    const player = players.seekVersion(playing(9, 233_000, 1), timeline, 4);
    expect(players.tick(player, timeline, plain, 0)).toMatchObject({ version: 5 });
    expect(players.tick(playing(5, 0, 1), timeline, plain, 0)).toMatchObject({ version: 5 });
  });
});

describe('stepping', () => {
  it('goes event by event, also between events of one moment', () => {
    const back = players.step(paused(5, 0), timeline, -1);
    expect(back).toEqual(paused(4, 0));
    expect(players.step(back, timeline, 1)).toEqual(paused(5, 0));
  });

  it('stops at the start of the show', () => {
    const first = paused(4, 0);
    expect(players.step(first, timeline, -1)).toBe(first);
  });

  it('leaves the head backwards, and becomes following on reaching it', () => {
    const back = players.step(players.FOLLOWING, timeline, -1);
    expect(back).toEqual(paused(10, 1_200_000));
    expect(players.step(back, timeline, 1)).toBe(players.FOLLOWING);
  });
});

describe('chapters', () => {
  const chapters = [6, 10];

  it('go forward to the next one, and past the last to the head', () => {
    expect(players.skipChapter(paused(4, 0), timeline, chapters, 1)).toEqual(paused(6, 60_000));
    expect(players.skipChapter(paused(10, 1_200_000), timeline, chapters, 1)).toBe(
      players.FOLLOWING,
    );
  });

  it('go back to the beginning of this one first', () => {
    expect(players.skipChapter(paused(8, 200_000), timeline, chapters, -1)).toEqual(
      paused(6, 60_000),
    );
    expect(players.skipChapter(paused(6, 60_000), timeline, chapters, -1)).toEqual(paused(4, 0));
  });
});

describe('replaying', () => {
  it('plays from the event that starts the show', () => {
    expect(players.replay(timeline, 30)).toEqual(playing(4, 0, 30));
  });

  it('follows where there is no show yet', () => {
    expect(players.replay({ start: 3, times: [0, 0, 0, 0] }, 30)).toBe(players.FOLLOWING);
  });
});

describe('seeking', () => {
  it('by time stays within the show', () => {
    expect(players.seekTime(paused(9, 233_000), timeline, -500)).toEqual(paused(5, 0));
    expect(players.seekTime(paused(9, 233_000), timeline, 9e9)).toBe(players.FOLLOWING);
  });

  it('by version may go into the programme, but not beyond the head', () => {
    expect(players.seekVersion(players.FOLLOWING, timeline, 2)).toEqual(paused(2, 0));
    expect(players.seekVersion(paused(2, 0), timeline, 400)).toBe(players.FOLLOWING);
  });
});

describe('speed', () => {
  it('suits the night until the viewer chooses: some minutes for a long one, its own for a short', () => {
    expect(players.fittingSpeed(64 * 60_000)).toBe(30);
    expect(players.fittingSpeed(227_000)).toBe(2);
    expect(players.fittingSpeed(0)).toBe(1);
  });

  it('goes up and down the list and stays within it', () => {
    expect(players.nextSpeed(30, 1)).toBe(60);
    expect(players.nextSpeed(30, -1)).toBe(10);
    expect(players.nextSpeed(600, 1)).toBe(600);
    expect(players.nextSpeed(1, -1)).toBe(1);
  });
});

describe('the timeline', () => {
  it('finds the last of the events that share a moment', () => {
    expect(versionAt(timeline, 0)).toBe(5);
    expect(versionAt(timeline, 59_999)).toBe(5);
    expect(versionAt(timeline, 60_000)).toBe(6);
  });

  it('counts events from the one that starts the show', () => {
    expect([countOf(75, 115), countOf(75, 130), countOf(75, 3)]).toEqual([41, 56, 0]);
  });
});
