/** The language of the page: chosen at the start, and by whoever reads it. */
import { LANGUAGES, languageOf, speakingOf, type Language } from '../core/language';
import { speak } from '../core/words';
import { en, type Words } from '../words/en';

const KEY = 'language';

/** Every language but the first is loaded when it is spoken. */
const CATALOGUES: Record<Language, () => Promise<Words>> = {
  en: () => Promise.resolve(en),
  es: async () => (await import('../words/es')).es,
};

class Speech {
  /** The language that is spoken. */
  language: Language = 'en';

  async begin(): Promise<void> {
    const asked = new URLSearchParams(location.search).get('lang');
    // A link in a language speaks it until the tab is closed, and chooses for nobody.
    if (asked) keep(() => sessionStorage, asked);
    const language = languageOf({
      asked,
      kept: kept(() => sessionStorage) ?? kept(() => localStorage),
      served: document.documentElement.lang,
      preferred: navigator.languages,
    });
    try {
      speak(language, await CATALOGUES[language]());
      this.language = language;
    } catch {
      // Its words cannot be loaded: better the first language than a blank page.
    }
    document.documentElement.lang = this.language;
  }

  /** Those one may change to. */
  get others(): readonly (readonly [Language, string])[] {
    const all = Object.entries(LANGUAGES) as [Language, string][];
    return all.filter(([language]) => language !== this.language);
  }

  /** Opens an address of this page in another language, which is then spoken from here on. */
  choose(language: Language, href: string = location.pathname + location.search): void {
    const remembered = keep(() => sessionStorage, language);
    keep(() => localStorage, language);
    const there = speakingOf(href, remembered ? undefined : language);
    if (there === location.pathname + location.search) location.reload();
    else location.replace(there);
  }
}

export const speech = new Speech();

function kept(storage: () => Storage): string | null {
  try {
    return storage().getItem(KEY);
  } catch {
    return null; // Storage may be forbidden; a choice then stands in the address.
  }
}

function keep(storage: () => Storage, language: string): boolean {
  try {
    storage().setItem(KEY, language);
    return true;
  } catch {
    return false; // As above.
  }
}
