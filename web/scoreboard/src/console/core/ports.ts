/** The desk's way out: fetch with the token in a header, never in an address. */
import { parseBare } from '../../core/bare';
import type { Answer, Ask, Question } from './ask';
import { EventStreamParser } from './sse';
import type { OpenStream } from './watch';

/** A question that is not answered in so many ms is taken for lost. */
const PATIENCE = 8000;

/** @param token asked for each time, so that who signs in anew goes on at once. */
export function asking(token: () => string | undefined): Ask {
  return async ({ method, path, body, text: plain, headers }: Question): Promise<Answer> => {
    const response = await fetch(path, {
      method,
      headers: {
        Accept: 'application/json',
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...bearer(token()),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(plain === undefined ? {} : { body: plain }),
      cache: 'no-store',
      signal: AbortSignal.timeout(PATIENCE),
    });
    const text = await response.text();
    const etag = response.headers.get('ETag');
    return {
      status: response.status,
      body: jsonOf(text),
      ...(etag === null ? {} : { etag }),
      ...retryAfterOf(response),
    };
  };
}

export function streaming(path: string, token: () => string | undefined): OpenStream {
  return ({ message, closed }) => {
    const abort = new AbortController();
    const read = async (): Promise<void> => {
      const response = await fetch(path, {
        headers: { Accept: 'text/event-stream', ...bearer(token()) },
        cache: 'no-store',
        signal: abort.signal,
      });
      if (!response.ok || !response.body) {
        await response.body?.cancel();
        closed(response.status, retryAfterOf(response).retryAfter);
        return;
      }
      const parser = new EventStreamParser();
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { value, done } = await reader.read();
        if (done) break;
        parser.push(value).forEach(message);
      }
      closed();
    };
    read().catch(() => closed());
    return () => abort.abort();
  };
}

function bearer(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { Authorization: `Bearer ${token}` };
}

function retryAfterOf({ headers }: Response): { retryAfter?: number } {
  const seconds = Number(headers.get('Retry-After') ?? NaN);
  return Number.isFinite(seconds) ? { retryAfter: seconds * 1000 } : {};
}

function jsonOf(text: string): unknown {
  try {
    return parseBare(text);
  } catch {
    return undefined; // A proxy's page, or nothing at all.
  }
}
