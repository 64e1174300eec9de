/** Every word on the page, English; the other languages are objects of the same type. */
import { counted, list } from '../core/format';

export const en = {
  site: 'Awards night',

  index: {
    title: 'Awards night, live and replayed',
    intro: 'Every award as it is announced, and every night to play again at your own pace.',
    now: 'Tonight',
    next: 'Coming up',
    past: 'Nights to replay',
    open: 'Open the board',
    follow: 'Follow live',
    programme: 'See the programme',
    replay: 'Replay from the start',
    empty: 'No ceremony is listed yet.',
    startsIn: (days: number, hours: number, minutes: number) =>
      days > 0
        ? `Starts in ${counted(days, 'day', 'days')}, ${hours} h`
        : `Starts in ${hours > 0 ? `${hours} h ` : ''}${minutes} min`,
  },

  liveNow: 'Live now',
  rehearsal: 'Rehearsal',
  loading: 'Loading the night…',
  missing: 'There is no ceremony at this address.',
  unreachable: 'The tracker cannot be reached. Trying again.',
  unknown: 'There is no page at this address.',
  home: 'All ceremonies',

  pill: {
    connecting: 'Connecting',
    live: 'Live',
    age: (age: string) => `${age} ago`,
    updated: 'updated',
    stale: (at: string) => `Reconnecting, data from ${at}`,
    ended: 'Final board',
    scheduled: 'Not started',
    replay: 'Replay',
  },
  banner: (at: string) =>
    `No connection to the tracker. What you see is from ${at}; it will catch up by itself.`,
  behind: (n: number) => (n === 0 ? 'Paused' : `${counted(n, 'event', 'events')} behind`),
  behindShort: (n: number) => (n === 0 ? 'Paused' : `${n} behind`),
  backToLive: 'Back to live',
  toTheEnd: 'To the end',

  theme: {
    auto: 'Colours: as your device',
    light: 'Colours: light',
    dark: 'Colours: dark',
  },

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
    opening: 'The night has begun',
    openingNote: 'No award has been given yet.',
    leads: (names: readonly string[], wins: number, over: boolean) => {
      const won = counted(wins, 'win', 'wins');
      const [one, several] = over ? ['led', 'led'] : ['leads', 'lead'];
      if (names.length > 3) {
        return `${counted(names.length, 'film', 'films')} ${over ? 'shared' : 'share'} the lead with ${won} each`;
      }
      return names.length > 1
        ? `${list(names)} ${several} with ${won} each`
        : `${names[0] ?? ''} ${one} with ${won}`;
    },
    awarded: (done: number, all: number) => [`${done}`, ` of ${all} awarded`] as const,
    upNext: 'Up next',
    onStage: 'Presenting now',
    presentedBy: (names: readonly string[]) => `Presented by ${list(names)}`,
    allAwarded: 'Every award has been given.',
  },

  countdown: {
    kicker: 'The night begins in',
    soon: 'The night is about to begin',
    days: (n: number) => (n === 1 ? 'day' : 'days'),
    hours: (n: number) => (n === 1 ? 'hour' : 'hours'),
    minutes: (n: number) => (n === 1 ? 'minute' : 'minutes'),
    seconds: (n: number) => (n === 1 ? 'second' : 'seconds'),
    hosted: (names: readonly string[]) => `Hosted by ${list(names)}`,
    programme: (categories: number, works: number) =>
      `${counted(categories, 'category', 'categories')}, ${counted(works, 'film', 'films')}`,
    first: 'First award of the night',
  },

  over: {
    kicker: 'That was the night',
    text: (awarded: number, all: number) =>
      awarded === all ? `All ${all} awards are given.` : `${awarded} of ${all} awards were given.`,
    replay: 'Watch it again from the start',
    top: 'Most wins',
  },

  board: {
    works: 'Films by wins',
    people: 'People by wins',
    distributors: 'Distributors by wins',
    tabs: { works: 'Films', people: 'People', distributors: 'Distributors' },
    choose: 'What is ranked',
    nominations: (n: number) => counted(n, 'nomination', 'nominations'),
    winsUnit: (n: number) => (n === 1 ? 'win' : 'wins'),
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

  feed: {
    title: 'As it happened',
    empty: 'Nothing has happened yet.',
    fresh: (n: number) => `${n} new`,
    goTo: (time: string) => `Go to this moment, ${time}`,
    started: 'The ceremony begins',
    ended: 'The ceremony ends',
    reopened: 'The ceremony is open again',
    rescheduled: (when: string) => `Moved to ${when}`,
    presenting: 'On stage',
    winner: 'Winner',
    tie: 'Tie',
    review: 'Under review',
    confirmed: 'Confirmed',
    corrected: 'Corrected',
    retracted: 'Taken back',
    withdrawn: 'Withdrawn',
    momentWithdrawn: 'A note was withdrawn',
    correctedAt: (time: string) => `Corrected at ${time}`,
    corrects: (time: string) => `Corrects ${time}`,
    earlier: (n: number) => `Show ${n} earlier`,
  },

  /** The kinds of moments that have a word of their own; any other shows as a moment. */
  moments: {
    speech: 'Speech',
    performance: 'Performance',
    tribute: 'Tribute',
    host: 'Host',
    comedy: 'Comedy',
    political: 'Statement',
    record: 'Record',
    milestone: 'Milestone',
    upset: 'Upset',
    surprise: 'Surprise',
    incident: 'Incident',
    broadcast: 'Broadcast',
    format: 'Format',
  } as Record<string, string>,
  moment: 'Moment',

  tabs: { label: 'Sections', board: 'Board', categories: 'Categories', feed: 'Feed' },

  transport: {
    label: 'Playback',
    play: 'Play',
    pause: 'Pause',
    replay: 'Replay from the start',
    back: 'One event back',
    forward: 'One event forward',
    position: 'Position in the night',
    value: (chapter: string, time: string, event: number, of: number) =>
      `${chapter}, ${time}, event ${event} of ${of}`,
    opening: 'Opening',
    chapters: 'Chapters',
    speed: 'Speed',
    speedValue: (speed: number) => `${speed}×`,
    shorten: 'Shorten quiet stretches',
    copy: 'Copy link to this moment',
    copied: 'Link copied',
    copyFailed: 'The link could not be copied. It is in the address bar.',
    full: 'Full screen',
    help: 'Keys and help',
    more: 'More',
    event: (n: number, of: number) => `event ${n} of ${of}`,
    eventShort: (n: number, of: number) => `${n} of ${of}`,
    waiting: 'Playback opens when the night begins.',
  },
  estimated: 'Times are estimated',
  estimatedLong:
    'Times are estimated: this night was put together afterwards. Order and results are exact.',

  help: {
    title: 'Keys',
    close: 'Close',
    keys: [
      ['Space or K', 'Play or pause'],
      ['Left, right', '5 seconds back or forward'],
      ['Shift + left, right', '30 seconds back or forward'],
      ['[ and ]', 'Previous or next chapter'],
      [', and .', 'One event back or forward'],
      ['0 to 9', 'To that tenth of the night'],
      ['< and >', 'Slower or faster'],
      ['End or L', 'Back to live, or to the end'],
      ['F', 'Full screen'],
      ['?', 'This list'],
    ] as readonly (readonly [string, string])[],
  },

  spoken: {
    award: (category: string, winners: readonly string[]) =>
      `${category}${winners.length > 1 ? ', a tie' : ''}: ${winners.join('; and ')}.`,
    total: (title: string, wins: number) => `${title} now has ${counted(wins, 'win', 'wins')}.`,
    corrected: (category: string, winners: readonly string[], struck: readonly string[]) =>
      `Correction. ${category}: ${list(winners)}${struck.length > 0 ? `, not ${list(struck)}` : ''}.`,
    retracted: (category: string) => `The result for ${category} was taken back.`,
    review: (category: string) => `${category} is under review.`,
    confirmed: (category: string) => `The result for ${category} is confirmed.`,
  },
};

export type Words = typeof en;
