/** How the rows of a list that is drawn whole go to their places: on television, overlay, widget. */
import type { FlipParams } from 'svelte/animate';
import { quintOut } from 'svelte/easing';
import type { NightView } from '../core/night';

/** In a win rows move last: so many ms after it is counted. */
const REST = 400;
const still = matchMedia('(prefers-reduced-motion: reduce)');

export function moved({ flowing, fresh }: NightView): FlipParams {
  const moves = flowing && !still.matches;
  return { delay: moves && fresh ? REST : 0, duration: moves ? 600 : 0, easing: quintOut };
}
