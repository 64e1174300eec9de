import { describe, expect, it } from 'vitest';
import { History } from '../src/core/history';
import type { FramePage } from '../src/types';
import { smallNight } from './support';

const story = smallNight();

function filled(): History {
  const history = new History('one', 4);
  for (let page = 0; page * 4 <= story.head; page += 1)
    history.addPage(story.page(page) as FramePage);
  return history;
}

describe('a history', () => {
  it('has the board at every version, equal to the fold from the beginning', () => {
    const history = filled();
    for (let version = story.head; version >= 0; version -= 1) {
      expect(history.board(version)).toEqual(story.boards[version]);
    }
  });

  it('gives the same board each time, so that nothing is drawn anew', () => {
    const history = filled();
    expect(history.board(7)).toBe(history.board(7));
  });

  it('knows a board from the keyframe before it, without the pages before that', () => {
    const history = new History('one', 4);
    history.addPage(story.page(1) as FramePage);
    expect(history.board(7)).toEqual(story.boards[7]);
    expect(history.board(2)).toBeUndefined();
  });

  it('says which pages it lacks, newest first', () => {
    const history = new History('one', 4);
    history.keyframe(11, story.boards[11]!);
    expect(history.missingPages()).toEqual([2, 1, 0]);
    history.addPage(story.page(1) as FramePage);
    expect(history.missingPages()).toEqual([2, 0]);
    expect(history.complete).toBe(false);
  });

  it('is complete when every frame is here, whichever way it came', () => {
    const history = new History('one', 4);
    history.keyframe(9, story.boards[9]!);
    for (const page of [2, 0, 1]) history.addPage(story.page(page) as FramePage);
    expect(history.complete).toBe(true);
    expect(history.missingPages()).toEqual([]);
    expect(history.head).toBe(11);
    expect(history.frames(3).map(({ version }) => version)).toEqual([1, 2, 3]);
  });

  it('takes a frame twice as one', () => {
    const history = filled();
    history.append(story.frames[4]!);
    expect(history.frames()).toHaveLength(11);
    expect(history.complete).toBe(true);
  });

  it('lacks a frame between what it has and what has just arrived', () => {
    const history = new History('one', 4);
    for (const frame of story.frames.filter(({ version }) => version !== 6)) history.append(frame);
    history.keyframe(0, story.boards[0]!);
    expect(history.complete).toBe(false);
    expect(history.missingPages()).toEqual([1]);
    expect(history.board(5)).toEqual(story.boards[5]);
    expect(history.board(7)).toBeUndefined();
  });
});
