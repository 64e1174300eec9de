/** The category that is on stage, or comes next, as it is told before it is awarded. */
import type { Board } from '../types';
import { nomineeLabel, nomineeOrder, shortened, type Label } from './labels';
import { words } from './words';

export interface NextUp {
  readonly onStage: boolean;
  readonly kicker: string;
  readonly presenters: readonly string[];
  readonly nominees: readonly (Label & { readonly id: string; readonly withdrawn: boolean })[];
}

export function nextUpOf(board: Board, category: string): NextUp {
  const onStage = board.stage.category === category;
  const later = board.phase === 'scheduled' ? words.countdown.first : words.hero.upNext;
  return {
    onStage,
    kicker: onStage ? words.hero.onStage : later,
    presenters: onStage ? shortened(board.stage.presenters ?? []) : [],
    nominees: nomineeOrder(board, category).map((id) => ({
      id,
      ...nomineeLabel(board, category, id),
      withdrawn: board.categories[category]?.nominees[id]?.withdrawn === true,
    })),
  };
}
