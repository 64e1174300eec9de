/** How places in a ranking differ from those on an earlier board; both rankings are the server's. */
import type { NightView } from './night';
import type { Board, Subject } from '../types';

export type Change =
  { readonly kind: 'new' } | { readonly kind: 'up' | 'down'; readonly places: number };

/** Of those that are ranked now; nothing for who kept their place. */
export function changesOf(
  before: Board | undefined,
  now: Board,
  subject: Subject,
): ReadonlyMap<string, Change> {
  const changes = new Map<string, Change>();
  if (!before || before === now) return changes;
  const ranks = new Map(before.ranking[subject]);
  for (const [id, rank] of now.ranking[subject]) {
    const was = ranks.get(id);
    if (was === undefined) changes.set(id, { kind: 'new' });
    else if (was !== rank) {
      changes.set(id, { kind: was > rank ? 'up' : 'down', places: Math.abs(was - rank) });
    }
  }
  return changes;
}

/** The version that the shown board is compared with. */
export interface Baseline {
  readonly version: number;
  /** When the viewer looked, in Unix ms; or else the chapter that the change belongs to. */
  readonly since: { readonly at: number } | { readonly category: string };
}

/**
 * A viewer who follows compares with what they last had in view. One who is elsewhere in the night
 * compares with the end of the chapter before this one.
 */
export function baselineOf(
  view: Pick<NightView, 'player' | 'playback' | 'shown'>,
  look: { readonly version: number; readonly at: number } | undefined,
): Baseline | undefined {
  if (view.player.mode === 'following') {
    if (!look || look.version >= view.shown) return undefined;
    return { version: look.version, since: { at: look.at } };
  }
  const chapter = view.playback?.chapters.findLast(({ version }) => version <= view.shown);
  return chapter && { version: chapter.version - 1, since: { category: chapter.category } };
}
