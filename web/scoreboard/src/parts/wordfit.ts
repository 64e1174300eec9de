/** Sets `--fitted` to the largest type size with which no word of an element is cut in two. */
import type { Attachment } from 'svelte/attachments';
import { fit } from '../core/fit';

/** A word that does not fit with this size (px) is broken: smaller, a title is none. */
const LEAST = 22;
const STEPS = 16;

/**
 * Only makes smaller: without `--fitted` the element has the size of its style, and keeps it where
 * its widest word fits into the element around it.
 */
export const wholeWords: Attachment<HTMLElement> = (title) => {
  const room = title.parentElement;
  if (!room) return undefined;
  const { style } = title;
  const draw = (): void => {
    style.removeProperty('--fitted');
    // As narrow as the widest word: what the style says of long words is set aside meanwhile.
    style.cssText +=
      '; width: min-content; max-width: none; overflow-wrap: normal; hyphens: manual';
    const fits = (): boolean => title.offsetWidth <= room.clientWidth;
    const largest = parseFloat(getComputedStyle(title).fontSize);
    let size: number | undefined;
    if (!fits() && largest > LEAST) {
      size = fit({ largest, smallest: LEAST, steps: STEPS }, (each) => {
        style.setProperty('--fitted', `${each}px`);
        return fits();
      });
    }
    style.cssText = size === undefined ? '' : `--fitted: ${size}px`;
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
