/** Lists whose items stay the same objects as long as they are equal, so that none is drawn anew. */
import { same } from './same';

/** A function that gives each list back with the items of the one before it, where they equal. */
export function steady<T>(keyOf: (item: T) => unknown): (items: readonly T[]) => T[] {
  let before: ReadonlyMap<unknown, T> = new Map();
  return (items) => {
    const kept = items.map((item) => {
      const known = before.get(keyOf(item));
      return known !== undefined && same(known, item) ? known : item;
    });
    before = new Map(kept.map((item) => [keyOf(item), item]));
    return kept;
  };
}
