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
  /** It was kept by a cache in front of a server that is away, nobody says since when. */
  readonly stale?: boolean;
  /** What the server's clock showed, as RFC 3339. */
  readonly time?: string;
  /** How long the server wants to be left alone, in ms. */
  readonly retryAfter?: number;
}

/** Whether an answer does not tell what is true now. */
export function wasKept({ stale, keptAt }: Got<unknown>): boolean {
  return stale === true || keptAt !== undefined;
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
    const answers = results.flatMap((result) =>
      result.status === 'fulfilled' ? result.value : [],
    );
    if (answers.some(({ status }) => status === 404)) await loading.gone();
    const progress = history.missingPages().length < before.length;
    attempt = progress ? 0 : attempt + 1;
    const advised = Math.max(...answers.map(({ retryAfter = 0 }) => retryAfter), 0);
    if (!progress) await pause(clock, Math.max(backoff(attempt, random), advised));
  }
}

/** @param wrong the pages that were not what was asked for; they are asked for anew. */
async function fetchPage(
  loading: Loading,
  page: number,
  wrong: Set<number>,
): Promise<Got<FramePage>> {
  const { id, history, getJson } = loading;
  const path = `/api/ceremonies/${id}/frames/${history.epoch}/${page}`;
  const got = await getJson<FramePage>(path, loading.anew || wrong.has(page));
  const { body } = got;
  if (body && history.fits(body, page)) history.addPage(body);
  else if (body) wrong.add(page);
  return got;
}

export function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((done) => void clock.after(ms, done));
}
