/** Which of the page's languages to speak. */

/** By tag, each with its name in itself. */
export const LANGUAGES = { en: 'English', es: 'Español' } as const;

export type Language = keyof typeof LANGUAGES;

/** What speaks for a language, the strongest first; tags such as "es-MX", or anything at all. */
export interface Wishes {
  /** `?lang=` of the address. */
  readonly asked: string | null;
  /** What was asked for or chosen before. */
  readonly kept: string | null;
  /** The language in which the server wrote the page. */
  readonly served: string;
  readonly preferred: readonly string[];
}

const FIRST: Language = 'en';

export function languageOf({ asked, kept, served, preferred }: Wishes): Language {
  // Every page is English by default: that says nothing about who reads it.
  const written = spoken(served) === FIRST ? undefined : served;
  for (const tag of [asked, kept, written, ...preferred]) {
    const language = tag ? spoken(tag) : undefined;
    if (language) return language;
  }
  return FIRST;
}

/** The address with no word about the language, which would outvote a choice; or with this one. */
export function speakingOf(href: string, language?: Language): string {
  const [path = '', query = ''] = href.split('?');
  const rest = query.split('&').filter((part) => part && !/^lang(=|$)/.test(part));
  const parts = language ? [...rest, `lang=${language}`] : rest;
  return parts.length > 0 ? `${path}?${parts.join('&')}` : path;
}

function spoken(tag: string): Language | undefined {
  const [language] = tag.toLowerCase().split(/[-_]/);
  return (Object.keys(LANGUAGES) as Language[]).find((each) => each === language);
}
