/** What a screen reader hears of an event: one sentence about a result, else nothing. */
import type { Board, Frame } from '../types';
import { isHidden } from './cover';
import { headlineOf } from './headline';
import { categoryName } from './labels';
import { words } from './words';

export function sentenceOf(frame: Frame, board: Board, before: Board | undefined): string {
  const headline = headlineOf(board, [frame], () => before);
  if (!headline || !('category' in frame.event)) return '';
  const category = categoryName(board, headline.category);
  const spoken = words.spoken;
  switch (frame.event.type) {
    case 'winner-announced': {
      if (isHidden(frame)) return spoken.hidden(category);
      const named = headline.winners.map(({ title, by }) => (by ? `${title}, ${by}` : title));
      const works = new Set(headline.winners.flatMap(({ work }) => (work ? [work] : [])));
      const totals = [...works].map((id) =>
        spoken.total(board.works[id]?.title ?? id, board.works[id]?.wins ?? 0),
      );
      return [spoken.award(category, named), ...totals].join(' ');
    }
    case 'winner-corrected': {
      const titles = (labels: readonly { title: string }[]): string[] =>
        labels.map(({ title }) => title);
      return spoken.corrected(category, titles(headline.winners), titles(headline.struck));
    }
    case 'winner-retracted':
      return spoken.retracted(category);
    case 'result-put-under-review':
      return spoken.review(category);
    case 'result-confirmed':
      return spoken.confirmed(category);
    default:
      return '';
  }
}
