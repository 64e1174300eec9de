/** In English: what the night’s page says of the night: its head, its board and its categories. */
import { counted, list, plural } from '../../core/format';
import type { Subject } from '../../types';

const countedOf = (of: Subject, n: number): string =>
  of === 'works'
    ? counted(n, 'film', 'films')
    : of === 'people'
      ? counted(n, 'person', 'people')
      : counted(n, 'distributor', 'distributors');

export const night = {
  /** After the first names of a long list. */
  others: (n: number) => `${n} others`,

  hero: {
    label: 'What just happened',
    winner: 'Winner',
    tie: 'Tie',
    underReview: 'Under review',
    underReviewNote: 'The result stands while it is being checked.',
    corrected: 'Corrected',
    retracted: 'Taken back',
    retractedNote: 'This result no longer stands. The category is open again.',
    confirmed: 'Confirmed',
    notThis: 'Not, as announced first:',
    /** A link after the first of many winners. */
    andOthers: (n: number) => `and ${n} others`,
    opening: 'The night has begun',
    openingNote: 'No award has been given yet.',
    closed: 'The night is over',
    closedNote: 'No award was given.',
    leads: (names: readonly string[], wins: number, over: boolean, of: Subject) => {
      const won = counted(wins, 'win', 'wins');
      const [one, several] = over ? ['led', 'led'] : ['leads', 'lead'];
      if (names.length > 3 || (names.length > 1 && list(names).length > 90)) {
        return `${countedOf(of, names.length)} ${over ? 'shared' : 'share'} the lead with ${won} each`;
      }
      return names.length > 1
        ? `${list(names)} ${several} with ${won} each`
        : `${names[0] ?? ''} ${one} with ${won}`;
    },
    awarded: (done: number, all: number) =>
      [`${done}`, ` of ${all} awarded`] as readonly [string, string],
    upNext: 'Up next',
    onStage: 'Presenting now',
    presentedBy: (names: readonly string[]) => `Presented by ${list(names)}`,
    allAwarded: 'Every award has been given.',
  },

  countdown: {
    kicker: 'The night begins in',
    soon: 'The night is about to begin',
    overdue: 'Not begun yet',
    /** The day and time only where the day is another one. */
    due: (time: string, at?: string) => (at === undefined ? `Due at ${time}` : `Due on ${at}`),
    days: (n: number) => plural(n, 'day', 'days'),
    hours: (n: number) => plural(n, 'hour', 'hours'),
    minutes: (n: number) => plural(n, 'minute', 'minutes'),
    seconds: (n: number) => plural(n, 'second', 'seconds'),
    hosted: (names: readonly string[]) => `Hosted by ${list(names)}`,
    programme: (categories: number, competing: number, of: Subject) =>
      `${counted(categories, 'category', 'categories')}, ${countedOf(of, competing)}`,
    first: 'First award of the night',
  },

  over: {
    kicker: 'That was the night',
    text: (awarded: number, all: number) =>
      awarded === all && all > 0
        ? `All ${all} awards are given.`
        : `${awarded} of ${all} awards were given.`,
    replay: 'Watch it again from the start',
    top: 'Most wins',
    corrected: (category: string, to: string) => `${category}: ${to}`,
    winners: 'All winners on one page',
  },

  board: {
    works: 'Films by wins',
    people: 'People by wins',
    distributors: 'Distributors by wins',
    tabs: { works: 'Films', people: 'People', distributors: 'Distributors' },
    choose: 'What is ranked',
    nominations: (n: number) => counted(n, 'nomination', 'nominations'),
    winsUnit: (n: number) => plural(n, 'win', 'wins'),
    rank: (rank: number, tied: boolean) => (tied ? `=${rank}` : `${rank}`),
    rankSpoken: (rank: number, tied: boolean) => (tied ? `Joint rank ${rank}` : `Rank ${rank}`),
    pips: (wins: number, lost: number, pending: number) =>
      `${counted(wins, 'win', 'wins')}, ${lost} lost, ${pending} to come`,
    /** Before anything is won. */
    nominated: {
      works: 'Films by nominations',
      people: 'People by nominations',
      distributors: 'Distributors by nominations',
    },
    winless: {
      works: (n: number) => `${counted(n, 'film', 'films')} without a win`,
      people: (n: number) => `${counted(n, 'person', 'people')} without a win`,
      distributors: (n: number) => `${counted(n, 'distributor', 'distributors')} without a win`,
    },
    others: (n: number) => `${n} more`,
    /** Where the first of them are shown above. */
    moreWinless: (n: number) => `${n} more without a win`,
    /** Those of the last rank on the list for whom there is no room on it. */
    level: (n: number, wins: number) => `and ${n} more with ${counted(wins, 'win', 'wins')}`,
    noneListed: 'No one is listed here for this ceremony.',
  },

  categories: {
    title: 'Categories',
    status: {
      upcoming: 'Upcoming',
      presenting: 'Presenting now',
      'under-review': 'Under review',
      awarded: 'Awarded',
      withdrawn: 'Withdrawn',
    },
    nominees: (n: number) => counted(n, 'nominee', 'nominees'),
    winner: 'Winner',
    withdrawn: 'Withdrawn',
    corrected: 'Corrected',
  },

  /** Before the start. */
  programme: {
    tabs: { categories: 'Run of show', feed: 'The night' },
    order: 'Run of show',
    title: 'The night',
    venue: 'Where',
    hosts: (n: number) => plural(n, 'Host', 'Hosts'),
    ends: 'Awards',
    calendar: 'Add to your calendar',
    tv: 'Open on a television',
    told: 'Be told',
  },
};
