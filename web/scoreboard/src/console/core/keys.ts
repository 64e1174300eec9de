/** What a key does at the desk. */
import type { Focus, Key } from '../../core/keys';

export type Command =
  | { readonly do: 'pick'; readonly place: number; readonly tie: boolean }
  | { readonly do: 'move'; readonly by: 1 | -1 }
  | {
      readonly do:
        'present' | 'go' | 'undo' | 'review' | 'confirm' | 'back' | 'help' | 'note' | 'write';
    };

export interface DeskKey extends Key {
  /** The key's place on the keyboard: a digit is one with Shift, and in every layout. */
  readonly code: string;
}

const NAMED: Readonly<Record<string, Command>> = {
  p: { do: 'present' },
  u: { do: 'undo' },
  r: { do: 'review' },
  c: { do: 'confirm' },
  m: { do: 'note' },
  t: { do: 'write' },
  j: { do: 'move', by: 1 },
  k: { do: 'move', by: -1 },
  ArrowDown: { do: 'move', by: 1 },
  ArrowUp: { do: 'move', by: -1 },
  Enter: { do: 'go' },
  Escape: { do: 'back' },
  '?': { do: 'help' },
};

/**
 * Keys are left to what is written in, but for Escape. Enter is left to a button, unless it is one
 * that picks: there it goes on as everywhere.
 */
export function commandOf(key: DeskKey, focus: Focus | 'pick'): Command | undefined {
  if (key.ctrlKey || key.altKey || key.metaKey) return undefined;
  if (focus === 'text') return key.key === 'Escape' ? NAMED[key.key] : undefined;
  if (key.key === 'Enter' && focus === 'control') return undefined;
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(key.code)?.[1];
  if (digit !== undefined) {
    return { do: 'pick', place: digit === '0' ? 9 : Number(digit) - 1, tie: key.shiftKey };
  }
  return NAMED[key.key.length === 1 ? key.key.toLowerCase() : key.key];
}
