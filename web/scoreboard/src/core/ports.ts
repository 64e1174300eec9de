/** The page's way out: fetch, WebSocket and EventSource behind the shapes the rest is written against. */
import { bare } from './bare';
import { wallClock, type Cancel, type Clock } from './clock';
import type { GetJson, Got } from './loader';
import { advised } from './socket';
import type { Cursor, OpenWay } from './ways';

/** What the worker writes on an answer that it gives in place of the server's. */
const KEPT_AT = 'X-Kept-At';
/** What a cache in front writes on an answer that it gives while the server is away. */
const CACHE_STATUS = 'X-Cache-Status';
/** A request on which nothing has come for so many ms is taken for lost. */
export const PATIENCE = 8000;

/** Asks by `ask`, and gives up where nothing comes; `clock` says when. */
export function gettingJson(ask: typeof fetch, clock: Clock): GetJson {
  return async <T>(path: string, anew = false) => {
    const abort = new AbortController();
    let cancel: Cancel = () => undefined;
    const more = (): void => {
      cancel();
      cancel = clock.after(PATIENCE, () => abort.abort());
    };
    more();
    try {
      const response = await ask(path, {
        headers: { Accept: 'application/json' },
        cache: anew ? 'reload' : 'default',
        signal: abort.signal,
      });
      more();
      const { status, headers } = response;
      const body = response.ok ? bare((await jsonOf(response, more)) as T) : undefined;
      return { status, body, ...ageOf(headers), ...retryAfterOf(headers) };
    } finally {
      cancel();
    }
  };
}

export const getJson = gettingJson((...asked) => fetch(...asked), wallClock);

/** Slow lines are no lost ones: each piece gets its time. */
async function jsonOf(response: Response, more: () => void): Promise<unknown> {
  if (!response.body) return response.json();
  const told = new TransformStream<Uint8Array, Uint8Array>({
    transform(piece, on) {
      more();
      on.enqueue(piece);
    },
  });
  return new Response(response.body.pipeThrough(told)).json();
}

/** When the answer was true: of what was kept the moment, else what the server's clock showed. */
function ageOf(headers: Headers): Pick<Got<unknown>, 'keptAt' | 'time' | 'stale'> {
  const keptAt = headers.get(KEPT_AT);
  if (keptAt !== null) return { keptAt: Number(keptAt) };
  if (headers.get(CACHE_STATUS) === 'STALE') return { stale: true };
  const shown = Date.parse(headers.get('Date') ?? '');
  // The header leaves out the milliseconds: on average it is half a second.
  return Number.isNaN(shown) ? {} : { time: new Date(shown + 500).toISOString() };
}

/** How long to wait before asking again, in ms, as an answer tells it. */
export function retryAfterOf(headers: Headers): { retryAfter?: number } {
  const seconds = Number(headers.get('Retry-After') ?? NaN);
  return Number.isFinite(seconds) ? { retryAfter: seconds * 1000 } : {};
}

/** The address of a ceremony's live feed, resuming after the cursor. */
export function liveAddress(
  page: { protocol: string; host: string },
  id: string,
  cursor: Cursor | undefined,
  way: 'socket' | 'stream' = 'socket',
): string {
  const secure = page.protocol === 'https:' ? 's' : '';
  const scheme = way === 'socket' ? `ws${secure}:` : `http${secure}:`;
  const query = cursor ? `?epoch=${encodeURIComponent(cursor.epoch)}&after=${cursor.version}` : '';
  return `${scheme}//${page.host}/api/ceremonies/${id}/live${query}`;
}

export const openSocket =
  (id: string): OpenWay =>
  (cursor, handlers) => {
    const socket = new WebSocket(liveAddress(location, id, cursor));
    socket.onmessage = ({ data }) => handlers.message(String(data));
    // An error is always followed by a close.
    socket.onclose = ({ code, reason }) => handlers.closed(advised(code, reason));
    return () => {
      socket.onmessage = socket.onclose = null;
      socket.close();
    };
  };

/** What of an EventSource is used. */
export type Source = Pick<EventSource, 'readyState' | 'onmessage' | 'onerror' | 'close'>;

const CLOSED = 2;

/**
 * The feed as an event stream. Where it breaks off the browser comes back by itself, once, with the
 * id of what came last and after the pause that the server has named; a second failure ends it.
 */
export const openStream =
  (
    id: string,
    make: (address: string) => Source = (address) => new EventSource(address),
    page: { protocol: string; host: string } = location,
  ): OpenWay =>
  (cursor, handlers) => {
    const source = make(liveAddress(page, id, cursor, 'stream'));
    let spoken = false;
    const close = (): void => {
      source.onmessage = source.onerror = null;
      source.close();
    };
    source.onmessage = ({ data }) => {
      spoken = true;
      handlers.message(String(data));
    };
    source.onerror = () => {
      if (spoken && source.readyState !== CLOSED) {
        spoken = false;
        return;
      }
      close();
      handlers.closed();
    };
    return close;
  };
