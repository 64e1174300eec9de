/** What a key does on the board page. */
import type { Viewer } from './viewer';

export type Command =
  | { readonly do: 'toggle' | 'follow' | 'cover' | 'full' | 'help' }
  | { readonly do: 'nudge'; readonly ms: number }
  | { readonly do: 'step' | 'chapter' | 'speed'; readonly by: 1 | -1 }
  | { readonly do: 'tenth'; readonly tenth: number };

export interface Key {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
}

/** What has the focus: keys that it needs for itself are left to it. */
export type Focus = 'page' | 'control' | 'text';

const NAMED: Record<string, Command> = {
  ' ': { do: 'toggle' },
  k: { do: 'toggle' },
  l: { do: 'follow' },
  End: { do: 'follow' },
  s: { do: 'cover' },
  f: { do: 'full' },
  '?': { do: 'help' },
  '[': { do: 'chapter', by: -1 },
  ']': { do: 'chapter', by: 1 },
  ',': { do: 'step', by: -1 },
  '.': { do: 'step', by: 1 },
  '<': { do: 'speed', by: -1 },
  '>': { do: 'speed', by: 1 },
};

/** True of a letter, a digit or a sign, by which alone a viewer may want nothing to be done. */
export function isSingle({ key }: Pick<Key, 'key'>): boolean {
  return key.length === 1 && key !== ' ';
}

export function commandOf(pressed: Key, focus: Focus): Command | undefined {
  const { key, ctrlKey, altKey, metaKey } = pressed;
  // Many keyboards have brackets only with AltGr, which is Ctrl and Alt, or with Option.
  const bracket = altKey && !metaKey && (key === '[' || key === ']');
  if (((ctrlKey || altKey || metaKey) && !bracket) || focus === 'text') return undefined;
  if (key === ' ' && focus === 'control') return undefined;
  if (key === 'ArrowLeft' || key === 'ArrowRight') {
    const ms = pressed.shiftKey ? 30_000 : 5_000;
    return { do: 'nudge', ms: key === 'ArrowLeft' ? -ms : ms };
  }
  if (/^[0-9]$/.test(key)) return { do: 'tenth', tenth: Number(key) };
  return NAMED[key.length === 1 ? key.toLowerCase() : key];
}

const TEXT = 'input:not([type="range"], [type="checkbox"]), textarea, select, [contenteditable]';

export function focusOf(target: EventTarget | null): Focus {
  if (!(target instanceof Element)) return 'page';
  if (target.closest(TEXT)) return 'text';
  return target.closest('button, a, summary, input[type="checkbox"]') ? 'control' : 'page';
}

/** What a command asks of the player, and of the page around it. */
export interface Commanded {
  readonly viewer: Pick<
    Viewer,
    'toggle' | 'follow' | 'nudge' | 'step' | 'skipChapter' | 'changeSpeed' | 'seekTenth'
  >;
  readonly cover: () => void;
  readonly full: () => void;
  readonly help: () => void;
}

export function perform(command: Command, { viewer, cover, full, help }: Commanded): void {
  switch (command.do) {
    case 'toggle':
      return viewer.toggle();
    case 'follow':
      return viewer.follow();
    case 'cover':
      return cover();
    case 'full':
      return full();
    case 'help':
      return help();
    case 'nudge':
      return viewer.nudge(command.ms);
    case 'step':
      return viewer.step(command.by);
    case 'chapter':
      return viewer.skipChapter(command.by);
    case 'speed':
      return viewer.changeSpeed(command.by);
    case 'tenth':
      return viewer.seekTenth(command.tenth);
  }
}
