/** The English words made 40% longer, for the tests that look whether there is room for them. */
import { en, type Words } from '../src/words/en';

const LONGER = 1.4;
/** Marks what comes from the catalogue, and makes it longer. */
const FILL = 'ö';

function stretch(text: string, given: readonly string[]): string {
  return text
    .split(/(\s+)/)
    .map((word) => {
      const letters = word.match(/\p{L}/gu)?.length ?? 0;
      const more = Math.round(letters * LONGER) - letters;
      // Names and numbers are not translated.
      if (letters < 2 || given.some((each) => each.includes(word))) return word;
      const at = word.search(/\p{L}/u) + 1;
      return word.slice(0, at) + FILL.repeat(more) + word.slice(at);
    })
    .join('');
}

function stretched(value: unknown, given: readonly string[] = []): unknown {
  if (typeof value === 'string') return stretch(value, given);
  if (typeof value === 'function') {
    return (...args: unknown[]) =>
      stretched(
        (value as (...args: unknown[]) => unknown)(...args),
        args.flat().filter((each) => typeof each === 'string'),
      );
  }
  if (Array.isArray(value)) return value.map((each) => stretched(each, given));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, stretched(each)]));
}

/** In the place of the second language. */
export const es = stretched(en) as Words;
