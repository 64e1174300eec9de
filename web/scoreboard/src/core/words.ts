/** The words of the chosen language: set once, before anything is drawn. */
import { en, type Words } from '../words/en';
import { writeIn } from './format';

export let words: Words = en;

/** Speaks and writes this language from here on. */
export function speak(language: string, catalogue: Words): void {
  words = catalogue;
  writeIn(language);
}
