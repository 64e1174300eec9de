import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { applyPatch, mergePatch } from '../src/core/patch';

interface MergeCase {
  name: string;
  target: unknown;
  patch: unknown;
  result: unknown;
}

interface FrameCases {
  name: string;
  cases: { before: object; patch: object; after: object }[];
}

const folder = new URL('../../../tests/vectors/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, folder), 'utf8'));

/** Both shapes of the shared vectors, as a list of merges with what must come of them. */
function casesOf(file: string): MergeCase[] {
  const content = read(file) as MergeCase[] | FrameCases;
  if (Array.isArray(content)) return content;
  return content.cases.map(({ before, patch, after }, i) => ({
    name: `${content.name}, case ${i + 1}`,
    target: before,
    patch,
    result: after,
  }));
}

it('finds the vectors that the server shares', () => {
  expect(files).toContain('merge-patch.json');
});

describe.each(files)('the shared vectors of %s', (file) => {
  it.each(casesOf(file))('$name', ({ target, patch, result }) => {
    const before = JSON.stringify(target);
    // Compared as text parsed again: the same members and values, in any order.
    expect(JSON.parse(JSON.stringify(mergePatch(target, patch)))).toEqual(result);
    expect(JSON.stringify(target)).toBe(before);
  });
});

describe('applying a patch', () => {
  it('shares every branch that it does not change', () => {
    const board = { categories: { sound: { status: 'upcoming' } }, works: { anora: { wins: 0 } } };
    const next = applyPatch(board, { categories: { sound: { status: 'awarded' } } });
    expect(next.works).toBe(board.works);
    expect(next.categories).not.toBe(board.categories);
    expect(board.categories.sound.status).toBe('upcoming');
  });

  it('gives the same object back for a patch that changes nothing', () => {
    const board = { stage: {}, works: { anora: { wins: 1 } } };
    expect(applyPatch(board, {})).toBe(board);
    expect(applyPatch(board, { works: { anora: { wins: 1 } }, stage: { category: null } })).toBe(
      board,
    );
  });

  it('never reaches a prototype', () => {
    const patched = mergePatch({}, JSON.parse('{"__proto__":{"polluted":true}}'));
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect(JSON.stringify(patched)).toBe('{"__proto__":{"polluted":true}}');
  });
});
