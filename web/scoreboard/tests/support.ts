/** Fakes written by hand: a clock that is moved, sockets that are driven, a server in memory. */
import type { Cancel, Clock } from '../src/core/clock';
import type { GetJson } from '../src/core/loader';
import { applyPatch } from '../src/core/patch';
import type { Cursor, OpenWay, WayHandlers } from '../src/core/ways';
import type { Board, CeremonyEvent, Frame, FramePage, Head, LiveMessage } from '../src/types';

export class ManualClock implements Clock {
  #now: number;
  #timers: { at: number; run: () => void }[] = [];

  constructor(now = 1_000_000) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): Cancel {
    const timer = { at: this.#now + ms, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Run everything that is due within so many ms, in order. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#timers = this.#timers.filter((other) => other !== next);
      this.#now = Math.max(this.#now, next.at);
      next.run();
    }
    this.#now = end;
  }
}

/** Let every promise that can settle do so; no time passes. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
}

export interface FakeSocket {
  readonly cursor: Cursor | undefined;
  closed: boolean;
  say(...messages: LiveMessage[]): void;
  sayText(text: string): void;
  /** The server or the network ends it; a server that restarts says when to come back, in ms. */
  drop(retryIn?: number): void;
}

export class FakeSockets {
  readonly all: FakeSocket[] = [];

  readonly open: OpenWay = (cursor: Cursor | undefined, handlers: WayHandlers) => {
    const socket: FakeSocket = {
      cursor,
      closed: false,
      say: (...messages) => messages.forEach((m) => handlers.message(JSON.stringify(m))),
      sayText: (text) => handlers.message(text),
      drop: (retryIn) => handlers.closed(retryIn),
    };
    this.all.push(socket);
    return () => {
      socket.closed = true;
    };
  };

  get last(): FakeSocket {
    const socket = this.all.at(-1);
    if (!socket) throw new Error('no socket was opened');
    return socket;
  }
}

export function emptyBoard(): Board {
  return {
    ceremony: {},
    phase: 'scheduled',
    progress: { awarded: 0, categories: 0 },
    stage: {},
    latest: {},
    categories: {},
    works: {},
    people: {},
    distributors: {},
    ranking: { works: [], people: [], distributors: [] },
    milestones: {},
  };
}

type Step = readonly [t: number, event: CeremonyEvent, patch: object];

/** A ceremony as a server would keep it. */
export class Story {
  readonly frames: Frame[] = [];
  readonly boards: Board[] = [emptyBoard()];
  epoch: string;
  readonly pageSize: number;

  constructor(steps: readonly Step[], { epoch = 'one', pageSize = 4 } = {}) {
    this.epoch = epoch;
    this.pageSize = pageSize;
    for (const step of steps) this.add(step);
  }

  get head(): number {
    return this.frames.length;
  }

  add([t, event, patch]: Step): Frame {
    const frame: Frame = {
      version: this.head + 1,
      occurred_at: new Date(Date.UTC(2025, 2, 3) + t).toISOString(),
      t,
      event,
      patch: patch as Frame['patch'],
    };
    this.frames.push(frame);
    this.boards.push(applyPatch(this.boards.at(-1) as Board, patch));
    return frame;
  }

  headDocument(): Head {
    const started = this.frames.find(({ event }) => event.type === 'ceremony-started');
    return {
      id: 'night',
      name: 'A Night',
      phase: (this.boards.at(-1) as Board).phase,
      version: this.head,
      epoch: this.epoch,
      starts_at: '2025-03-03T00:00:00.000Z',
      rehearsal: false,
      start: started?.version ?? this.head,
      page_size: this.pageSize,
      chapters: [],
      superseded: {},
    };
  }

  page(page: number): FramePage | undefined {
    const from = page * this.pageSize;
    if (from > this.head) return undefined;
    return {
      epoch: this.epoch,
      page,
      keyframe: { version: from, board: this.boards[from] as Board },
      frames: this.frames.slice(from, from + this.pageSize),
    };
  }

  /** @param time what the server's clock shows, where a test is about that. */
  hello(time = ''): LiveMessage[] {
    const { epoch, head: version } = this;
    return [
      { type: 'hello', ceremony: 'night', epoch, version, server_time: time },
      { type: 'keyframe', version: this.head, board: this.boards.at(-1) as Board },
      { type: 'caught-up', version: this.head },
    ];
  }

  readonly asked: string[] = [];

  /** Answers as the server's public addresses do. */
  readonly getJson: GetJson = async <T>(path: string) => {
    this.asked.push(path);
    const frames = /^\/api\/ceremonies\/night\/frames\/([^/]+)\/(\d+)$/.exec(path);
    let body: unknown;
    if (path === '/api/ceremonies/night') body = this.headDocument();
    else if (frames && frames[1] === this.epoch) body = this.page(Number(frames[2]));
    return { status: body === undefined ? 404 : 200, body: body as T | undefined };
  };
}

export function frameMessage(frame: Frame): LiveMessage {
  return { type: 'frame', ...frame };
}

const category = (name: string, position: number, nominees: object): object => ({
  name,
  position,
  status: 'upcoming',
  nominees,
  winners: {},
});

/** A small night: two categories, a tie in the second, and a correction of the first. */
export function smallNight(options: { epoch?: string; pageSize?: number } = {}): Story {
  return new Story(
    [
      [
        0,
        { type: 'ceremony-scheduled', name: 'A Night', starts_at: '2025-03-03T00:00:00.000Z' },
        {
          ceremony: { id: 'night', name: 'A Night', starts_at: '2025-03-03T00:00:00.000Z' },
        },
      ],
      [
        0,
        { type: 'work-listed', work: 'la-la-land', title: 'La La Land' },
        {
          works: {
            'la-la-land': {
              title: 'La La Land',
              distributors: ['summit'],
              nominations: 2,
              wins: 0,
              lost: 0,
              pending: 2,
            },
            moonlight: {
              title: 'Moonlight',
              distributors: ['a24'],
              nominations: 2,
              wins: 0,
              lost: 0,
              pending: 2,
            },
          },
          people: {
            'emma-stone': { name: 'Emma Stone', nominations: 1, wins: 0, lost: 0, pending: 1 },
            'ruth-negga': { name: 'Ruth Negga', nominations: 1, wins: 0, lost: 0, pending: 1 },
          },
          distributors: {
            summit: { name: 'Summit', nominations: 2, wins: 0, lost: 0, pending: 2 },
            a24: { name: 'A24', nominations: 2, wins: 0, lost: 0, pending: 2 },
          },
        },
      ],
      [
        0,
        {
          type: 'category-listed',
          category: 'picture',
          name: 'Best Picture',
          position: 1,
          nominees: [],
        },
        {
          progress: { categories: 2 },
          categories: {
            picture: category('Best Picture', 1, {
              'picture/la-la-land': { work: 'la-la-land', position: 1, people: [] },
              'picture/moonlight': { work: 'moonlight', position: 2, people: [] },
            }),
            actress: category('Actress', 2, {
              'actress/emma-stone': {
                work: 'la-la-land',
                position: 1,
                people: ['emma-stone'],
                detail: { character: 'Mia' },
              },
              'actress/ruth-negga': { work: 'moonlight', position: 2, people: ['ruth-negga'] },
            }),
          },
        },
      ],
      [0, { type: 'ceremony-started' }, { phase: 'live' }],
      [0, { type: 'moment-noted', kind: 'estimated-times', text: 'Estimated.' }, {}],
      [
        60_000,
        { type: 'presenting-began', category: 'picture', presenters: ['Faye Dunaway'] },
        {
          stage: { category: 'picture', presenters: ['Faye Dunaway'] },
          categories: { picture: { status: 'presenting' } },
        },
      ],
      [
        90_000,
        { type: 'winner-announced', category: 'picture', nominees: ['picture/la-la-land'] },
        {
          stage: { category: null, presenters: null },
          latest: { category: 'picture', version: 7 },
          progress: { awarded: 1 },
          categories: { picture: { status: 'awarded', winners: { 'picture/la-la-land': 7 } } },
          works: { 'la-la-land': { wins: 1, pending: 1 }, moonlight: { lost: 1, pending: 1 } },
          ranking: { works: [['la-la-land', 1]] },
        },
      ],
      [
        200_000,
        { type: 'result-put-under-review', category: 'picture', reason: 'Checking the envelope' },
        {
          categories: { picture: { status: 'under-review' } },
        },
      ],
      [
        233_000,
        {
          type: 'winner-corrected',
          category: 'picture',
          nominees: ['picture/moonlight'],
          reason: 'Wrong envelope',
        },
        {
          latest: { version: 9 },
          categories: {
            picture: {
              status: 'awarded',
              winners: { 'picture/la-la-land': null, 'picture/moonlight': 9 },
            },
          },
          works: { 'la-la-land': { wins: 0, lost: 1 }, moonlight: { wins: 1, lost: 0 } },
          ranking: { works: [['moonlight', 1]] },
        },
      ],
      [
        1_200_000,
        {
          type: 'winner-announced',
          category: 'actress',
          nominees: ['actress/emma-stone', 'actress/ruth-negga'],
        },
        {
          latest: { category: 'actress', version: 10 },
          progress: { awarded: 2 },
          categories: {
            actress: {
              status: 'awarded',
              winners: { 'actress/emma-stone': 10, 'actress/ruth-negga': 10 },
            },
          },
          works: { 'la-la-land': { wins: 1, pending: 0 }, moonlight: { wins: 2, pending: 0 } },
          ranking: {
            works: [
              ['moonlight', 1],
              ['la-la-land', 2],
            ],
          },
        },
      ],
      [1_260_000, { type: 'ceremony-ended' }, { phase: 'ended' }],
    ],
    options,
  );
}
