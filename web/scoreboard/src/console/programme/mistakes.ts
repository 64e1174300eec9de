/** What the server says is wrong with a programme, and where in the text that stands. */
import type { Answer } from '../core/ask';
import { lineOf, lineOfByte, placesIn } from './locator';
import { FACTS, formatOf, type Fact } from './types';

export interface Mistake {
  /** The server's sentence. */
  readonly detail: string;
  readonly line?: number;
  /** What of the ceremony's facts, where it stands among them. */
  readonly fact?: Fact;
  /** The column of a table, or the last part of a path. */
  readonly part?: string;
}

interface Told {
  readonly place?: string;
  /** Counted from 1: the ceremony, its works, its categories. */
  readonly event?: number;
  readonly detail: string;
}

/** Each of them, in the order of the text; one for the whole of it where the server names none. */
export function mistakesOf(answer: Answer, text: string): readonly Mistake[] {
  const problem = answer.body as { detail?: string; errors?: readonly Told[] } | undefined;
  const detail = problem?.detail ?? `HTTP ${answer.status}`;
  const told = problem?.errors?.length ? problem.errors : [{ detail }];
  const found =
    formatOf(text) === 'json' ? inJson(told, text) : told.map((each) => inTable(each, text));
  return [...found].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
}

function inTable({ place = '', detail }: Told, text: string): Mistake {
  const fact = FACTS.find((each) => place === `query, \`${each}\``) ?? missing(place, detail);
  const line = /^line (\d+)/.exec(place)?.[1];
  const part = /^line \d+, (?:column )?(?:its [a-z]+, )?`?([a-z_]+)`?$/.exec(place)?.[1];
  return {
    detail,
    ...(fact === undefined ? {} : { fact }),
    ...(line === undefined ? {} : { line: Math.min(Number(line), text.split('\n').length) }),
    ...(part === undefined ? {} : { part }),
  };
}

/** Of a fact that is not given the sentence alone says which. */
function missing(place: string, detail: string): Fact | undefined {
  return place === 'query' ? FACTS.find((each) => detail.includes(`\`${each}\``)) : undefined;
}

function inJson(told: readonly Told[], text: string): readonly Mistake[] {
  const places = placesIn(text);
  const shape = shapeOf(text);
  return told.map(({ place, event, detail }) => {
    const path = place ?? (event === undefined ? undefined : pathOf(event, detail, shape));
    const byte = /\(byte (\d+)\)/.exec(detail)?.[1];
    const line =
      path !== undefined
        ? lineOf(text, path, places)
        : byte === undefined
          ? undefined
          : lineOfByte(text, Number(byte));
    const part = /\.([A-Za-z_]+)$/.exec(place ?? '')?.[1];
    return {
      detail,
      ...(line === undefined ? {} : { line }),
      ...(part === undefined ? {} : { part }),
    };
  });
}

interface Shape {
  readonly works: number;
  /** By category: the ids of its nominees. */
  readonly ballots: readonly (readonly string[])[];
}

/** What an event of a programme was made of, and in a category the nominee that is named. */
function pathOf(event: number, detail: string, { works, ballots }: Shape): string {
  if (event === 1) return '$.ceremony';
  if (event <= works + 1) return `$.works[${event - 2}].id`;
  const category = event - 2 - works;
  const named = [...detail.matchAll(/'([^']+)'/g)].map(([, id]) => id);
  const nominee = ballots[category]?.findIndex((id) => named.includes(id)) ?? -1;
  const path = `$.categories[${category}]`;
  return nominee < 0 ? `${path}.key` : `${path}.nominees[${nominee}].id`;
}

function shapeOf(text: string): Shape {
  try {
    const given = JSON.parse(text.replace(/^\uFEFF/, '')) as {
      works: readonly unknown[];
      categories: readonly { nominees: readonly { id: string }[] }[];
    };
    const ballots = given.categories.map(({ nominees }) => nominees.map(({ id }) => id));
    return { works: given.works.length, ballots };
  } catch {
    return { works: 0, ballots: [] }; // Then nothing has been held against the rules either.
  }
}
