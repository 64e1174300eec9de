import { describe, expect, it } from 'vitest';
import { steady } from '../src/core/steady';

describe('a steady list', () => {
  it('keeps what equals what it had under the same key, and nothing else', () => {
    const keep = steady<{ id: string; wins: number }>(({ id }) => id);
    const [a, b] = keep([
      { id: 'a', wins: 1 },
      { id: 'b', wins: 2 },
    ]);
    const later = keep([
      { id: 'b', wins: 2 },
      { id: 'a', wins: 3 },
      { id: 'c', wins: 0 },
    ]);
    expect(later[0]).toBe(b);
    expect(later[1]).not.toBe(a);
    expect(later.map(({ id, wins }) => `${id}${wins}`)).toEqual(['b2', 'a3', 'c0']);
  });
});
