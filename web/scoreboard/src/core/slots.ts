/**
 * How many connections all tabs of one browser keep open together. Over HTTP/1.1 a browser has six
 * for a server: a page that finds them all held by event streams can post and load nothing.
 */
import type { Clock } from './clock';

/** A question for a slot, or what a tab holds and is itself asking for, in answer to one. */
export type SlotMessage =
  | { readonly ask: string }
  | { readonly answer: string; readonly held: number; readonly asking: readonly string[] };

export interface Channel {
  post(message: SlotMessage): void;
  /** To be called once. */
  listen(heard: (message: SlotMessage) => void): void;
}

/** Of the six; the others are for pages and posts. */
export const MOST = 3;
/** How long the other tabs have to say what they hold, in ms. */
export const ANSWERED_IN = 150;

export class Slots {
  readonly #channel: () => Channel | undefined;
  readonly #clock: Clock;
  readonly #name: string;
  #opened: { readonly channel: Channel | undefined } | undefined;
  #asked = 0;
  #held = 0;
  /** By question that waits: how many slots the other tabs hold or get before. */
  readonly #asking = new Map<string, number>();
  /** The questions of other tabs that came while ours waited: those tabs count us, too. */
  readonly #heard = new Set<string>();

  /**
   * @param channel to the other tabs; undefined where there is none, or no need of one.
   * @param name of this tab, unlike any other's.
   */
  constructor(channel: () => Channel | undefined, clock: Clock, name: string) {
    this.#channel = channel;
    this.#clock = clock;
    this.#name = name;
  }

  /**
   * Asks for a slot: `taken` is called with what gives it back, or with undefined where all are
   * held. Without a channel each tab is for itself and gets one.
   *
   * @returns what takes the question back; once it is answered that does nothing.
   */
  take(taken: (giveBack: (() => void) | undefined) => void): () => void {
    const channel = (this.#opened ??= { channel: this.#listen() }).channel;
    if (!channel) {
      taken(() => undefined);
      return () => undefined;
    }
    const question = `${this.#name} ${(this.#asked += 1)}`;
    if (this.#asking.size === 0) this.#heard.clear();
    this.#asking.set(question, 0);
    const cancel = this.#clock.after(ANSWERED_IN, () => {
      const theirs = this.#asking.get(question) ?? 0;
      this.#asking.delete(question);
      if (this.#held + theirs >= MOST) {
        taken(undefined);
        return;
      }
      this.#held += 1;
      let given = false;
      taken(() => {
        if (!given) this.#held -= 1;
        given = true;
      });
    });
    channel.post({ ask: question });
    return () => {
      cancel();
      this.#asking.delete(question);
    };
  }

  #listen(): Channel | undefined {
    const channel = this.#channel();
    channel?.listen((message) => {
      if ('ask' in message) {
        const asking = [...this.#asking.keys()];
        if (asking.length > 0) this.#heard.add(message.ask);
        if (this.#held + asking.length === 0) return;
        channel.post({ answer: message.ask, held: this.#held, asking });
        return;
      }
      const known = this.#asking.get(message.answer);
      if (known === undefined) return;
      // Of two that hear of each other one must come first. Who was not heard asked before us.
      const before = message.asking.filter((q) => q < message.answer || !this.#heard.has(q));
      this.#asking.set(message.answer, known + message.held + before.length);
    });
    return channel;
  }
}
