/** Every word on the page, English; the other languages are objects of the same type. */
import { counted, list, number, plural } from '../core/format';

export const en = {
  site: 'Awards night',
  /** By category key; a category without one goes by the name that the board gives it. */
  categoryNames: {} as Readonly<Record<string, string>>,

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
    winners: 'Winners',
    tv: 'Television',
    overlay: 'Stream overlay',
    more: (name: string) => `More of the ${name}`,
    last: (category: string) => `Just now: ${category}`,
    onStage: (category: string) => `On stage: ${category}`,
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
    /** The day only where it is another one. */
    offline: (time: string, day?: string) =>
      `Offline, data from ${day === undefined ? '' : `${day}, `}${time}`,
    ended: 'Final board',
    scheduled: 'Not started',
    replay: 'Replay',
  },
  banner: (at: string) =>
    `No connection to the tracker. What you see is from ${at}; it will catch up by itself.`,
  offlineBanner: (time: string, day?: string) =>
    `You are offline. What you see is from ${day === undefined ? '' : `${day}, `}${time}; it will catch up by itself.`,
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
    days: (n: number) => plural(n, 'day', 'days'),
    hours: (n: number) => plural(n, 'hour', 'hours'),
    minutes: (n: number) => plural(n, 'minute', 'minutes'),
    seconds: (n: number) => plural(n, 'second', 'seconds'),
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

  tabs: {
    label: 'Sections',
    board: 'Board',
    race: 'Race',
    categories: 'Categories',
    feed: 'Feed',
  },

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
      ['S', 'Hide or show the results'],
      ['F', 'Full screen'],
      ['?', 'This list'],
    ] as readonly (readonly [string, string])[],
  },

  subject: {
    trail: 'You are here',
    board: 'Board',
    kinds: {
      films: 'Film',
      people: 'Person',
      distributors: 'Distributor',
      categories: 'Category',
    },
    unknown: 'The night knows nothing by this name, at least not at this moment.',
    toBoard: 'Back to the board',
    imdb: 'On IMDb',
    distributedBy: 'Distributed by',
    hidden: 'Hidden',
    hiddenNote: 'Results are covered.',
    tally: 'The tally',
    wins: 'Wins',
    nominations: 'Nominations',
    lost: 'Lost',
    pending: 'To come',
    leads: (tied: boolean, over: boolean): string =>
      tied
        ? over
          ? 'Shared the lead'
          : 'Shares the lead'
        : over
          ? 'Led the night'
          : 'In the lead',
    ranked: (rank: string) => `Rank ${rank} by wins`,
    night: 'The night',
    strip: (name: string, won: number, lost: number, open: number) =>
      `${name} over the night: ${counted(won, 'nomination', 'nominations')} won, ${lost} lost, ${open} to come. The list below gives each with its time.`,
    hour: (n: number) => `${n} h`,
    toCome: 'to come',
    credits: 'Nominations',
    films: 'Films',
    people: 'Credited',
    states: {
      upcoming: 'Upcoming',
      presenting: 'On stage now',
      won: 'Won',
      lost: 'Lost',
      withdrawn: 'Withdrawn',
    },
    review: 'Under review',
    corrected: 'Corrected',
    correctedAway: 'Announced first, then corrected',
    seek: (time: string, category: string) => `Go to ${time}, ${category}`,
    moments: 'Moments',
    nominees: 'Nominees',
    story: 'How it went',
    storyEmpty: 'Nothing has happened here yet.',
    presenters: (names: readonly string[]) => `Presented by ${list(names)}`,
    place: (position: number, of: number) => `${position} of ${of} in the running order`,
    previous: 'Before',
    next: 'After',
    order: 'Running order',
    page: 'All about this category',
  },

  race: {
    title: 'The race',
    works: 'Wins of each film over the night',
    people: 'Wins of each person over the night',
    distributors: 'Wins of each distributor over the night',
    choose: 'Whose wins are drawn',
    empty: 'The lines begin with the first award.',
    covered: 'The race is hidden while results are covered.',
    upTo: (time: string, names: readonly string[]) =>
      names.length > 0 ? `Up to ${time}: ${list(names)}.` : `Up to ${time}, no one has a win.`,
    entry: (name: string, wins: number) => `${name} ${counted(wins, 'win', 'wins')}`,
    corrected: 'corrected',
    table: 'The race as a table',
    time: 'Time',
    category: 'Category',
    name: { works: 'Film', people: 'Person', distributors: 'Distributor' },
    wins: 'Wins',
    ahead: 'Still to come',
    none: 'No win yet',
  },

  /** The screens of their own: a television, a stream's overlay, a widget. */
  tv: {
    programme: 'Tonight’s programme',
    last: 'The last awards',
  },
  overlay: {
    venue: 'Where',
    hosts: 'Hosts',
    programme: 'Tonight',
    lead: 'In the lead',
    progress: 'So far',
    now: (wins: number) => `${plural(wins, 'win', 'wins')} so far`,
    over: (wins: number) => plural(wins, 'win', 'wins'),
  },
  embed: {
    open: 'Open the full board',
    newTab: '(opens in a new tab)',
    top: 'Most wins',
    nominated: 'Most nominations',
  },

  delay: {
    label: 'TV delay',
    note: 'Holds everything back until your picture is there.',
    off: 'Off',
    seconds: (n: number) => `${number(n)} s`,
    own: 'Other…',
    ownLabel: 'Delay in seconds',
    pill: (n: number) => `${number(n)} s delay`,
  },

  cover: {
    label: 'Hide the results',
    note: 'Results are hidden.',
    hidden: 'Result hidden',
    reveal: 'Reveal',
    revealOf: (category: string) => `Reveal the result of ${category}`,
    revealAll: 'Reveal so far',
    still: 'As it stood before the first hidden result.',
    moment: 'Hidden for now',
    decided: 'Decided',
    off: 'Turn off',
  },

  telling: {
    label: 'How the night is told',
    happened: 'As it happened',
    corrected: 'As corrected',
    correctedNote: 'Told as corrected: each result as it finally stood.',
    loading: 'Loading the night as corrected…',
    back: 'Tell it as it happened',
  },

  /** What has changed against an earlier board. */
  since: {
    look: (time: string) => `Since you last looked, at ${time}`,
    awards: (n: number) => counted(n, 'more award', 'more awards'),
    hide: 'Hide the marks',
    fresh: 'new',
    up: (places: number) => `Up ${counted(places, 'place', 'places')}`,
    down: (places: number) => `Down ${counted(places, 'place', 'places')}`,
    entered: 'New in the ranking',
    chapter: (change: string, category: string) => `${change} with ${category}`,
  },

  filter: {
    open: 'Filter',
    label: 'Filter board and categories',
    text: 'Find',
    placeholder: 'Film, person, category…',
    status: 'Category',
    anyStatus: 'Any state',
    distributor: 'Distributor',
    anyDistributor: 'Any distributor',
    clear: 'Clear',
    count: {
      works: (n: number, of: number) => `${number(n)} of ${counted(of, 'film', 'films')}`,
      people: (n: number, of: number) => `${number(n)} of ${counted(of, 'person', 'people')}`,
      distributors: (n: number, of: number) =>
        `${number(n)} of ${counted(of, 'distributor', 'distributors')}`,
      categories: (n: number, of: number) =>
        `${number(n)} of ${counted(of, 'category', 'categories')}`,
    },
    none: 'Nothing here matches.',
  },

  /** Being told about a category or a film. */
  bells: {
    choose: 'Tell me',
    chooseLong: 'Choose what to be told about',
    done: 'Done',
    tell: (name: string) => `Tell me about ${name}`,
    note: 'Ring a bell on a category or a film: you are told when its moment comes, as long as this page is open.',
    allow: 'Allow notifications',
    denied: 'Notifications are blocked for this page, so it makes a sound and shows a note.',
    granted: 'You will get a notification.',
    sound: 'It makes a sound and shows a note.',
    chosen: (n: number) => `${counted(n, 'bell', 'bells')} set`,
    about: (films: readonly string[]) => list(films),
    onStage: (category: string) => `${category} is on stage now.`,
    close: 'Close this note',
    label: 'What you wanted to be told',
  },

  zone: {
    mine: (name: string) => `Your time: ${name}`,
    venue: (name: string) => `Venue time: ${name}`,
    toMine: 'Show your time',
    toVenue: 'Show venue time',
  },

  /** Before the start. */
  programme: {
    tabs: { board: 'Films', categories: 'Run of show', feed: 'The night' },
    order: 'Run of show',
    title: 'The night',
    venue: 'Where',
    hosts: (n: number) => plural(n, 'Host', 'Hosts'),
    begins: 'Begins',
    ends: 'Awards',
    calendar: 'Add to your calendar',
    tv: 'Open on a television',
    told: 'Be told',
  },

  /** By kind; a kind without a word here is written out as it is. */
  milestones: {
    'most-wins': 'Most wins of any film',
    'ties-most-wins': 'Ties the most wins of any film',
    sweep: 'Won every nomination',
    'first-win': 'First win',
    record: 'Record',
  } as Readonly<Record<string, string>>,
  milestone: 'Milestone',

  spoken: {
    hidden: (category: string) => `${category} has been awarded. The result is hidden.`,
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
