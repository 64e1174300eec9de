/** The word, the icon and the colour that go with what has become of a result. */
import type { Headline } from '../core/headline';
import { words } from '../core/words';
import type { IconName } from './Icon.svelte';

export interface Verdict {
  readonly word: string;
  readonly icon: IconName;
  readonly tone: 'won' | 'doubt' | 'confirmed';
  /** A sentence to put under it where the producers gave no reason. */
  readonly note?: string;
}

export function verdictOf({ kind, winners }: Headline): Verdict {
  const w = words.hero;
  switch (kind) {
    case 'winner':
      return winners.length > 1
        ? { word: w.tie, icon: 'tie', tone: 'won' }
        : { word: w.winner, icon: 'won', tone: 'won' };
    case 'under-review':
      return { word: w.underReview, icon: 'review', tone: 'doubt', note: w.underReviewNote };
    case 'corrected':
      return { word: w.corrected, icon: 'corrected', tone: 'doubt' };
    case 'retracted':
      return { word: w.retracted, icon: 'struck', tone: 'doubt', note: w.retractedNote };
    case 'confirmed':
      return { word: w.confirmed, icon: 'won', tone: 'won' };
  }
}
