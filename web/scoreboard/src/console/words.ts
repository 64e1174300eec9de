/** The console's words in the chosen language: set once, before anything of it is drawn. */
import type { Language } from '../core/language';
import { en, type ConsoleWords } from '../words/console.en';

export let words: ConsoleWords = en;

const CATALOGUES: Record<Language, () => Promise<ConsoleWords>> = {
  en: () => Promise.resolve(en),
  es: async () => (await import('../words/console.es')).es,
};

export async function speakAtDesk(language: Language): Promise<void> {
  try {
    words = await CATALOGUES[language]();
  } catch {
    // They cannot be loaded: better the first language than no desk.
  }
}
