/** In English: the pages of one category, work or person, and of the race. */
import { counted, list } from '../../core/format';

export const subject = {
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
    /** Heads the nominations of a person for which no film is named. */
    noFilm: 'Without a film',
    credits: 'Nominations',
    films: 'Films',
    people: 'Credited',
    states: {
      upcoming: 'Upcoming',
      presenting: 'On stage now',
      won: 'Won',
      lost: 'Nominated',
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
};
