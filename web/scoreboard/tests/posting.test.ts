import { describe, expect, it } from 'vitest';
import { Poster } from '../src/console/core/poster';
import type { Outcome, Posting, Proposal } from '../src/console/core/posting';
import type { CeremonyEvent } from '../src/types';
import { DeskServer, type Fate } from './deskserver';
import { ManualClock, settle, smallNight } from './support';

const PICTURE = 'picture/moonlight';
const mine: CeremonyEvent = { type: 'winner-announced', category: 'picture', nominees: [PICTURE] };
const other: CeremonyEvent = {
  type: 'winner-announced',
  category: 'picture',
  nominees: ['picture/la-la-land'],
};
const elsewhere: CeremonyEvent = {
  type: 'winner-announced',
  category: 'actress',
  nominees: ['actress/ruth-negga'],
};

function atDesk(...fates: Fate[]) {
  const server = new DeskServer(smallNight().boards[5]!);
  const clock = new ManualClock();
  const states: string[] = [];
  const signedOut: string[] = [];
  server.fates.push(...fates);
  const poster = new Poster('night', {
    ask: server.ask,
    clock,
    random: () => 0.5,
    me: () => 'ada',
    changed: (posting: Posting | undefined) => {
      if (posting && posting.state !== states.at(-1)) states.push(posting.state);
    },
    signedOut: (sentence) => signedOut.push(sentence),
  });
  return { server, clock, states, signedOut, poster };
}

type Desk = ReturnType<typeof atDesk>;

function proposal(event: CeremonyEvent = mine, head = 10, key = 'k1'): Proposal {
  return { key, event, head };
}

/** The outcome, however long it takes. */
async function outcome({ poster, clock }: Desk, what = proposal()): Promise<Outcome> {
  let found: Outcome | undefined;
  void poster.post(what).then((each) => (found = each));
  for (let turn = 0; turn < 40 && !found; turn += 1) {
    await settle();
    if (!found) clock.advance(5_000);
  }
  expect(found).toBeDefined();
  return found!;
}

function awards({ server }: Desk, category = 'picture'): readonly CeremonyEvent[] {
  return server.log
    .map(({ event }) => event)
    .filter((event) => event.type === 'winner-announced' && event.category === category);
}

describe('a post', () => {
  it('carries its key and the head it was made on', async () => {
    const desk = atDesk();
    expect(await outcome(desk)).toEqual({ is: 'posted', version: 11 });
    expect(desk.server.posts).toEqual([
      {
        method: 'POST',
        path: '/api/ceremonies/night/events',
        body: mine,
        headers: { 'Idempotency-Key': 'k1', 'If-Match': '"10"' },
      },
    ]);
  });

  const broken: readonly (readonly [string, Fate[]])[] = [
    ['never arrives', ['request lost']],
    ['arrives, and its answer does not', ['answer lost']],
    ['is lost twice, then its answer', ['request lost', 'request lost', 'answer lost']],
    ['loses its answer twice', ['answer lost', 'answer lost']],
    ['loses its answer, and finds the server down', ['answer lost', 'down', 'down']],
    ['finds the server down, then loses its answer', ['down', 'answer lost']],
    ['loses its answer, and then the question who did it', ['answer lost', 'busy']],
  ];

  it.each(broken)('that %s is one event in the end', async (_, fates) => {
    const desk = atDesk(...fates);
    expect(await outcome(desk)).toMatchObject({ is: 'posted', version: 11 });
    expect(awards(desk)).toEqual([mine]);
    const keys = desk.server.posts.map(({ headers }) => headers?.['Idempotency-Key']);
    expect(new Set(keys)).toEqual(new Set(['k1']));
  });

  it.each(broken)('that %s and meets a colleague elsewhere is one event', async (_, fates) => {
    const desk = atDesk(...fates);
    desk.server.meanwhile = () => {
      desk.server.meanwhile = undefined;
      desk.server.post('maya', elsewhere);
    };
    expect(await outcome(desk)).toMatchObject({ is: 'posted', version: 12 });
    expect(awards(desk)).toEqual([mine]);
    expect(awards(desk, 'actress')).toEqual([elsewhere]);
  });

  it.each(broken)('that %s and meets another result gives way', async (_, fates) => {
    const desk = atDesk(...fates);
    desk.server.post('maya', other);
    expect(await outcome(desk)).toMatchObject({ is: 'clash', theirs: { actor: 'maya' } });
    expect(awards(desk)).toEqual([other]);
  });

  it('waits longer each time, and no shorter than it is told to', async () => {
    const desk = atDesk('request lost', 'busy');
    void desk.poster.post(proposal());
    await settle();
    expect(desk.poster.current).toMatchObject({ state: 'waiting', why: 'link', unsure: true });
    desk.clock.advance(500);
    await settle();
    expect(desk.poster.current).toMatchObject({ state: 'waiting', why: 'busy' });
    desk.clock.advance(3_900);
    await settle();
    expect(desk.server.posts).toHaveLength(2);
    desk.clock.advance(200);
    await settle();
    expect(desk.server.log).toHaveLength(1);
  });

  it('tries at once when the network comes back', async () => {
    const desk = atDesk('request lost');
    void desk.poster.post(proposal());
    await settle();
    desk.poster.wake();
    await settle();
    expect(desk.server.log).toHaveLength(1);
  });

  it('is held without a token, and goes on with the same key once there is one', async () => {
    const desk = atDesk('signed out');
    void desk.poster.post(proposal());
    await settle();
    desk.clock.advance(60_000);
    await settle();
    expect(desk.signedOut).toEqual(['No valid token.']);
    expect(desk.server.posts).toHaveLength(1);
    desk.poster.wake();
    await settle();
    expect(desk.server.posts.map(({ headers }) => headers?.['Idempotency-Key'])).toEqual([
      'k1',
      'k1',
    ]);
    expect(awards(desk)).toEqual([mine]);
  });

  it('that is not allowed says so and is over', async () => {
    expect(await outcome(atDesk('forbidden'))).toEqual({ is: 'refused', sentence: 'Not you.' });
  });

  it('that a rule forbids says why', async () => {
    const correction: CeremonyEvent = { ...mine, type: 'winner-corrected', reason: 'Wrong' };
    expect(await outcome(atDesk(), proposal(correction))).toEqual({
      is: 'refused',
      sentence: 'Refused: undecided.',
      rule: 'undecided',
    });
  });

  it('waits for the one before it', async () => {
    const desk = atDesk('request lost');
    const first = desk.poster.post(proposal(mine, 10, 'first'));
    const second = desk.poster.post(proposal(elsewhere, 10, 'second'));
    await settle();
    expect(desk.server.posts).toHaveLength(1);
    desk.poster.wake();
    expect([await first, await second]).toEqual([
      { is: 'posted', version: 11 },
      { is: 'posted', version: 12 },
    ]);
  });

  it('taken up by another load of the page is the same event', async () => {
    const desk = atDesk('answer lost');
    void desk.poster.post(proposal());
    await settle();
    const again = atDesk();
    const later = { ...again, server: desk.server };
    const poster = new Poster('night', {
      ask: desk.server.ask,
      clock: again.clock,
      random: () => 0.5,
      me: () => 'ada',
      changed: () => undefined,
      signedOut: () => undefined,
    });
    expect(await poster.resume(proposal())).toEqual({ is: 'posted', version: 11 });
    expect(awards(later)).toEqual([mine]);
  });

  it('meant for a rehearsal that was begun again is dropped', async () => {
    const desk = atDesk('request lost');
    const gone = desk.poster.post(proposal());
    await settle();
    desk.poster.drop();
    expect(await gone).toEqual({ is: 'dropped' });
    desk.clock.advance(60_000);
    await settle();
    expect(desk.server.log).toEqual([]);
  });
});

describe('somebody faster', () => {
  it('elsewhere is not even told of', async () => {
    const desk = atDesk();
    desk.server.post('maya', elsewhere);
    expect(await outcome(desk)).toEqual({ is: 'posted', version: 12 });
    const sent = desk.server.posts.map(({ headers }) => headers);
    expect(sent).toEqual([
      { 'Idempotency-Key': 'k1', 'If-Match': '"10"' },
      { 'Idempotency-Key': 'k1', 'If-Match': '"11"' },
    ]);
    expect(desk.server.asked).toHaveLength(2);
  });

  it('far ahead is read in the log first', async () => {
    const desk = atDesk();
    for (let n = 0; n < 70; n += 1) {
      desk.server.post('maya', { type: 'moment-noted', kind: 'speech', text: `${n}` });
    }
    expect(await outcome(desk)).toEqual({ is: 'posted', version: 81 });
    expect(desk.server.asked.map(({ method }) => method)).toEqual(['POST', 'GET', 'POST']);
  });

  it('with the same result has done it, and is named', async () => {
    const desk = atDesk();
    desk.server.post('maya', mine);
    expect(await outcome(desk)).toMatchObject({ is: 'already', by: { actor: 'maya' } });
    expect(awards(desk)).toEqual([mine]);
  });

  it('with the same result stands, whoever it was', async () => {
    const desk = atDesk();
    desk.server.post('maya', mine);
    void desk.poster;
    desk.server.meanwhile = () => {
      desk.server.meanwhile = undefined;
      desk.server.fates.push('request lost');
    };
    expect(await outcome(desk)).toEqual({ is: 'already', version: 11 });
  });

  it('under my name at another desk is not taken for me', async () => {
    const desk = atDesk();
    desk.server.post('ada', mine);
    expect(await outcome(desk)).toMatchObject({ is: 'already', by: { actor: 'ada' } });
  });

  it('with another result is shown beside mine', async () => {
    const desk = atDesk();
    desk.server.post('maya', other);
    expect(await outcome(desk)).toMatchObject({
      is: 'clash',
      theirs: { actor: 'maya', event: other },
    });
    expect(awards(desk)).toEqual([other]);
  });

  it('whose result is known here already is shown beside mine as well', async () => {
    const desk = atDesk();
    desk.server.post('maya', other);
    expect(await outcome(desk, proposal(mine, 11))).toMatchObject({
      is: 'clash',
      theirs: { actor: 'maya', version: 11 },
    });
  });

  const decided: CeremonyEvent = other;
  const cases: readonly (readonly [string, CeremonyEvent, CeremonyEvent, string])[] = [
    [
      'corrected what I correct otherwise',
      { ...mine, type: 'winner-corrected', reason: 'Wrong envelope' },
      { type: 'winner-retracted', category: 'picture' },
      'clash',
    ],
    [
      'corrected it as I do',
      { ...mine, type: 'winner-corrected', reason: 'Wrong envelope' },
      { ...mine, type: 'winner-corrected', reason: 'Another reason' },
      'already',
    ],
    [
      'confirmed what I take back',
      { type: 'winner-retracted', category: 'picture', reason: 'No' },
      { type: 'result-confirmed', category: 'picture' },
      'clash',
    ],
    [
      'took back what I take back',
      { type: 'winner-retracted', category: 'picture', reason: 'No' },
      { type: 'winner-retracted', category: 'picture', reason: 'Also no' },
      'already',
    ],
    [
      'put under review what I correct',
      { ...mine, type: 'winner-corrected', reason: 'Wrong envelope' },
      { type: 'result-put-under-review', category: 'picture' },
      'posted',
    ],
    [
      'presents what I announce nothing about',
      { ...elsewhere },
      { type: 'presenting-began', category: 'actress' },
      'posted',
    ],
  ];

  it.each(cases)('who %s', async (_, proposed, theirs, expected) => {
    const desk = atDesk();
    desk.server.post('maya', decided);
    desk.server.post('maya', theirs);
    expect(await outcome(desk, proposal(proposed, 11))).toMatchObject({ is: expected });
  });
});
