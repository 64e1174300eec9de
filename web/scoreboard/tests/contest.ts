/** Nights of one programme and one course that differ only in who wins. */
import type { CeremonyEvent } from '../src/types';
import { Story } from './support';

const FILMS = ['anora', 'brutalist', 'conclave', 'dune', 'emilia'] as const;
const CATEGORIES = ['picture', 'director', 'sound', 'song'] as const;
type Key = (typeof CATEGORIES)[number];

/** Picks the next number below the given one: the whole difference between two nights. */
export type Pick = (below: number) => number;

/** The same picks for the same seed. */
export function picks(seed: number): Pick {
  let state = seed * 2654435761 + 1;
  return (below) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/**
 * Director, then song with a review and a correction, sound taken back and given again, picture; a
 * tie wherever the picks say so. Texts and reasons name whoever won.
 */
export function contest(pick: Pick, { epoch = 'one' } = {}): Story {
  const story = new Story([], { epoch, pageSize: 4 });
  const winners: Partial<Record<Key, { version: number; films: string[] }>> = {};
  const title = (film: string): string => film.toUpperCase();
  let t = 0;

  const tell = (event: CeremonyEvent, patch: object = {}): void => {
    story.add([(t += 60_000), event, patch]);
  };
  const drawn = (): string[] => {
    const first = pick(FILMS.length);
    const tie = pick(3) === 0 ? [FILMS[(first + 1) % FILMS.length] as string] : [];
    return [FILMS[first] as string, ...tie];
  };
  const tally = (): object => {
    const lines = FILMS.map((film) => {
      const decided = CATEGORIES.filter((key) => winners[key]);
      const wins = decided.filter((key) => winners[key]?.films.includes(film)).length;
      const lost = decided.length - wins;
      return [film, { wins, lost, pending: CATEGORIES.length - wins - lost }] as const;
    });
    const ranked = lines.filter(([, { wins }]) => wins > 0).sort(([, a], [, b]) => b.wins - a.wins);
    const rank = (wins: number): number => ranked.filter(([, line]) => line.wins > wins).length + 1;
    return {
      works: Object.fromEntries(lines),
      ranking: { works: ranked.map(([film, { wins }]) => [film, rank(wins)]) },
      progress: { awarded: Object.keys(winners).length },
    };
  };
  const result = (key: Key, films: string[], status: string): object => {
    const before = Object.keys(story.boards.at(-1)?.categories[key]?.winners ?? {});
    const version = story.head + 1;
    if (films.length > 0) winners[key] = { version, films };
    else delete winners[key];
    const gone = Object.fromEntries(before.map((id) => [id, null]));
    const standing = Object.fromEntries(films.map((film) => [`${key}/${film}`, version]));
    return {
      ...tally(),
      stage: { category: null, presenters: null },
      latest: { category: key, version },
      categories: { [key]: { status, winners: { ...gone, ...standing } } },
      milestones: Object.fromEntries(
        films.map((film) => [`${film}-${version}`, { version, kind: 'most-wins', subject: film }]),
      ),
    };
  };
  const ids = (key: Key, films: string[]): string[] => films.map((film) => `${key}/${film}`);
  const present = (key: Key): void =>
    tell(
      { type: 'presenting-began', category: key, presenters: ['A Presenter'] },
      {
        stage: { category: key, presenters: ['A Presenter'] },
        categories: { [key]: { status: 'presenting' } },
      },
    );
  const announce = (key: Key): string[] => {
    const films = drawn();
    tell(
      { type: 'winner-announced', category: key, nominees: ids(key, films) },
      result(key, films, 'awarded'),
    );
    tell({ type: 'moment-noted', kind: 'speech', text: `${films.map(title).join()} is thanked` });
    return films;
  };

  tell(
    { type: 'ceremony-scheduled', name: 'A Contest', starts_at: '2025-03-03T00:00:00.000Z' },
    {
      ceremony: { id: 'night', name: 'A Contest', starts_at: '2025-03-03T00:00:00.000Z' },
      progress: { categories: CATEGORIES.length },
      works: Object.fromEntries(
        FILMS.map((film) => [
          film,
          { title: title(film), distributors: [], nominations: 4, wins: 0, lost: 0, pending: 4 },
        ]),
      ),
      categories: Object.fromEntries(
        CATEGORIES.map((key, i) => [
          key,
          {
            name: `Best ${key}`,
            position: i + 1,
            status: 'upcoming',
            winners: {},
            nominees: Object.fromEntries(
              FILMS.map((film, j) => [
                `${key}/${film}`,
                { work: film, position: j + 1, people: [] },
              ]),
            ),
          },
        ]),
      ),
    },
  );
  tell({ type: 'ceremony-started' }, { phase: 'live' });
  tell({ type: 'moment-noted', kind: 'host', text: 'Good evening.' });
  present('director');
  announce('director');
  present('song');
  const [mistaken = ''] = announce('song');
  tell(
    { type: 'result-put-under-review', category: 'song', reason: `Not ${title(mistaken)}?` },
    { categories: { song: { status: 'under-review' } } },
  );
  const right = drawn();
  tell(
    {
      type: 'winner-corrected',
      category: 'song',
      nominees: ids('song', right),
      reason: `${right.map(title).join()} it is`,
    },
    result('song', right, 'awarded'),
  );
  const [withdrawn = ''] = announce('sound');
  tell(
    { type: 'winner-retracted', category: 'sound', reason: `${title(withdrawn)} has not won` },
    result('sound', [], 'upcoming'),
  );
  announce('sound');
  present('picture');
  announce('picture');
  tell({ type: 'ceremony-ended', reason: 'All is given.' }, { phase: 'ended' });
  return story;
}
