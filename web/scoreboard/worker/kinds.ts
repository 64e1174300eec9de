/** What the worker looks after: everything else goes its way as if there were none. */

/** A file that never changes, a page, or what a page is filled with. */
export type Kind = 'asset' | 'page' | 'data';

/** What of a request tells which kind it is. */
export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly mode: string;
  readonly cache: string;
  readonly headers: { has(name: string): boolean; get(name: string): string | null };
}

const ASSET = /^\/static\/assets\/[^/]+$/;
const DATA = /^\/api\/ceremonies(\/[a-z0-9-]+(\/(board|frames\/[\w-]+\/\d+))?)?$/;
const PAGE =
  /^\/(?!(api|assets|console|healthz|metrics|og|readyz|schema|static)(\/|$))[a-z0-9-]*(\/[a-z0-9-]+){0,2}\/?$/;

/** Undefined for what is no business of the worker's; `origin` is its own. */
export function kindOf(asked: Asked, origin: string): Kind | undefined {
  const { url, method, mode, cache, headers } = asked;
  const { origin: theirs, pathname } = new URL(url);
  if (method !== 'GET' || theirs !== origin || headers.has('Authorization')) return undefined;
  // Who wants it anew, or as a stream, wants nothing that is kept.
  if (cache === 'reload' || cache === 'no-store') return undefined;
  if (headers.get('Accept')?.includes('text/event-stream')) return undefined;
  if (mode === 'navigate') return PAGE.test(pathname) ? 'page' : undefined;
  if (ASSET.test(pathname)) return 'asset';
  return DATA.test(pathname) ? 'data' : undefined;
}

/** The page that stands in for one that was never opened: it is the same shell. */
export function standIn(url: string): string | undefined {
  return boardInstead(url) === undefined ? '/' : undefined;
}

/** Where to send who wants a page that the server writes as a whole: the board tells the same. */
export function boardInstead(url: string): string | undefined {
  const { pathname, search } = new URL(url);
  const night = /^(\/[a-z0-9-]+)\/winners\/?$/.exec(pathname)?.[1];
  return night === undefined ? undefined : night + search;
}

/** Whether an open page is of the night at this path. */
export function isOfNight(url: string, path: string): boolean {
  const { pathname } = new URL(url);
  return pathname === path || pathname.startsWith(`${path}/`);
}
