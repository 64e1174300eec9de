/** Uncovers a plate from its left edge: what is written on it never stands without its ground. */
import { cubicOut } from 'svelte/easing';
import type { TransitionConfig } from 'svelte/transition';

export function wipe(
  _: Element,
  { duration, delay = 0 }: { duration: number; delay?: number },
): TransitionConfig {
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  return {
    duration,
    delay,
    easing: cubicOut,
    css: (t) => (still ? `opacity: ${t}` : `clip-path: inset(0 ${100 * (1 - t)}% 0 0)`),
  };
}
