/** A rehearsal that runs by itself: the original night's own events, posted at a speed. */
import type { Board, CeremonyEvent } from '../../types';
import type { Cancel, Clock } from '../../core/clock';
import { backoff } from '../../core/socket';
import { isPassing, problemOf, type Ask } from './ask';

/** An event of the original night, as its public log tells it. */
export interface Original {
  readonly version: number;
  readonly occurred_at: string;
  readonly event: CeremonyEvent;
}

export const SPEEDS: readonly number[] = [1, 10, 60, 300, 1200];
const PAGE = 500;

/** The night from its start on; nothing where it never started. */
export async function originalOf(ask: Ask, ceremony: string): Promise<readonly Original[]> {
  const all: Original[] = [];
  for (;;) {
    const path = `/api/ceremonies/${ceremony}/events?after=${all.at(-1)?.version ?? 0}&limit=${PAGE}`;
    const { status, body } = await ask({ method: 'GET', path });
    if (status !== 200) throw new Error(`the events answer ${status}`);
    const { events, head } = body as { events: Original[]; head: number };
    all.push(...events);
    if (events.length === 0 || (all.at(-1)?.version ?? 0) >= head) break;
  }
  const start = all.findIndex(({ event }) => event.type === 'ceremony-started');
  return start < 0 ? [] : all.slice(start);
}

/** Who presented what, where the original night tells. */
export function presentersIn(night: readonly Original[]): ReadonlyMap<string, readonly string[]> {
  const known = new Map<string, readonly string[]>();
  for (const { event } of night) {
    if (event.type === 'presenting-began' && event.presenters && !known.has(event.category)) {
      known.set(event.category, event.presenters);
    }
  }
  return known;
}

/** What of the night is still to come on a board on which part of it stands already. */
export function restOf(night: readonly Original[], board: Board): readonly Original[] {
  const done = night.findLastIndex(({ event }) => stands(event, board));
  return night.slice(done + 1);
}

function stands(event: CeremonyEvent, board: Board): boolean {
  if (event.type === 'ceremony-started') return board.phase !== 'scheduled';
  if (event.type === 'ceremony-ended') return board.phase === 'ended';
  return event.type === 'winner-announced' && hasWinner(event.category, board);
}

/** Whether the board needs the event no more, because somebody went on by hand. */
export function isMoot(event: CeremonyEvent, board: Board): boolean {
  return event.type === 'presenting-began' && hasWinner(event.category, board);
}

function hasWinner(category: string, board: Board): boolean {
  return Object.keys(board.categories[category]?.winners ?? {}).length > 0;
}

export interface Progress {
  readonly running: boolean;
  readonly speed: number;
  /** How many events are still to come; undefined before the first run. */
  readonly left: number | undefined;
  /** The server's sentence, where it would not have it any more. */
  readonly trouble?: string;
}

export interface RunPorts {
  readonly ask: Ask;
  readonly clock: Clock;
  readonly random: () => number;
  readonly board: () => Board | undefined;
  readonly changed: (progress: Progress) => void;
}

/** Posts the night into a rehearsal; what was done by hand meanwhile is skipped, never an error. */
export class Recording {
  readonly #path: string;
  readonly #epoch: string;
  readonly #night: readonly Original[];
  readonly #ports: RunPorts;
  #rest: readonly Original[] = [];
  #progress: Progress = { running: false, speed: 60, left: undefined };
  #timer: Cancel | undefined;
  /** A moment has another version here than in the original. */
  readonly #versions = new Map<number, number>();
  #run = 0;

  /** @param epoch of the rehearsal: one begun again is run anew. */
  constructor(rehearsal: string, epoch: string, night: readonly Original[], ports: RunPorts) {
    this.#path = `/api/ceremonies/${rehearsal}/events`;
    this.#epoch = epoch;
    this.#night = night;
    this.#ports = ports;
  }

  get progress(): Progress {
    return this.#progress;
  }

  start(speed: number): void {
    const board = this.#ports.board();
    if (!board) return;
    this.#rest = restOf(this.#night, board);
    this.#run += 1;
    this.#tell({ running: this.#rest.length > 0, speed, left: this.#rest.length });
    if (this.#rest.length > 0) void this.#next(this.#run, 0);
  }

  stop(): void {
    this.#run += 1;
    this.#timer?.();
    if (this.#progress.running) this.#tell({ ...this.#progress, running: false });
  }

  async #next(run: number, failed: number): Promise<void> {
    const [next, after] = this.#rest;
    if (run !== this.#run || !next) return;
    const sentence = await this.#post(next);
    if (run !== this.#run) return;
    if (sentence === 'again') {
      const wait = Math.max(backoff(failed, this.#ports.random), 300);
      this.#timer = this.#ports.clock.after(wait, () => void this.#next(run, failed + 1));
      return;
    }
    if (sentence !== undefined) {
      this.#tell({ ...this.#progress, running: false, trouble: sentence });
      return;
    }
    this.#rest = this.#rest.slice(1);
    this.#tell({ ...this.#progress, running: after !== undefined, left: this.#rest.length });
    if (!after) return;
    const gap = Math.max(Date.parse(after.occurred_at) - Date.parse(next.occurred_at), 0);
    const wait = gap / this.#progress.speed;
    this.#timer = this.#ports.clock.after(wait, () => void this.#next(run, 0));
  }

  /** @returns undefined once it stands, `again` where that is not known, or why it never will. */
  async #post({ version, event }: Original): Promise<string | undefined> {
    const board = this.#ports.board();
    const body = this.#here(event);
    if (!body || (board && isMoot(event, board))) return undefined;
    try {
      const answer = await this.#ports.ask({
        method: 'POST',
        path: this.#path,
        body,
        headers: { 'Idempotency-Key': `recording ${this.#epoch} ${version}` },
      });
      if (answer.status === 200 || answer.status === 201) {
        this.#versions.set(version, (answer.body as { version: number }).version);
        return undefined;
      }
      if (isPassing(answer)) return 'again';
      // A rule forbids it: somebody went on by hand, and the night with them.
      return answer.status === 422 ? undefined : problemOf(answer).detail;
    } catch {
      return 'again';
    }
  }

  #here(event: CeremonyEvent): CeremonyEvent | undefined {
    if (event.type !== 'moment-withdrawn') return event;
    const version = this.#versions.get(event.version);
    return version === undefined ? undefined : { ...event, version };
  }

  #tell(progress: Progress): void {
    this.#progress = progress;
    this.#ports.changed(progress);
  }
}
