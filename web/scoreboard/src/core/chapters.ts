/** The chapters of a night: one per category, where its presenting or its result began. */
import type { Chapter, Frame } from '../types';

/**
 * As the head of a ceremony lists them, kept up while frames arrive: where a category came on stage
 * for its first result, or at that result if the stage was another's.
 */
export function chaptersOf(frames: readonly Frame[]): Chapter[] {
  const decided = new Set<string>();
  const chapters = new Map<string, Chapter>();
  let onStage = '';
  for (const { event, version, t } of frames) {
    const begins = (category: string): void => {
      chapters.delete(category);
      chapters.set(category, { version, t, category });
    };
    if (event.type === 'presenting-began') {
      onStage = event.category;
      if (!decided.has(event.category)) begins(event.category);
    } else if (event.type === 'winner-announced') {
      if (onStage !== event.category && !decided.has(event.category)) begins(event.category);
      decided.add(event.category);
      onStage = '';
    } else if (event.type === 'stage-cleared') {
      if (!decided.has(onStage)) chapters.delete(onStage);
      onStage = '';
    } else if (event.type === 'category-withdrawn' && !decided.has(event.category)) {
      chapters.delete(event.category);
      if (onStage === event.category) onStage = '';
    } else if (event.type === 'ceremony-ended') {
      onStage = '';
    }
  }
  return [...chapters.values()];
}
