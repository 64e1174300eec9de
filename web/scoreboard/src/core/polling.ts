/** The live feed where nothing can be kept open: the head and the pages, asked for again and again. */
import type { FramePage, Head, LiveMessage } from '../types';
import type { Clock } from './clock';
import { wasKept, type GetJson } from './loader';
import type { Cursor, OpenWay, WayHandlers } from './ways';

/** How often to ask, in ms: the answers may be kept for a second by a cache in front. */
export const LOOK_EVERY = 3000;
/** Nobody looks at the page, and yet it must not take itself for old. */
export const LOOK_SELDOM = 15_000;
/** Further behind than so many pages, it begins with the newest page's board. */
const MOST_PAGES = 4;
/** A cache may answer with what was before: so many heads in a row that know less are believed. */
const BELIEVED = 3;

export interface PollingPorts {
  readonly getJson: GetJson;
  readonly clock: Clock;
  readonly random: () => number;
  /** Whether anybody may be looking. */
  readonly seen: () => boolean;
  /** Whether no cache is to be trusted. */
  readonly anew: () => boolean;
}

/** Says what a socket would say. An answer that is no news of the server's ends it. */
export function polling(id: string, ports: PollingPorts): OpenWay {
  return (cursor, handlers) => {
    const poll = new Poll(id, ports, cursor, handlers);
    poll.look();
    return () => poll.stop();
  };
}

class Poll {
  readonly #path: string;
  readonly #ports: PollingPorts;
  readonly #handlers: WayHandlers;
  #at: Cursor | undefined;
  #greeted: string | undefined;
  #caughtUp = false;
  #behind = 0;
  #stopped = false;
  #cancel: (() => void) | undefined;

  constructor(id: string, ports: PollingPorts, cursor: Cursor | undefined, handlers: WayHandlers) {
    this.#path = `/api/ceremonies/${id}`;
    this.#ports = ports;
    this.#at = cursor;
    this.#handlers = handlers;
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  look(): void {
    this.#look().then(
      (retryIn) => (retryIn === undefined ? this.#again() : this.#end(retryIn)),
      () => this.#end(0),
    );
  }

  #again(): void {
    if (this.#stopped) return;
    const { clock, random, seen } = this.#ports;
    const every = seen() ? LOOK_EVERY : LOOK_SELDOM;
    this.#cancel = clock.after(every * (0.9 + random() / 5), () => this.look());
  }

  #end(retryIn: number): void {
    if (this.#stopped) return;
    this.stop();
    this.#handlers.closed(retryIn > 0 ? retryIn : undefined);
  }

  /** @returns undefined where the server answered, else how long to wait at least, in ms. */
  async #look(): Promise<number | undefined> {
    const got = await this.#ports.getJson<Head>(this.#path, this.#ports.anew());
    const { body: head, time = '', retryAfter = 0 } = got;
    if (this.#stopped) return undefined;
    if (!head || wasKept(got)) return retryAfter;
    const { epoch, version } = head;
    const ceremony = head.id;
    if (this.#at?.epoch === epoch && version < this.#at.version) {
      this.#behind += 1;
      if (this.#behind < BELIEVED) return undefined;
      this.#greeted = undefined;
    } else this.#behind = 0;
    if (this.#greeted !== epoch) {
      this.#say({ type: 'hello', ceremony, epoch, version, server_time: time });
      this.#greeted = epoch;
      this.#caughtUp = false;
      if (this.#at?.epoch !== epoch) this.#at = undefined;
    }
    if (!(await this.#catchUp(head)) || this.#at === undefined) return undefined;
    const at = this.#at.version;
    if (!this.#caughtUp) this.#say({ type: 'caught-up', version: at });
    else this.#say({ type: 'heartbeat', version: at, server_time: time });
    this.#caughtUp = true;
    return undefined;
  }

  /** @returns whether everything has been told that the head knows of: caches may lag behind it. */
  async #catchUp({ epoch, version, page_size: size }: Head): Promise<boolean> {
    const newest = pageOf(version, size);
    if (this.#at && this.#at.version > version) return false;
    for (;;) {
      const from: number | undefined = this.#at && pageOf(this.#at.version + 1, size);
      const far = from === undefined || newest - from >= MOST_PAGES;
      if (!far && this.#at && this.#at.version >= version) return true;
      const got = await this.#ports.getJson<FramePage>(
        `${this.#path}/frames/${epoch}/${far ? newest : from}`,
        this.#ports.anew(),
      );
      const { body: page } = got;
      if (this.#stopped || page?.epoch !== epoch || wasKept(got)) return false;
      const before = this.#at?.version;
      if (far) {
        this.#say({ type: 'keyframe', ...page.keyframe });
        this.#at = { epoch, version: page.keyframe.version };
      }
      for (const frame of page.frames) {
        if (this.#at && frame.version !== this.#at.version + 1) continue;
        this.#say({ type: 'frame', ...frame });
        this.#at = { epoch, version: frame.version };
      }
      if (this.#at?.version === before) return false;
    }
  }

  #say(message: LiveMessage): void {
    this.#handlers.message(JSON.stringify(message));
  }
}

function pageOf(version: number, size: number): number {
  return Math.floor(Math.max(version - 1, 0) / size);
}
