/** What others have posted in the meantime, held against what one is about to post. */
import type { CeremonyEvent } from '../../types';
import type { Said } from './types';

export type Meanwhile =
  /** Nothing about it: mine holds on the new head as it did on the old one. */
  | { readonly is: 'elsewhere' }
  /** They posted what I am about to. */
  | { readonly is: 'same'; readonly theirs: Said }
  | { readonly is: 'clash'; readonly theirs: Said };

type Kind = CeremonyEvent['type'];

/** What, said of the same category in the meantime, takes the ground from under mine. */
const UNDERMINED_BY: Partial<Record<Kind, readonly Kind[]>> = {
  'presenting-began': ['winner-announced', 'category-withdrawn'],
  'winner-announced': ['winner-announced', 'winner-corrected', 'winner-retracted'],
  'winner-corrected': ['winner-corrected', 'winner-retracted', 'result-confirmed'],
  'winner-retracted': ['winner-corrected', 'winner-retracted', 'result-confirmed'],
  'result-put-under-review': ['winner-corrected', 'winner-retracted', 'result-confirmed'],
  'result-confirmed': ['winner-corrected', 'winner-retracted'],
};

const RESULTS: readonly Kind[] = ['winner-announced', 'winner-corrected', 'winner-retracted'];

export function meanwhile(mine: CeremonyEvent, since: readonly Said[]): Meanwhile {
  const kinds = UNDERMINED_BY[mine.type] ?? [];
  const category = categoryOf(mine);
  if (mine.type === 'running-order-set' || mine.type === 'ceremony-rescheduled') {
    const theirs = since.findLast(({ event }) => event.type === mine.type);
    return theirs ? { is: 'clash', theirs } : { is: 'elsewhere' };
  }
  if (mine.type === 'stage-cleared') {
    // Another category came on stage meanwhile: it is not taken off by an undo of the one before.
    const theirs = since.findLast(({ event }) => event.type === 'presenting-began');
    return theirs ? { is: 'clash', theirs } : { is: 'elsewhere' };
  }
  const theirs = since.findLast(
    ({ event }) => kinds.includes(event.type) && categoryOf(event) === category,
  );
  if (!theirs) return { is: 'elsewhere' };
  return { is: sameResult(mine, theirs.event) ? 'same' : 'clash', theirs };
}

/** The event on which a category's result now rests. */
export function standing(category: string, log: readonly Said[]): Said | undefined {
  return log.findLast(
    ({ event }) => RESULTS.includes(event.type) && categoryOf(event) === category,
  );
}

export function categoryOf(event: CeremonyEvent): string | undefined {
  return 'category' in event ? event.category : undefined;
}

/** Whether two events leave a category with the same result, in whatever order it is named. */
export function sameResult(mine: CeremonyEvent, theirs: CeremonyEvent): boolean {
  if (categoryOf(mine) !== categoryOf(theirs)) return false;
  const [a, b] = [winnersIn(mine), winnersIn(theirs)];
  if (a && b) return a.length === b.length && a.every((nominee) => b.includes(nominee));
  return mine.type === theirs.type && !a && !b;
}

function winnersIn(event: CeremonyEvent): readonly string[] | undefined {
  return event.type === 'winner-announced' || event.type === 'winner-corrected'
    ? event.nominees
    : undefined;
}
