/** Fills a history with the pages it lacks. */
import type { FramePage } from '../types';
import { backoff } from './socket';
import type { Clock } from './clock';
import type { History } from './history';

export interface Got<T> {
  readonly status: number;
  readonly body: T | undefined;
  /** When it was true, in Unix ms, if it does not come from the server but was kept. */
  readonly keptAt?: number;
}

/**
 * Fetches JSON; the body is there only for a 2xx; a failure to reach the server is a rejection.
 * What is asked for `anew` comes from the server, whatever a cache holds.
 */
export type GetJson = <T>(path: string, anew?: boolean) => Promise<Got<T>>;

const AT_ONCE = 4;

export interface Loading {
  readonly id: string;
  readonly history: History;
  readonly getJson: GetJson;
  readonly clock: Clock;
  readonly random: () => number;
  /** No cache is to be trusted. */
  readonly anew?: boolean;
  /** False once this history is no longer wanted. */
  current(): boolean;
  progressed(): void;
  /** A page was answered with 404: the epoch may be over. */
  gone(): Promise<void>;
}

/** Runs until the history is complete or no longer wanted; failures are tried again. */
export async function fill(loading: Loading): Promise<void> {
  const { history, clock, random } = loading;
  const wrong = new Set<number>();
  let attempt = 0;
  while (loading.current() && !history.complete) {
    const before = history.missingPages();
    const results = await Promise.allSettled(
      before.slice(0, AT_ONCE).map((page) => fetchPage(loading, page, wrong)),
    );
    if (!loading.current()) return;
    loading.progressed();
    if (results.some((result) => result.status === 'fulfilled' && result.value === 404)) {
      await loading.gone();
    }
    const progress = history.missingPages().length < before.length;
    attempt = progress ? 0 : attempt + 1;
    if (!progress) await pause(clock, backoff(attempt, random));
  }
}

/** @param wrong the pages that were not what was asked for; they are asked for anew. */
async function fetchPage(loading: Loading, page: number, wrong: Set<number>): Promise<number> {
  const { id, history, getJson } = loading;
  const path = `/api/ceremonies/${id}/frames/${history.epoch}/${page}`;
  const { status, body } = await getJson<FramePage>(path, loading.anew || wrong.has(page));
  if (body && history.fits(body, page)) history.addPage(body);
  else if (body) wrong.add(page);
  return status;
}

export function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((done) => void clock.after(ms, done));
}
