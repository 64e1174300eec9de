/** A credit that names as many of its people as its lines hold, and counts the others. */
import type { Attachment } from 'svelte/attachments';
import { castOf, type Label } from '../core/labels';

/**
 * For the element that holds `by` and no more, whose style clamps it to so many lines. A credit of
 * a few people is left as it is.
 */
export function fittedCast({ by, cast }: Label): Attachment<HTMLElement> | undefined {
  if (!cast) return undefined;
  const all = cast.names.length;
  return (line) => {
    const text = line.firstChild;
    const room = line.parentElement;
    if (!text || !room) return undefined;
    const fits = (named: number): boolean => {
      text.nodeValue = named === all ? by : castOf(cast, named);
      return line.scrollHeight <= line.clientHeight + 1;
    };
    const draw = (): void => {
      if (fits(all)) return;
      let [low, high] = [1, all - 1];
      while (low < high) {
        const middle = (low + high + 1) >>> 1;
        if (fits(middle)) low = middle;
        else high = middle - 1;
      }
      fits(low);
    };
    const watched = new ResizeObserver(draw);
    watched.observe(room);
    // The fonts may come after the words.
    document.fonts.addEventListener('loadingdone', draw);
    return () => {
      watched.disconnect();
      document.fonts.removeEventListener('loadingdone', draw);
    };
  };
}
