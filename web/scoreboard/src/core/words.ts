/** The words of the chosen language: set once, before anything is drawn. */
import { en, type Words } from '../words/en';

export let words: Words = en;

export function speak(language: Words): void {
  words = language;
}
