/** Addresses of a night's pages as they are linked to from where the viewer stands. */
import { getContext, setContext } from 'svelte';
import type { SubjectView } from '../core/route';

export interface Links {
  /** The page about one thing of the night, or the board. */
  to(subject?: SubjectView): string;
}

const KEY = Symbol('links');

export function provideLinks(links: Links): void {
  setContext(KEY, links);
}

export function useLinks(): Links {
  return getContext<Links>(KEY);
}
