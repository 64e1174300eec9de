/** Sets `--fitted` to the largest type size with which the content of an element stays within it. */
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
      set(
        fit(sizes, (size) => {
          set(size);
          return box.scrollHeight <= box.clientHeight && box.scrollWidth <= box.clientWidth;
        }),
      );
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
