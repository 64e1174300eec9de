import { describe, expect, it } from 'vitest';
import { gettingJson, openStream, PATIENCE, type Source } from '../src/core/ports';
import { ManualClock, settle } from './support';

/** Lets the streams of the platform, which take some turns of the loop, do their work. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((done) => setImmediate(done));
}

type Answer = (signal: AbortSignal) => Promise<Response>;

function asking(answer: Answer) {
  const clock = new ManualClock();
  const ask = (_: unknown, init?: RequestInit): Promise<Response> =>
    answer(init?.signal as AbortSignal);
  const got = gettingJson(ask as typeof fetch, clock)<{ one: number }>('/api/x');
  const outcome = got.then(
    (answered) => answered as object,
    (problem: unknown) => String((problem as Error).name),
  );
  return { clock, outcome };
}

const never: Answer = (signal) =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });

describe('a question to the server', () => {
  it('is given up where no answer comes', async () => {
    const { clock, outcome } = asking(never);
    clock.advance(PATIENCE);
    expect(await outcome).toBe('AbortError');
  });

  it('is given up where the answer stops half way', async () => {
    const { clock, outcome } = asking(async (signal) => {
      const body = new ReadableStream<Uint8Array>({
        start(on) {
          on.enqueue(new TextEncoder().encode('{"one":'));
          signal.addEventListener('abort', () => on.error(signal.reason));
        },
      });
      return new Response(body);
    });
    await turns();
    clock.advance(PATIENCE);
    expect(await outcome).toBe('AbortError');
  });

  it('waits for a slow line, as long as something comes', async () => {
    let on!: ReadableStreamDefaultController<Uint8Array>;
    const { clock, outcome } = asking(
      async () => new Response(new ReadableStream<Uint8Array>({ start: (it) => void (on = it) })),
    );
    await turns();
    for (const piece of ['{', '"one"', ':', '1', '}']) {
      clock.advance(PATIENCE - 1);
      on.enqueue(new TextEncoder().encode(piece));
      await turns();
    }
    on.close();
    expect(await outcome).toEqual({ status: 200, body: { one: 1 } });
  });

  it.each<[string, Record<string, string>, object]>([
    [
      'what the server’s clock shows',
      { Date: 'Mon, 03 Mar 2025 01:00:00 GMT' },
      { time: '2025-03-03T01:00:00.500Z' },
    ],
    ['since when it was kept by the worker', { 'X-Kept-At': '990000' }, { keptAt: 990_000 }],
    [
      'that it comes from a cache before a server that is away',
      { 'X-Cache-Status': 'STALE' },
      { stale: true },
    ],
    ['how long the server wants to be left alone', { 'Retry-After': '7' }, { retryAfter: 7000 }],
    ['nothing of a date that is none', { Date: 'yesterday' }, {}],
  ])('tells %s', async (_, headers, told) => {
    const { outcome } = asking(async () => new Response('{"one":1}', { headers }));
    expect(await outcome).toEqual({ status: 200, body: { one: 1 }, ...told });
  });
});

/** An EventSource that a test drives. */
class FakeSource {
  readyState = 0;
  onmessage: ((event: { data: string }) => void) | null = null;
  onerror: (() => void) | null = null;
  closed = false;

  constructor(readonly address: string) {}

  close(): void {
    this.closed = true;
  }
}

function streamed(cursor?: { epoch: string; version: number }) {
  let source!: FakeSource;
  const make = (address: string): Source => (source = new FakeSource(address)) as unknown as Source;
  const heard: string[] = [];
  const closed: unknown[] = [];
  const page = { protocol: 'https:', host: 'awards.test' };
  openStream(
    'night',
    make,
    page,
  )(cursor, {
    message: (text) => heard.push(text),
    closed: () => closed.push('closed'),
  });
  return { source, heard, closed };
}

describe('the feed as an event stream', () => {
  it('goes on after the cursor, at the address of the socket', () => {
    const address = 'https://awards.test/api/ceremonies/night/live';
    expect(streamed().source.address).toBe(address);
    const { source } = streamed({ epoch: 'a_b', version: 7 });
    expect(source.address).toBe(`${address}?epoch=a_b&after=7`);
  });

  it('says what comes', () => {
    const { source, heard } = streamed();
    source.onmessage?.({ data: '{"type":"hello"}' });
    expect(heard).toEqual(['{"type":"hello"}']);
  });

  it('is closed where the server refuses it', () => {
    const { source, closed } = streamed();
    source.readyState = 2;
    source.onerror?.();
    expect([closed, source.closed]).toEqual([['closed'], true]);
  });

  it('lets the browser come back once, as the server advises, and not for ever', async () => {
    const { source, closed } = streamed();
    source.onmessage?.({ data: '{}' });
    source.onerror?.();
    expect(closed).toEqual([]);
    source.onmessage?.({ data: '{}' });
    source.onerror?.();
    expect(closed).toEqual([]);
    source.onerror?.();
    await settle();
    expect([closed, source.closed]).toEqual([['closed'], true]);
  });

  it('is closed where nothing can be reached, before anything has come', () => {
    const { source, closed } = streamed();
    source.onerror?.();
    expect([closed, source.closed]).toEqual([['closed'], true]);
  });
});
