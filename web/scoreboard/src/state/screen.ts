/** What the screens of their own have in common: a night to follow, and the look of the page. */
import { onMount } from 'svelte';
import { keptHere } from '../core/kept';
import { openingOf } from '../core/night';
import type { Route } from '../core/route';
import { screenOptions, type ScreenOptions } from '../core/screen';
import { NightState } from './night.svelte';
import { Now } from './now.svelte';

export type ScreenRoute = Extract<Route, { page: 'tv' | 'overlay' | 'embed' }>;

export interface Screen {
  readonly night: NightState;
  readonly now: Now;
  readonly options: ScreenOptions;
  /** The screen shows one moment, and nothing moves on it. */
  readonly still: boolean;
}

/** To be called while a page is set up; it runs as long as the page is there. */
export function openScreen(route: ScreenRoute): Screen {
  const options = screenOptions(location.search);
  // What the device remembers for its reader, the spoiler cover and a delay, is not for a screen
  // that many look at; only the widget can be asked to cover what it shows.
  const covered = route.page === 'embed' && route.cover;
  const night = new NightState(route.id, openingOf(route), covered, keptHere());
  if (options.delay > 0) night.setDelay(options.delay);
  if (options.speed !== undefined) night.viewer.setSpeed(options.speed);
  const now = new Now();
  if (options.theme) document.documentElement.dataset.theme = options.theme;
  onMount(() => {
    const stop = [night.run(), now.run()];
    return () => stop.forEach((end) => end());
  });
  return { night, now, options, still: route.at !== undefined };
}
