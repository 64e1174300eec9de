import { describe, expect, it } from 'vitest';
import type { Answer, Question } from '../src/console/core/ask';
import { Checker, PAUSE, type Verdict } from '../src/console/programme/checking';
import { existing, programmeOf, written } from '../src/console/programme/existing';
import { tableOf } from '../src/console/programme/files';
import { lineOf, lineOfByte, placesIn, spanOf } from '../src/console/programme/locator';
import { mistakesOf } from '../src/console/programme/mistakes';
import { isNamed, proposedId, timeTyped, typedTime } from '../src/console/programme/naming';
import { kept, moved, placeAt, same, undecided } from '../src/console/programme/order';
import { Scheduler } from '../src/console/programme/scheduling';
import { sampleJson, sampleTable } from '../src/console/programme/samples';
import { questionOf } from '../src/console/programme/sending';
import { formatOf, NO_FACTS, type Programme } from '../src/console/programme/types';
import type { Board, CeremonyEvent } from '../src/types';
import { en } from '../src/words/console.en';
import { es } from '../src/words/console.es';
import { ManualClock, settle, smallNight } from './support';

const JSON_TEXT = `{
  "ceremony": {"id": "a", "name": "A", "starts_at": "2031-01-01T00:00:00Z"},
  "works": [
    {"id": "one", "title": "One \\" ] }"},

    {"id": "two", "title": "Two"}
  ],
  "categories": [
    {
      "key": "song",
      "name": "Song",
      "nominees": [
        {"id": "song/one", "people": [], "work": "one"},
        {"id": "song/two", "people": [
          {"id": "ada", "name": "Ada"}
        ]}
      ]
    }
  ]
}`;

const TABLE = 'category,people\nSong,Ada\n,Bo\n';

function refusal(errors: readonly object[], status = 400): Answer {
  return { status, body: { detail: 'the first, and more', errors } };
}

describe('a place in a JSON text', () => {
  it.each([
    ['$', 1],
    ['$.ceremony', 2],
    ['$.ceremony.starts_at', 2],
    ['$.works[0].title', 4],
    ['$.works[1]', 6],
    ['$.categories[0].name', 11],
    ['$.categories[0].nominees[1].id', 14],
    ['$.categories[0].nominees[1].people[0].name', 15],
  ])('%s stands in line %i', (path, line) => {
    expect(lineOf(JSON_TEXT, path)).toBe(line);
  });

  it('that is not there is that of what it would stand in', () => {
    expect(lineOf(JSON_TEXT, '$.categories[0].nominees[0].detail.song')).toBe(13);
    expect(lineOf(JSON_TEXT, '$.categories[7]')).toBe(8);
    expect(lineOf(JSON_TEXT, 'line 3')).toBeUndefined();
  });

  it('is found as far as a text that breaks off goes', () => {
    const broken = JSON_TEXT.slice(0, JSON_TEXT.indexOf('"song/two"'));
    expect(lineOf(broken, '$.categories[0].nominees[0].work')).toBe(13);
    expect(lineOf(broken, '$.categories[0].nominees[1].id')).toBe(14);
  });

  it.each([
    '',
    '{',
    '{"a" 1}',
    '[1 2]',
    '{"a": "\n"}',
    '{"a\\q": 1}',
    `${'['.repeat(50)}`,
    '\uFEFF{}',
  ])('is looked for in %j without a fault', (text) => {
    expect(placesIn(text).get('$')).toBe(text.startsWith('\uFEFF') ? 1 : 0);
  });

  it('may be told by a byte, which is not a character', () => {
    const text = '{\n"a": "ééé",\n"b": x}';
    const byte = new TextEncoder().encode(text.slice(0, text.indexOf('x'))).length;
    expect(lineOfByte(text, byte)).toBe(3);
  });

  it('has a span that can be selected', () => {
    expect(spanOf('one\ntwo\n\nfour', 2)).toEqual([4, 7]);
    expect(spanOf('one\ntwo\n\nfour', 3)).toEqual([8, 8]);
    expect(spanOf('one\ntwo\n\nfour', 4)).toEqual([9, 13]);
    expect(spanOf('one', 9)).toEqual([3, 3]);
  });
});

describe('what the server finds wrong', () => {
  it('of JSON stands at its line, in the order of the text', () => {
    const told = refusal([
      { place: '$.categories[0].nominees[1].id', detail: 'Expected `str`' },
      { place: '$.works[1]', detail: 'No field `colour`' },
      { place: '$.elsewhere', detail: 'Unknown' },
    ]);
    expect(mistakesOf(told, JSON_TEXT)).toEqual([
      { detail: 'Unknown', line: 1, part: 'elsewhere' },
      { detail: 'No field `colour`', line: 6 },
      { detail: 'Expected `str`', line: 14, part: 'id' },
    ]);
  });

  it('of the events of a programme stands where they are written, at the nominee it names', () => {
    const told = refusal(
      [
        { event: 1, rule: 'r', detail: 'ceremony' },
        { event: 3, rule: 'r', detail: 'second work' },
        { event: 4, rule: 'r', detail: "Nominee 'song/two' has no such work." },
        { event: 4, rule: 'r', detail: 'category' },
      ],
      422,
    );
    expect(mistakesOf(told, JSON_TEXT).map(({ line }) => line)).toEqual([2, 6, 10, 14]);
  });

  it('of JSON that is none stands where it breaks', () => {
    const text = '{\n  "ceremony": {\n    oops';
    const detail = 'The body is no JSON that can be read (JSON is malformed (byte 22)); send one.';
    expect(mistakesOf({ status: 400, body: { detail } }, text)).toEqual([{ detail, line: 3 }]);
  });

  it('of a table stands in its line and column, or in a fact beside it', () => {
    const told = refusal([
      { place: 'line 3, column people', detail: 'empty' },
      { place: 'line 2, `id`', detail: 'a pattern' },
      { place: 'line 2, its category, `key`', detail: 'a pattern' },
      { place: 'line 99', detail: 'after the end' },
      { place: 'query, `starts_at`', detail: 'no time' },
      { place: 'query', detail: 'Object missing required field `id`' },
    ]);
    expect(mistakesOf(told, TABLE)).toEqual([
      { detail: 'no time', fact: 'starts_at' },
      { detail: 'Object missing required field `id`', fact: 'id' },
      { detail: 'a pattern', line: 2, part: 'id' },
      { detail: 'a pattern', line: 2, part: 'key' },
      { detail: 'empty', line: 3, part: 'people' },
      { detail: 'after the end', line: 4 },
    ]);
  });

  it('as a whole has no place', () => {
    expect(mistakesOf({ status: 413, body: { detail: 'Too large' } }, TABLE)).toEqual([
      { detail: 'Too large' },
    ]);
    expect(mistakesOf({ status: 502, body: undefined }, TABLE)).toEqual([{ detail: 'HTTP 502' }]);
  });
});

describe('a programme on its way', () => {
  const facts = { ...NO_FACTS, id: 'a-1', name: ' A & B ', starts_at: '2031-01-01T00:00:00Z' };

  it('is a table with its facts in the address, or JSON as it stands', () => {
    const table = questionOf({ text: TABLE, facts });
    const asked = new URL(table.path, 'http://tracker');
    expect(Object.fromEntries(asked.searchParams)).toEqual({
      dry_run: 'true',
      id: 'a-1',
      name: 'A & B',
      starts_at: '2031-01-01T00:00:00Z',
    });
    expect(table.text).toBe(TABLE);
    expect(table.headers).toEqual({ 'Content-Type': 'text/csv; charset=utf-8' });
    const json = questionOf({ text: `\uFEFF${JSON_TEXT}`, facts }, 'k');
    expect([json.path, json.text]).toEqual(['/api/ceremonies', JSON_TEXT]);
    expect(json.headers).toEqual({ 'Content-Type': 'application/json', 'Idempotency-Key': 'k' });
  });

  it('is JSON where it opens like it', () => {
    expect([' {', '\uFEFF[', 'category,', '', '"a"'].map(formatOf)).toEqual([
      'json',
      'json',
      'csv',
      'csv',
      'csv',
    ]);
  });
});

/** A server that answers as it is told, one after the other; `undefined` is a broken link. */
function server(...answers: (Answer | undefined)[]) {
  const asked: Question[] = [];
  const ask = (question: Question): Promise<Answer> => {
    asked.push(question);
    const answer = answers.shift();
    return answer ? Promise.resolve(answer) : Promise.reject(new Error('no link'));
  };
  return { ask, asked };
}

const PROGRAMME: Programme = {
  ceremony: { id: 'a', name: 'A', starts_at: '2031-01-01T00:00:00.000Z' },
  works: [],
  categories: [],
};
const manuscript = (text: string) => ({ text, facts: NO_FACTS });

describe('the check', () => {
  function checking(...answers: (Answer | undefined)[]) {
    const clock = new ManualClock();
    const verdicts: Verdict[] = [];
    const { ask, asked } = server(...answers);
    let out = 0;
    const checker = new Checker({
      ask,
      clock,
      random: () => 0,
      changed: (verdict) => verdicts.push(verdict),
      signedOut: () => (out += 1),
    });
    return {
      checker,
      clock,
      asked,
      said: () => verdicts.map((each) => each.is),
      verdicts,
      out: () => out,
    };
  }

  it('asks once typing pauses, about the last text alone', async () => {
    const programme = { id: 'a', version: 1, programme: PROGRAMME };
    const { checker, clock, asked, verdicts } = checking({ status: 200, body: programme });
    checker.check(manuscript('cat'));
    clock.advance(PAUSE - 1);
    checker.check(manuscript(TABLE));
    clock.advance(PAUSE);
    await settle();
    expect(asked.map(({ text }) => text)).toEqual([TABLE]);
    expect(verdicts.at(-1)).toEqual({ is: 'good', programme: PROGRAMME });
  });

  it('shows of good JSON what it says', async () => {
    const { checker, clock, verdicts } = checking({ status: 200, body: { id: 'a', version: 4 } });
    checker.check(manuscript(JSON_TEXT));
    clock.advance(PAUSE);
    await settle();
    expect(verdicts.at(-1)).toMatchObject({ is: 'good', programme: { ceremony: { id: 'a' } } });
  });

  it('goes on asking until there is an answer, and says what it waits for', async () => {
    const busy = { status: 429, body: {}, retryAfter: 4000 };
    const { checker, clock, asked, said } = checking(undefined, busy, refusal([]));
    checker.check(manuscript(TABLE), 0);
    clock.advance(0);
    await settle();
    expect(said()).toEqual(['checking', 'waiting']);
    checker.wake();
    await settle();
    clock.advance(3999);
    await settle();
    expect(asked.length).toBe(2);
    clock.advance(1);
    await settle();
    expect(said()).toEqual(['checking', 'waiting', 'waiting', 'wrong']);
  });

  it('does not take an answer for a text that is another by now', async () => {
    const { checker, clock, said } = checking(refusal([]));
    checker.check(manuscript(TABLE));
    clock.advance(PAUSE);
    checker.check(manuscript('  '));
    await settle();
    expect(said()).toEqual(['checking', 'empty']);
  });

  it('waits for a token, and says what a token is not good for', async () => {
    const denied = { status: 403, body: { detail: 'Not you.' } };
    const { checker, clock, said, verdicts, out } = checking({ status: 401, body: {} }, denied);
    checker.check(manuscript(TABLE));
    clock.advance(PAUSE);
    await settle();
    expect([said(), out()]).toEqual([['checking'], 1]);
    checker.wake();
    await settle();
    expect(verdicts.at(-1)).toEqual({ is: 'denied', sentence: 'Not you.' });
  });
});

describe('scheduling', () => {
  function scheduling(...answers: (Answer | undefined)[]) {
    const clock = new ManualClock();
    const { ask, asked } = server(...answers);
    let keys = 0;
    const waits: (string | undefined)[] = [];
    const scheduler = new Scheduler({
      ask,
      clock,
      random: () => 0,
      newKey: () => `key-${(keys += 1)}`,
      waits: (why) => waits.push(why),
    });
    return {
      scheduler,
      clock,
      asked,
      waits,
      keys: () => asked.map((q) => q.headers?.['Idempotency-Key']),
    };
  }
  const made = { status: 201, body: { id: 'a', version: 3 } };
  const there = { status: 200, body: { id: 'a', version: 3 } };

  it('sends the same key until it is known what became of it', async () => {
    const { scheduler, clock, waits, keys } = scheduling(
      undefined,
      { status: 503, body: {} },
      there,
    );
    const settled = scheduler.schedule(manuscript(TABLE));
    await settle();
    clock.advance(10_000);
    await settle();
    scheduler.wake();
    expect(await settled).toEqual({ is: 'scheduled', id: 'a', before: false });
    expect(keys()).toEqual(['key-1', 'key-1', 'key-1']);
    expect(waits).toEqual(['link', 'unavailable', undefined]);
  });

  it('says that it was scheduled before', async () => {
    expect(await scheduling(there).scheduler.schedule(manuscript(TABLE))).toEqual({
      is: 'scheduled',
      id: 'a',
      before: true,
    });
  });

  it('takes a new key once it was refused, and keeps it while there is no token', async () => {
    const out = { status: 401, body: {} };
    const { scheduler, keys } = scheduling(refusal([], 422), out, made);
    expect((await scheduler.schedule(manuscript(TABLE))).is).toBe('refused');
    expect((await scheduler.schedule(manuscript(TABLE))).is).toBe('signed-out');
    expect((await scheduler.schedule(manuscript(TABLE))).is).toBe('scheduled');
    expect(keys()).toEqual(['key-1', 'key-2', 'key-2']);
  });

  it('gives another programme another key', async () => {
    const { scheduler, keys } = scheduling({ status: 401, body: {} }, made);
    await scheduler.schedule(manuscript(TABLE));
    await scheduler.schedule(manuscript(`${TABLE},Cy\n`));
    expect(keys()).toEqual(['key-1', 'key-2']);
  });
});

describe('the programme of a ceremony that there is', () => {
  const night = smallNight();
  const listed = night.frames.map(({ event }) => event);
  const until = listed.findIndex(({ type }) => type === 'ceremony-started');
  const actress: CeremonyEvent = {
    type: 'category-listed',
    category: 'actress',
    name: 'Actress',
    position: 2,
    nominees: [{ id: 'actress/emma-stone', people: [] }],
  };
  const events = [...listed.slice(0, until), actress];
  const board = night.boards[until] as Board;
  const keys = (programme: Programme) => programme.categories.map(({ key }) => key);

  it('is made of its events, in its order, and can be read again', () => {
    const programme = programmeOf('small', events, board);
    expect(programme.ceremony).toMatchObject({ id: 'small', name: board.ceremony.name });
    expect(keys(programme)).toEqual(['picture', 'actress']);
    expect(JSON.parse(written(programme))).toEqual(programme);
  });

  it('has the start and the order that were set last, and nothing that was withdrawn', () => {
    const changed = structuredClone(board);
    const { picture, actress: second } = changed.categories;
    if (!picture || !second) throw new Error('the night has two categories');
    changed.ceremony.starts_at = '2031-05-05T00:00:00.000Z';
    [picture.position, second.position] = [second.position, picture.position];
    const programme = programmeOf('small', events, changed);
    expect(programme.ceremony.starts_at).toBe('2031-05-05T00:00:00.000Z');
    expect(keys(programme)).toEqual(['actress', 'picture']);
    second.nominees = { 'actress/emma-stone': { people: [], position: 1, withdrawn: true } };
    expect(programmeOf('small', events, changed).categories[0]?.nominees).toEqual([]);
    second.status = 'withdrawn';
    expect(keys(programmeOf('small', events, changed))).toEqual(['picture']);
  });

  it('is read up to the start of the night', async () => {
    const head = { status: 200, body: { start: until + 1, phase: 'live' } };
    const part = { status: 200, body: { events: events.map((event) => ({ event })) } };
    const { ask, asked } = server(head, part, { status: 200, body: board });
    expect(await existing(ask, 'small')).toEqual(programmeOf('small', events, board));
    expect(asked.map(({ path }) => path.replace('/api/ceremonies/small', ''))).toEqual([
      '',
      `/events?after=0&limit=${until}`,
      `/board?at=${until}`,
    ]);
    await expect(existing(server({ status: 404, body: {} }).ask, 'none')).rejects.toThrow('404');
  });
});

describe('names and times', () => {
  it('propose an id that need not be thought of', () => {
    expect(proposedId('Harbour Music Prizes', '2031-05-01T19:00:00Z')).toBe(
      'harbour-music-prizes-2031',
    );
    expect(proposedId('Gala 2031', '2031-05-01')).toBe('gala-2031');
    expect(proposedId('The King’s Prémios!')).toBe('the-kings-premios');
    expect(proposedId('  ', '2031')).toBe('');
    const long = proposedId('w'.repeat(80), '2031');
    expect(long).toBe(`${'w'.repeat(49)}-2031`);
  });

  it('are typed in this device’s zone and sent in UTC', () => {
    expect(timeTyped(typedTime('2031-05-01T19:05:00.000Z'))).toBe('2031-05-01T19:05:00.000Z');
    expect([timeTyped(''), timeTyped('2031'), typedTime(''), typedTime('soon')]).toEqual([
      '',
      '2031-01-01T00:00:00.000Z',
      '',
      '',
    ]);
  });

  it('are confirmed by the name itself, however it is typed', () => {
    expect(isNamed(' sound  EDITING', 'Sound Editing')).toBe(true);
    expect(isNamed('Sound', 'Sound Editing')).toBe(false);
    expect(isNamed('', '')).toBe(false);
  });
});

describe('the run of show', () => {
  it('moves one, and the others close up', () => {
    expect(moved(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a']);
    expect(moved(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b']);
    expect(moved(['a', 'b', 'c'], 1, 9)).toEqual(['a', 'c', 'b']);
    expect(moved(['a', 'b'], 7, 0)).toEqual(['a', 'b']);
  });

  it('is of those that are not decided', () => {
    const { boards } = smallNight();
    const all = ['picture', 'actress'];
    expect(undecided(boards[3] as Board)).toEqual(all);
    const ended = boards.at(-1) as Board;
    const open = all.filter((key) => ended.categories[key]?.status === 'upcoming');
    expect(undecided(ended)).toEqual(open);
  });

  it('keeps a draft while the night goes on', () => {
    expect(kept(['c', 'a', 'b'], ['a', 'c'])).toEqual(['c', 'a']);
    expect(kept(['c', 'a'], ['a', 'b', 'c'])).toEqual(['c', 'a', 'b']);
    expect(same(['a', 'b'], ['a', 'b'])).toBe(true);
    expect(same(['a', 'b'], ['b', 'a'])).toBe(false);
  });

  it('has a place for a pointer', () => {
    expect([0, 15, 99].map((y) => placeAt(y, [10, 20, 30]))).toEqual([0, 1, 3]);
  });
});

describe('the samples', () => {
  it('are of each form', () => {
    expect(formatOf(sampleTable)).toBe('csv');
    expect(formatOf(sampleJson)).toBe('json');
    expect(JSON.parse(sampleJson)).toMatchObject({ ceremony: { id: 'harbour-music-prizes-2031' } });
  });
});

describe('cells of a spreadsheet', () => {
  it('are the table that they make', () => {
    const copied = 'category\ttitle\tpeople\r\nSong\tLow, "Tide"\t"Ada\nLund"\r\n\tEbb\t\r\n';
    expect(tableOf(copied)).toBe(
      'category,title,people\nSong,"Low, ""Tide""","Ada\nLund"\n,Ebb,\n',
    );
  });

  it('are none where nothing is parted by tabs, or it is JSON', () => {
    expect(tableOf(TABLE)).toBeUndefined();
    expect(tableOf('')).toBeUndefined();
    expect(tableOf('{\t"ceremony": 1}')).toBeUndefined();
    expect(tableOf(`{\n\t"a": 1\n}`)).toBeUndefined();
  });
});

describe('the words of the editor', () => {
  /** Every sentence of a catalogue; functions are given what they take. */
  function sentences(part: unknown): string[] {
    if (typeof part === 'string') return [part];
    if (typeof part === 'function')
      return [String((part as (...all: unknown[]) => string)(2, 3, 4))];
    return Object.values(part as object).flatMap(sentences);
  }

  it('are all there in Spanish, and nothing is left in English', () => {
    const [english, spanish] = [sentences(en.editor), sentences(es.editor)];
    expect(spanish.length).toBe(english.length);
    expect(english.filter((sentence, at) => spanish[at] === sentence)).toEqual([]);
  });
});
