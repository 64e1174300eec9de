/** What the viewer's device remembers of their choices. */

export interface Kept {
  read(key: string): string | undefined;
  write(key: string, value: string): void;
}

/** Remembers as long as the page lasts. */
export function keptHere(): Kept {
  const values = new Map<string, string>();
  return {
    read: (key) => values.get(key),
    write: (key, value) => void values.set(key, value),
  };
}

/** Storage may be forbidden or full; what is chosen then lasts for this page. */
export function keptIn(storage: () => Pick<Storage, 'getItem' | 'setItem'>): Kept {
  const here = keptHere();
  return {
    read(key) {
      try {
        return storage().getItem(key) ?? undefined;
      } catch {
        return here.read(key);
      }
    },
    write(key, value) {
      here.write(key, value);
      try {
        storage().setItem(key, value);
      } catch {
        // As above.
      }
    },
  };
}
