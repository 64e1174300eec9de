import { afterEach, describe, expect, it, vi } from 'vitest';
import { bare, own, parseBare } from '../src/core/bare';
import { coveredBoard } from '../src/core/cover';
import { nomineeLabel, subjectName } from '../src/core/labels';
import { milestonesOf } from '../src/core/milestones';
import { applyPatch, mergePatch } from '../src/core/patch';
import { getJson } from '../src/core/ports';
import { emptyBoard } from './support';
import type { Board } from '../src/types';

/** What every JavaScript object has, and nobody wrote into it. */
const NAMES = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf'];

type Maps = Record<string, Record<string, unknown>>;

describe('a name that is JavaScript’s own', () => {
  afterEach(() => vi.unstubAllGlobals());

  it.each(NAMES)('%s is absent from parsed JSON that does not hold it', (name) => {
    const parsed = parseBare<Maps>('{"works":{},"list":[{"a":{}}]}');
    expect(parsed.works?.[name]).toBeUndefined();
    expect((parsed.list as unknown as Maps[])[0]?.a?.[name]).toBeUndefined();
  });

  it.each(NAMES)('%s is kept where the JSON does hold it', (name) => {
    const text = `{"works":{"${name}":{"title":"Red Car"}}}`;
    expect(JSON.stringify(parseBare(text))).toBe(text);
    expect(parseBare<Maps>(text).works?.[name]).toEqual({ title: 'Red Car' });
  });

  it.each(NAMES)('%s is absent from an answer of the server', async (name) => {
    const answer = new Response('{"categories":{}}', { status: 200 });
    vi.stubGlobal('fetch', async () => answer);
    const { body } = await getJson<Maps>('/api/ceremonies/night/board');
    expect(body?.categories?.[name]).toBeUndefined();
  });

  it.each(NAMES)('%s is absent from what a patch adds', (name) => {
    const patched = applyPatch({} as Maps, { works: {}, people: { ada: {} } });
    expect(patched.works?.[name]).toBeUndefined();
    expect((patched.people?.ada as Record<string, unknown>)[name]).toBeUndefined();
  });

  it.each(NAMES)('%s can be added, changed and taken away by a patch', (name) => {
    const patch = (value: string): object => JSON.parse(`{"works":{"${name}":${value}}}`) as object;
    const added = mergePatch({ works: {} }, patch('{"wins":0}')) as Maps;
    const won = mergePatch(added, patch('{"wins":1}')) as Maps;
    expect(JSON.stringify(won)).toBe(`{"works":{"${name}":{"wins":1}}}`);
    expect(JSON.stringify(mergePatch(won, patch('null')))).toBe('{"works":{}}');
  });

  it.each(NAMES)('%s has no name on a board that does not list it, covered or not', (name) => {
    const open = bare(emptyBoard());
    for (const board of [open, coveredBoard(open, () => true, undefined)] as Board[]) {
      expect(subjectName(board, 'works', name)).toBe(name);
      expect(nomineeLabel(board, name, `${name}/x`).title).toBe(`${name}/x`);
    }
  });

  it.each(NAMES)('%s as the kind of a milestone is written out', (kind) => {
    const board = {
      ...bare(emptyBoard()),
      milestones: { a: { version: 1, kind, subject: 'x', value: 1 } },
    };
    const [card] = milestonesOf(board);
    expect(typeof card?.word).toBe('string');
    expect(own({}, kind)).toBeUndefined();
  });
});
