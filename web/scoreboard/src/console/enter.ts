/** The way into the console: its words come first, in the language of the page. */
import type ConsolePage from '../pages/ConsolePage.svelte';
import { speech } from '../state/language';
import { speakAtDesk } from './words';

export async function enter(): Promise<{ default: typeof ConsolePage }> {
  await speakAtDesk(speech.language);
  return import('../pages/ConsolePage.svelte');
}
