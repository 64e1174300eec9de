/** The chapters of a night: one per category, where its presenting or its result began. */
import type { Chapter, Frame } from '../types';

/** As the head of a ceremony lists them, kept up while frames arrive. */
export function chaptersOf(frames: readonly Frame[]): Chapter[] {
  const begun = new Map<string, Frame>();
  const chapters = new Map<string, Chapter>();
  for (const frame of frames) {
    const { event } = frame;
    if (event.type === 'presenting-began') {
      begun.set(event.category, frame);
    } else if (event.type === 'winner-announced' && !chapters.has(event.category)) {
      const { version, t } = begun.get(event.category) ?? frame;
      chapters.set(event.category, { version, t, category: event.category });
    }
  }
  return [...chapters.values()].sort((a, b) => a.version - b.version);
}
