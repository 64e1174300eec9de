/** The page's way out: fetch and WebSocket behind the shapes the rest is written against. */
import { bare } from './bare';
import type { GetJson } from './loader';
import { advised, type OpenSocket } from './socket';

/** What the worker writes on an answer that it gives in place of the server's. */
const KEPT_AT = 'X-Kept-At';

export const getJson: GetJson = async <T>(path: string, anew = false) => {
  const response = await fetch(path, {
    headers: { Accept: 'application/json' },
    cache: anew ? 'reload' : 'default',
  });
  const body = response.ok ? bare((await response.json()) as T) : undefined;
  const keptAt = response.headers.get(KEPT_AT);
  return {
    status: response.status,
    body,
    ...(keptAt === null ? {} : { keptAt: Number(keptAt) }),
  };
};

/** The address of a ceremony's live socket, resuming after the cursor. */
export function liveAddress(
  page: { protocol: string; host: string },
  id: string,
  cursor: { epoch: string; version: number } | undefined,
): string {
  const scheme = page.protocol === 'https:' ? 'wss:' : 'ws:';
  const query = cursor ? `?epoch=${encodeURIComponent(cursor.epoch)}&after=${cursor.version}` : '';
  return `${scheme}//${page.host}/api/ceremonies/${id}/live${query}`;
}

export const openSocket =
  (id: string): OpenSocket =>
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
