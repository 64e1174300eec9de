/** The programme of a ceremony that is scheduled, written as one would send it. */
import { categoryOrder } from '../../core/labels';
import type { Board, CeremonyEvent } from '../../types';
import type { Ask } from '../core/ask';
import type { Programme } from './types';

/**
 * @param events of its programme part, in the order of the log.
 * @param board after them: the start that was set last, the order that was, without what was
 *   withdrawn.
 */
export function programmeOf(id: string, events: readonly CeremonyEvent[], board: Board): Programme {
  const works: Programme['works'] = [];
  const categories = new Map<string, Programme['categories'][number]>();
  let ceremony: Programme['ceremony'] | undefined;
  for (const event of events) {
    if (event.type === 'ceremony-scheduled') {
      const { name, starts_at, venue, hosts } = event;
      ceremony = {
        id,
        name,
        starts_at: board.ceremony.starts_at ?? starts_at,
        ...(venue === undefined ? {} : { venue }),
        ...(hosts === undefined ? {} : { hosts }),
      };
    } else if (event.type === 'work-listed') {
      const { work, title, distributors, imdb } = event;
      works.push({
        id: work,
        title,
        ...(distributors === undefined ? {} : { distributors }),
        ...(imdb === undefined ? {} : { imdb }),
      });
    } else if (event.type === 'category-listed') {
      const { category: key, name, nominees } = event;
      const standing = board.categories[key]?.nominees ?? {};
      const ballot = nominees.filter((nominee) => !standing[nominee.id]?.withdrawn);
      categories.set(key, { key, name, nominees: ballot });
    }
  }
  const order = categoryOrder(board).filter((key) => board.categories[key]?.status !== 'withdrawn');
  return {
    ceremony: ceremony ?? { id, name: '', starts_at: '' },
    works,
    categories: order.flatMap((key) => categories.get(key) ?? []),
  };
}

const PAGE = 500;

/** Rejects where it cannot be read. */
export async function existing(ask: Ask, id: string): Promise<Programme> {
  const root = `/api/ceremonies/${id}`;
  const read = async <T>(path: string): Promise<T> => {
    const { status, body } = await ask({ method: 'GET', path: `${root}${path}` });
    if (status !== 200) throw new Error(`${path} answers ${status}`);
    return body as T;
  };
  const { start, phase } = await read<{ start: number; phase: string }>('');
  // Once the night has begun, `start` is the event that began it.
  const last = phase === 'scheduled' ? start : start - 1;
  const events: CeremonyEvent[] = [];
  for (let after = 0; after < last; after += PAGE) {
    const limit = Math.min(PAGE, last - after);
    const part = await read<{ events: { event: CeremonyEvent }[] }>(
      `/events?after=${after}&limit=${limit}`,
    );
    events.push(...part.events.map(({ event }) => event));
  }
  return programmeOf(id, events, await read<Board>(`/board?at=${last}`));
}

/** As a person would want to edit it: one nominee a line. */
export function written(programme: Programme): string {
  const line = (value: unknown): string => JSON.stringify(value);
  const list = (items: readonly unknown[], indent: string): string =>
    items.length === 0
      ? '[]'
      : `[\n${items.map((each) => indent + line(each)).join(',\n')}\n${indent.slice(2)}]`;
  const ceremony = JSON.stringify(programme.ceremony, undefined, 2).replaceAll('\n', '\n  ');
  const categories = programme.categories.map(
    ({ key, name, nominees }) =>
      `    {\n      "key": ${line(key)},\n      "name": ${line(name)},\n` +
      `      "nominees": ${list(nominees, '        ')}\n    }`,
  );
  return (
    `{\n  "ceremony": ${ceremony},\n  "works": ${list(programme.works, '    ')},\n` +
    `  "categories": [\n${categories.join(',\n')}\n  ]\n}\n`
  );
}
