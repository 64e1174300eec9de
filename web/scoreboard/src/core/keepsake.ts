/** What a page needs that opens without a connection, as the server would answer it. */
import type { FramePage, Head } from '../types';
import type { History } from './history';

export interface Keepsake {
  readonly epoch: string;
  /** How far it goes. */
  readonly version: number;
  /** When it was known to be up to date, in Unix ms. */
  readonly at: number;
  /** JSON by path. */
  readonly documents: readonly (readonly [path: string, body: string])[];
}

/**
 * @param before what is kept already: pages that are whole in it are left out.
 * @returns undefined until there is a board.
 */
export function keepsakeOf(
  head: Head,
  history: History,
  at: number,
  before: Pick<Keepsake, 'epoch' | 'version'> | undefined,
): Keepsake | undefined {
  const { epoch, head: version } = history;
  const board = history.board(version);
  if (version === 0 || !board) return undefined;
  const known = before?.epoch === epoch ? before.version : 0;
  const root = `/api/ceremonies/${head.id}`;
  const documents: [string, string][] = [
    [root, JSON.stringify({ ...head, epoch, version, phase: board.phase } satisfies Head)],
  ];
  const last = history.pageOf(version);
  for (let page = history.pageOf(known + 1); page <= last; page += 1) {
    const body = pageOf(history, page, head.page_size);
    if (body) documents.push([`${root}/frames/${epoch}/${page}`, JSON.stringify(body)]);
  }
  return { epoch, version, at, documents };
}

/** Undefined where something of it is not here. */
function pageOf(history: History, page: number, size: number): FramePage | undefined {
  const opening = page * size;
  const board = history.board(opening);
  const frames = history.frames(opening + size).filter(({ version }) => version > opening);
  if (!board || frames.length < Math.min(size, history.head - opening)) return undefined;
  return { epoch: history.epoch, page, keyframe: { version: opening, board }, frames };
}
