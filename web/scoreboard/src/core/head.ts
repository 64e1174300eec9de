/** Reads a ceremony's head, again and again until it is there or known to be nowhere. */
import type { Head } from '../types';
import type { Clock } from './clock';
import { pause, type GetJson, type Got } from './loader';
import { backoff } from './socket';

export interface HeadListener {
  /** @returns false where what is known is newer: it is then read again, past every cache. */
  read(head: Head, got: Got<Head>): boolean;
  /** @returns whether that is believed. */
  missing(): boolean;
  failed(): void;
}

export class HeadReader {
  readonly #path: string;
  readonly #ports: {
    readonly getJson: GetJson;
    readonly clock: Clock;
    readonly random: () => number;
  };
  readonly #listener: HeadListener;
  #reading: Promise<Head | undefined> | undefined;
  #asked = 0;
  #stopped = false;

  constructor(
    id: string,
    ports: { readonly getJson: GetJson; readonly clock: Clock; readonly random: () => number },
    listener: HeadListener,
  ) {
    this.#path = `/api/ceremonies/${id}`;
    this.#ports = ports;
    this.#listener = listener;
  }

  stop(): void {
    this.#stopped = true;
  }

  /**
   * All who ask meanwhile wait for one answer, to a question that was put after the last of them
   * asked. Undefined where there is no such ceremony, or nobody wants to know any more.
   */
  read(): Promise<Head | undefined> {
    this.#asked += 1;
    this.#reading ??= this.#read().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  async #read(): Promise<Head | undefined> {
    const { getJson, clock, random } = this.#ports;
    let attempt = 0;
    let anew = false;
    while (!this.#stopped) {
      const asked = this.#asked;
      let advised = 0;
      try {
        const got: Got<Head> = await getJson<Head>(this.#path, anew);
        if (this.#stopped) return undefined;
        if (asked !== this.#asked) continue;
        const { status, body, retryAfter = 0 } = got;
        if (body && this.#listener.read(body, got)) return body;
        if (status === 404 && this.#listener.missing()) return undefined;
        anew = body !== undefined;
        advised = retryAfter;
      } catch {
        // Out of reach: it is tried again.
      }
      this.#listener.failed();
      await pause(clock, Math.max(backoff(attempt, random), advised));
      attempt += 1;
    }
    return undefined;
  }
}
