import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'svelte/compiler';
import ts from 'typescript';
import { afterEach, describe, expect, it } from 'vitest';
import * as format from '../src/core/format';
import { languageOf, LANGUAGES, speakingOf, type Wishes } from '../src/core/language';
import { categoryName } from '../src/core/labels';
import { speak, words } from '../src/core/words';
import { en as consoleEn } from '../src/words/console.en';
import { es as consoleEs } from '../src/words/console.es';
import { en } from '../src/words/en';
import { es } from '../src/words/es';
import type { Board } from '../src/types';
import { smallNight } from './support';

const SOURCE = join(import.meta.dirname, '..', 'src');

/** What is written the same in both languages, and rightly so. */
const SHARED = new Set(['h', 'min', 's', 'F', 'S', 'Esc', 'J / K, ↓ / ↑', ...'PRCUTM']);

afterEach(() => speak('en', en));

describe('the language', () => {
  const nobody: Wishes = { asked: null, kept: null, served: 'en', preferred: [] };

  it.each([
    ['English for who wishes nothing', {}, 'en'],
    ['what the address asks for', { asked: 'es', kept: 'en', preferred: ['en'] }, 'es'],
    ['what was chosen before', { kept: 'es', preferred: ['en-GB'] }, 'es'],
    ['what the server has written', { served: 'es', preferred: ['en-GB'] }, 'es'],
    ['the first that the browser prefers and the page knows', { preferred: ['de', 'es'] }, 'es'],
    ['a language for its regions', { preferred: ['es-MX', 'en'] }, 'es'],
    ['no language that the page does not know', { asked: 'xx', kept: 'tlh' }, 'en'],
    ['English, chosen against a Spanish browser', { kept: 'en', preferred: ['es'] }, 'en'],
  ] as const)('is %s', (_, wishes, language) => {
    expect(languageOf({ ...nobody, ...wishes })).toBe(language);
  });

  it('is taken out of an address, or put in, and the rest stays', () => {
    expect(speakingOf('/night?at=9&lang=es')).toBe('/night?at=9');
    expect(speakingOf('/night?lang=es')).toBe('/night');
    expect(speakingOf('/night?language&replay')).toBe('/night?language&replay');
    expect(speakingOf('/night?lang=es&at=9', 'en')).toBe('/night?at=9&lang=en');
  });

  it('has a name in itself for every catalogue', () => {
    expect(Object.keys(LANGUAGES)).toEqual(['en', 'es']);
  });
});

describe.each([
  ['page', '', en, es],
  ['console', 'console.', consoleEn, consoleEs],
])('the catalogues of the %s', (_, of, inEnglish, inSpanish) => {
  const [english, spanish] = [sentences('en', of), sentences('es', of)];

  it('have words for the same things', () => {
    expect(shapeOf(inSpanish)).toEqual(shapeOf(inEnglish));
    expect([...spanish.keys()].sort()).toEqual([...english.keys()].sort());
  });

  it('leave nothing untranslated', () => {
    const same = [...english].flatMap(([path, texts]) =>
      texts
        .map((text) => text.trim())
        .filter((text) => /\p{L}/u.test(text) && !SHARED.has(text))
        .filter((text) => spanish.get(path)?.some((other) => other.trim() === text))
        .map((text) => `${path}: ${text}`),
    );
    expect(same).toEqual([]);
  });
});

describe('every sentence of the page', () => {
  it('is read when something is drawn, since a language may be chosen until then', () => {
    const early = sources('.ts').filter(([name, text]) => readsWordsAtOnce(name, text));
    expect(early.map(([name]) => name)).toEqual([]);
    expect(readsWordsAtOnce('early.ts', 'const site = words.site;')).toBe(true);
    expect(readsWordsAtOnce('late.ts', 'const site = () => words.site;')).toBe(false);
  });

  it('comes from the catalogue', () => {
    const written = sources('.svelte').flatMap(([name, text]) =>
      textsOf(parse(text, { modern: true }).fragment).map((found) => `${name}: ${found}`),
    );
    expect(written).toEqual([]);
  });

  it('would be found if it did not', () => {
    const markup = `<p title="Over there">{done ? 'Not yet' : w.done} <b class="Big Red">here</b></p>`;
    expect(textsOf(parse(markup, { modern: true }).fragment)).toEqual([
      'Over there',
      'Not yet',
      'here',
    ]);
  });
});

describe('in Spanish', () => {
  const story = smallNight();

  it('numbers, lists and days are Spanish', () => {
    speak('es', es);
    expect(format.list(['Anora', 'Flow', 'Wicked'])).toBe('Anora, Flow y Wicked');
    expect(format.number(1234567.5)).toBe('1.234.567,5');
    expect(format.day('2025-03-02T12:00:00Z')).toBe('domingo, 2 de marzo de 2025');
    expect(format.moment('2025-03-02T12:00:00Z')).toMatch(/^Domingo, 2 de marzo de 2025, \d\d:00$/);
    expect(['Ñandú', 'Oda', 'Nube'].sort(format.alphabetical)).toEqual(['Nube', 'Ñandú', 'Oda']);
    speak('en', en);
    expect(format.list(['Anora', 'Flow', 'Wicked'])).toBe('Anora, Flow and Wicked');
    expect(format.day('2025-03-02T12:00:00Z')).toBe('Sunday, 2 March 2025');
    expect(format.zone('2025-03-02T12:00:00Z', 'short', 'America/Los_Angeles')).toBe('PST');
  });

  it('a night in which the clock changes tells of both zones, and each time of its own', () => {
    speak('en', en);
    let zone = 'Europe/London';
    format.tellTimesIn(() => zone);
    // At 01:00 UTC of that day the clock went from 02:00 back to 01:00.
    const times = ['2025-10-26T01:30:00Z', '2025-10-26T00:30:00Z', '2025-10-25T20:00:00Z'];
    expect(format.zonesAmong(times, 'short')).toBe('GMT+1 / GMT');
    expect(times.map(format.clockAmong(times))).toEqual([
      '01:30 GMT',
      '01:30 GMT+1',
      '21:00 GMT+1',
    ]);
    const before = times.slice(1);
    expect(format.zonesAmong(before, 'short')).toBe('GMT+1');
    expect(before.map(format.clockAmong(before))).toEqual(['01:30', '21:00']);
    zone = 'America/Los_Angeles';
    expect(format.zonesAmong(['2025-11-02T08:30:00Z', '2025-11-02T10:30:00Z'], 'short')).toBe(
      'PDT / PST',
    );
    format.tellTimesIn(() => undefined);
  });

  it('one and many differ', () => {
    speak('es', es);
    expect([1, 2].map(words.board.nominations)).toEqual(['1 nominación', '2 nominaciones']);
    expect(words.hero.leads(['Anora'], 1, false, 'works')).toBe('Anora va en cabeza, con 1 premio');
    expect(words.hero.leads(['Anora', 'Flow'], 2, true, 'works')).toBe(
      'Anora y Flow fueron las más premiadas, con 2 premios cada una',
    );
  });

  it('a thing has the same name wherever it is told', () => {
    speak('es', es);
    expect(words.categories.nominees(5)).toBe(words.board.nominations(5));
    expect(words.milestones.sweep).toContain('nominaciones');
    expect(words.feed.title.toLowerCase()).toContain(words.tabs.feed.split(' ').at(-1));
  });

  it('one o’clock is one, and the other hours are many', () => {
    speak('es', es);
    expect(words.pill.stale('01:04:12')).toBe('Reconectando, datos de la 01:04:12');
    expect(words.pill.stale('21:04:12')).toBe('Reconectando, datos de las 21:04:12');
  });

  it('categories have the names by which they are known there', () => {
    const night = story.boards[3] as Board;
    speak('es', es);
    expect(categoryName(night, 'picture')).toBe('Mejor película');
    expect(categoryName(night, 'best-picture')).toBe('best-picture');
  });

  it('a category with a name of its own keeps it, whatever its key is', () => {
    const night = structuredClone(story.boards[3] as Board);
    const line = night.categories.picture!;
    night.categories = { 'best-picture': { ...line, name: 'Photograph of the Village' } };
    speak('es', es);
    expect(categoryName(night, 'best-picture')).toBe('Photograph of the Village');
    night.categories = { constructor: { ...line, name: 'constructor' } };
    expect(categoryName(night, 'constructor')).toBe('constructor');
  });
});

/** The files of the page, except for its words and what is generated. */
function sources(suffix: string): [string, string][] {
  return readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(suffix) && !name.startsWith('words') && name !== 'api.ts')
    .map((name) => [name, readFileSync(join(SOURCE, name), 'utf8')]);
}

/** What each entry of a catalogue is, by its path; a function counts as one, however it is made. */
function shapeOf(catalogue: object, path = ''): string[] {
  return Object.entries(catalogue)
    .flatMap(([key, value]: [string, unknown]) => {
      if (key === 'categoryNames') return [];
      const here = `${path}.${key}`;
      return typeof value === 'object' && value
        ? shapeOf(value, here)
        : [`${here}: ${typeof value}`];
    })
    .sort();
}

/** The texts of a catalogue's sources, by the path of the entry in which they stand. */
function sentences(language: string, of: string): Map<string, string[]> {
  const words = join(SOURCE, 'words');
  const parts = join(words, of.replace('.', '/'), language);
  const files = readdirSync(parts).map((name) => join(parts, name));
  const found = new Map<string, string[]>();
  const walk = (node: ts.Node, path: string): void => {
    const inner = ts.isAsExpression(node) ? node.expression : node;
    if (ts.isObjectLiteralExpression(inner)) {
      for (const property of inner.properties) {
        const here = `${path}.${property.name?.getText().replaceAll("'", '') ?? ''}`;
        if (ts.isPropertyAssignment(property)) walk(property.initializer, here);
      }
    } else {
      found.set(path, textsIn(inner));
    }
  };
  for (const file of [join(words, `${of}${language}.ts`), ...files]) {
    const text = readFileSync(file, 'utf8');
    ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true).forEachChild((node) => {
      if (!ts.isVariableStatement(node)) return;
      for (const { initializer } of node.declarationList.declarations) {
        if (initializer && ts.isObjectLiteralExpression(initializer)) walk(initializer, '');
      }
    });
  }
  return found;
}

function textsIn(node: ts.Node): string[] {
  if (ts.isStringLiteral(node) || ts.isTemplateLiteralToken(node)) return [node.text];
  const texts: string[] = [];
  node.forEachChild((child) => void texts.push(...textsIn(child)));
  return texts;
}

function readsWordsAtOnce(name: string, text: string): boolean {
  const source = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
  const reads = (node: ts.Node): boolean => {
    if (ts.isFunctionLike(node) || ts.isImportDeclaration(node)) return false;
    if (ts.isPropertyAccessExpression(node) && node.expression.getText() === 'words') return true;
    return ts.forEachChild(node, reads) ?? false;
  };
  return reads(source);
}

interface MarkupNode {
  readonly type?: string;
  readonly name?: string;
  readonly data?: string;
  readonly value?: unknown;
}

const SAID = /^(aria-(label|description|valuetext|roledescription)|alt|title|placeholder|label)$/;

/** What is said in markup itself: texts, attributes that are read out, and literals among them. */
function textsOf(part: unknown, said = true): string[] {
  if (Array.isArray(part)) return part.flatMap((each) => textsOf(each, said));
  if (typeof part !== 'object' || part === null) return [];
  const node = part as MarkupNode;
  if (node.type === 'Text' || node.type === 'Literal') {
    const text = String(node.data ?? node.value).trim();
    const spoken = node.type === 'Text' ? /\p{L}{2}/u : /^\p{Lu}\p{Ll}|\p{L} \p{L}/u;
    return said && spoken.test(text) ? [text] : [];
  }
  // Of a block or a call only what is drawn is said, not what is compared, keyed or looked up.
  const silent =
    node.type?.endsWith('Directive') || (node.type === 'Attribute' && !SAID.test(node.name ?? ''));
  const skipped = ['metadata', 'name_loc', 'loc', 'key', 'test', 'discriminant', 'arguments'];
  const children = Object.entries(node).filter(([key]) => !skipped.includes(key));
  return children.flatMap(([, child]) => textsOf(child, said && !silent));
}
