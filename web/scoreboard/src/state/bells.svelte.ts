/** The bells that the viewer has set on a night, and what has come of them. */
import {
  keepWanted,
  newsOf,
  NOTHING_WANTED,
  toggled,
  wantedIn,
  type Belled,
  type News,
  type Wanted,
} from '../core/bells';
import { Chime } from '../core/chime';
import type { NightView } from '../core/night';
import type { Board } from '../types';
import { workers } from './installed';
import { kept } from './kept';

/** Notes that are on the page at most, and for how many ms. */
const [NOTES, LASTING] = [3, 20_000];

type Permission = NotificationPermission | 'missing';

class Bells {
  wanted: Wanted = $state.raw(NOTHING_WANTED);
  /** Every category and film offers its bell. */
  choosing = $state(false);
  news: readonly News[] = $state.raw([]);
  permission: Permission = $state(permitted());
  readonly #chime = new Chime(() => new AudioContext());
  #ceremony = '';
  #shown: number | undefined;

  enter(ceremony: string): void {
    this.#ceremony = ceremony;
    this.#shown = undefined;
    this.wanted = wantedIn(kept, ceremony);
  }

  get count(): number {
    return this.wanted.categories.length + this.wanted.works.length;
  }

  has(kind: Belled, id: string): boolean {
    return this.wanted[kind].includes(id);
  }

  toggle(kind: Belled, id: string): void {
    this.wanted = toggled(this.wanted, kind, id);
    keepWanted(kept, this.#ceremony, this.wanted);
    this.arm();
  }

  /** In answer to a gesture: a sound may be wanted later. */
  arm(): void {
    if (this.count > 0) this.#chime.arm();
  }

  async allow(): Promise<void> {
    if (this.permission !== 'default') return;
    try {
      this.permission = await Notification.requestPermission();
    } catch {
      this.permission = 'missing';
    }
  }

  /** Tells what the page has come to show; what is skipped over is not told. */
  follow(view: NightView, boardAt: (version: number) => Board | undefined): void {
    const before = this.#shown;
    this.#shown = view.shown;
    if (before === undefined || view.shown <= before || !view.flowing) return;
    if (view.headPhase === 'ended') return;
    for (const frame of view.frames.filter(({ version }) => version > before)) {
      const board = boardAt(frame.version);
      if (!board) continue;
      const news = newsOf(frame, board, boardAt(frame.version - 1), this.wanted);
      if (news) this.#tell(news);
    }
  }

  close(news: News): void {
    this.news = this.news.filter((each) => each !== news);
  }

  #tell(news: News): void {
    this.news = [news, ...this.news].slice(0, NOTES);
    setTimeout(() => this.close(news), LASTING);
    void this.#notify(news).then((notified) => notified || this.#chime.ring());
  }

  async #notify({ title, text, version }: News): Promise<boolean> {
    if (this.permission !== 'granted') return false;
    const options = { body: text, tag: `${this.#ceremony} ${version}` };
    try {
      const notification = new Notification(title, options);
      notification.onclick = () => {
        window.focus();
        notification.close();
      };
      return true;
    } catch {
      // Where only a service worker may notify, it does.
    }
    try {
      const worker = await workers()?.getRegistration();
      // By which the worker finds the page again, when it is tapped.
      await worker?.showNotification(title, { ...options, data: `/${this.#ceremony}` });
      return worker !== undefined;
    } catch {
      return false;
    }
  }
}

/** A browser may have no notifications, or refuse even the question. */
function permitted(): Permission {
  try {
    return 'Notification' in window ? Notification.permission : 'missing';
  } catch {
    return 'missing';
  }
}

export const bells = new Bells();
