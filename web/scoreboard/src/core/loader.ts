/** Fills a history with the pages it lacks. */
import type { FramePage } from '../types';
import { backoff } from './socket';
import type { Clock } from './clock';
import type { History } from './history';

export type Got<T> = { readonly status: number; readonly body: T | undefined };

/** Fetches JSON; the body is there only for a 2xx; a failure to reach the server is a rejection. */
export type GetJson = <T>(path: string) => Promise<Got<T>>;

const AT_ONCE = 4;

export interface Loading {
  readonly id: string;
  readonly history: History;
  readonly getJson: GetJson;
  readonly clock: Clock;
  readonly random: () => number;
  /** False once this history is no longer wanted. */
  current(): boolean;
  progressed(): void;
  /** A page was answered with 404: the epoch may be over. */
  gone(): Promise<void>;
}

/** Runs until the history is complete or no longer wanted; failures are tried again. */
export async function fill(loading: Loading): Promise<void> {
  let attempt = 0;
  while (loading.current() && !loading.history.complete) {
    const before = loading.history.missingPages();
    const results = await Promise.allSettled(
      before.slice(0, AT_ONCE).map((page) => fetchPage(loading, page)),
    );
    if (!loading.current()) return;
    loading.progressed();
    if (results.some((result) => result.status === 'fulfilled' && result.value === 404)) {
      await loading.gone();
    }
    const progress = loading.history.missingPages().length < before.length;
    attempt = progress ? 0 : attempt + 1;
    if (!progress) await pause(loading.clock, backoff(attempt, loading.random));
  }
}

async function fetchPage({ id, history, getJson }: Loading, page: number): Promise<number> {
  const path = `/api/ceremonies/${id}/frames/${history.epoch}/${page}`;
  const { status, body } = await getJson<FramePage>(path);
  if (body) history.addPage(body);
  return status;
}

export function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((done) => void clock.after(ms, done));
}
