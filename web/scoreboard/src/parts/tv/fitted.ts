/**
 * Sets `--fitted` to the largest type size with which the content of an element stays within it,
 * with no word broken and no line cut off if there is such a size, else with no line cut off.
 */
import type { Attachment } from 'svelte/attachments';
import { fit } from '../../core/fit';

/** Sizes in rem; `steps` between the largest and the smallest. */
export interface Sizes {
  readonly largest: number;
  readonly smallest: number;
  readonly steps: number;
}

export function fitted(sizes: Sizes): Attachment<HTMLElement> {
  return (box) => {
    const draw = (): void => {
      const set = (size: number): void => box.style.setProperty('--fitted', `${size}rem`);
      const titles = [...box.querySelectorAll('h2')];
      const stays = (size: number): boolean => {
        set(size);
        if (box.scrollHeight > box.clientHeight || box.scrollWidth > box.clientWidth) return false;
        // Where a title is clamped, a whole line is below its box, not only the tails of letters.
        const line = size * parseFloat(getComputedStyle(document.documentElement).fontSize);
        return titles.every(
          ({ scrollHeight, clientHeight, scrollWidth, clientWidth }) =>
            scrollHeight - clientHeight < line / 2 && scrollWidth <= clientWidth,
        );
      };
      const breaking = (words: '' | 'normal', hyphens: '' | 'manual'): void =>
        titles.forEach(({ style }) => {
          style.overflowWrap = words;
          style.hyphens = hyphens;
        });
      breaking('normal', 'manual');
      let size = fit(sizes, stays);
      const whole = stays(size);
      breaking('', '');
      if (!whole) size = fit(sizes, stays);
      set(size);
    };
    const watched = new ResizeObserver(draw);
    watched.observe(box);
    // The fonts may come after the words.
    document.fonts.addEventListener('loadingdone', draw);
    return () => {
      watched.disconnect();
      document.fonts.removeEventListener('loadingdone', draw);
    };
  };
}
