/** A log behind a door, as far as a desk needs it: keys, If-Match, rules, and a line that breaks. */
import type { Answer, Ask, Question } from '../src/console/core/ask';
import type { Said } from '../src/console/core/types';
import { applyPatch } from '../src/core/patch';
import type { Board, CeremonyEvent, Frame } from '../src/types';

/** What happens to one question: it arrives or not, and so does its answer. */
export type Fate = 'request lost' | 'answer lost' | 'down' | 'busy' | 'signed out' | 'forbidden';

type Winner = Extract<CeremonyEvent, { type: 'winner-announced' | 'winner-corrected' }>;

export class DeskServer {
  readonly log: Said[] = [];
  readonly asked: Question[] = [];
  /** Of the next questions, first to last; then all goes well. */
  readonly fates: Fate[] = [];
  /** Called before a question is answered. */
  meanwhile: (() => void) | undefined;
  actor = 'ada';
  /** Of the history that is current here. */
  epoch = 'one';
  readonly #keys = new Map<string, { body: string; version: number }>();
  readonly #winners = new Map<string, { version: number; nominees: readonly string[] }>();
  board: Board;

  constructor(board: Board, version = 10) {
    this.board = board;
    this.#head = version;
  }

  #head: number;

  get head(): number {
    return this.#head;
  }

  readonly ask: Ask = async (question) => {
    this.asked.push(question);
    const fate = this.fates.shift();
    await Promise.resolve();
    if (fate === 'request lost') throw new TypeError('the line is dead');
    if (fate === 'down') return { status: 503, body: { detail: 'Down.' }, retryAfter: 1000 };
    if (fate === 'busy') return { status: 429, body: { detail: 'Too many.' }, retryAfter: 4000 };
    if (fate === 'signed out') return { status: 401, body: { detail: 'No valid token.' } };
    if (fate === 'forbidden') return { status: 403, body: { detail: 'Not you.' } };
    this.meanwhile?.();
    const answer = this.#answer(question);
    if (fate === 'answer lost') throw new TypeError('the line is dead');
    return answer;
  };

  get posts(): Question[] {
    return this.asked.filter(({ method, path }) => method === 'POST' && !path.includes('dry_run'));
  }

  /** Somebody else posts. */
  post(actor: string, event: CeremonyEvent): number {
    return this.#append(actor, event);
  }

  #answer({ method, path, body, headers = {} }: Question): Answer {
    if (method === 'GET') {
      const after = Number(/after=(\d+)/.exec(path)?.[1] ?? 0);
      const events = this.log.filter(({ version }) => version > after);
      return { status: 200, body: { events, head: this.#head } };
    }
    const event = body as CeremonyEvent;
    const text = JSON.stringify(event);
    const dry = path.includes('dry_run=true');
    const key = headers['Idempotency-Key'];
    const bound = key === undefined || dry ? undefined : this.#keys.get(key);
    if (bound) {
      if (bound.body !== text) return { status: 409, body: { detail: 'Another body.' } };
      return { status: 200, body: { version: bound.version }, etag: `"${bound.version}"` };
    }
    const standing = 'category' in event ? this.#winners.get(event.category) : undefined;
    if (event.type === 'winner-announced' && standing && same(standing.nominees, event.nominees)) {
      if (key && !dry) this.#keys.set(key, { body: text, version: standing.version });
      return { status: 200, body: { version: standing.version }, etag: `"${standing.version}"` };
    }
    const [, epoch, on] = /^"(?:(.+):)?(\d+)"$/.exec(headers['If-Match'] ?? '') ?? [];
    if (on !== undefined && ((epoch ?? this.epoch) !== this.epoch || Number(on) !== this.#head)) {
      const from = Number(on);
      const frames = this.log
        .filter(({ version }) => version > from)
        .slice(0, 64)
        .map(({ version, event: each }) => ({ version, event: each }));
      return {
        status: 412,
        body: { detail: 'Stale.', head: this.#head, epoch: this.epoch, frames },
      };
    }
    const rule = this.#rule(event, standing !== undefined);
    if (rule) return { status: 422, body: { detail: `Refused: ${rule}.`, rule } };
    if (dry) {
      const version = this.#head + 1;
      return { status: 200, body: { version, frame: frameOf(version, event) } };
    }
    const version = this.#append(this.actor, event);
    if (key) this.#keys.set(key, { body: text, version });
    return { status: 201, body: { version }, etag: `"${version}"` };
  }

  #rule(event: CeremonyEvent, decided: boolean): string | undefined {
    if (event.type === 'winner-announced') return decided ? 'decided' : undefined;
    const open = ['winner-corrected', 'winner-retracted', 'result-put-under-review'];
    return open.includes(event.type) && !decided ? 'undecided' : undefined;
  }

  #append(actor: string, event: CeremonyEvent): number {
    this.#head += 1;
    const version = this.#head;
    this.log.push({ version, actor, event, recorded_at: '2025-03-03T01:00:00.000Z' });
    if (event.type === 'winner-announced' || event.type === 'winner-corrected') {
      this.#winners.set(event.category, { version, nominees: event.nominees });
    } else if (event.type === 'winner-retracted') this.#winners.delete(event.category);
    this.board = applyPatch(this.board, patchOf(version, event, this.board));
    return version;
  }
}

export function frameOf(version: number, event: CeremonyEvent): Frame {
  return { version, event, t: 0, occurred_at: '2025-03-03T01:00:00.000Z', patch: {} };
}

/** As much of what an event does to the board as a desk looks at. */
function patchOf(version: number, event: CeremonyEvent, board: Board): object {
  switch (event.type) {
    case 'ceremony-started':
    case 'ceremony-reopened':
      return { phase: 'live' };
    case 'ceremony-ended':
      return { phase: 'ended' };
    case 'presenting-began':
      return {
        stage: { category: event.category, presenters: event.presenters ?? [] },
        categories: { ...offStage(board), [event.category]: { status: 'presenting' } },
      };
    case 'stage-cleared':
      return {
        stage: { category: null, presenters: null },
        categories: offStage(board),
      };
    case 'winner-announced':
    case 'winner-corrected':
      return { ...awarded(version, event, board), stage: { category: null, presenters: null } };
    case 'winner-retracted':
      return {
        latest: { category: null, version: null },
        categories: { [event.category]: { status: 'upcoming', winners: none(event, board) } },
      };
    case 'result-put-under-review':
      return { categories: { [event.category]: { status: 'under-review' } } };
    case 'result-confirmed':
      return { categories: { [event.category]: { status: 'awarded' } } };
    default:
      return {};
  }
}

/** What is on stage goes back to upcoming. */
function offStage({ stage }: Board): object {
  return stage.category === undefined ? {} : { [stage.category]: { status: 'upcoming' } };
}

function awarded(version: number, event: Winner, board: Board): object {
  const winners = Object.fromEntries(event.nominees.map((nominee) => [nominee, version]));
  const line = { status: 'awarded', winners: { ...none(event, board), ...winners } };
  return {
    latest: { category: event.category, version },
    categories: { [event.category]: line },
  };
}

function none(event: { category: string }, board: Board): Record<string, null> {
  const standing = Object.keys(board.categories[event.category]?.winners ?? {});
  return Object.fromEntries(standing.map((nominee) => [nominee, null]));
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((each) => b.includes(each));
}
