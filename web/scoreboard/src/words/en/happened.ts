/** In English: what happened, and what was reached by it. */
import { counted, list } from '../../core/format';

export const happened = {
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

  /** What has changed against an earlier board. */
  since: {
    look: (time: string, day?: string) =>
      `Since you last looked, ${day === undefined ? 'at' : `on ${day} at`} ${time}`,
    awards: (n: number) => counted(n, 'more award', 'more awards'),
    hide: 'Hide the marks',
    fresh: 'new',
    up: (places: number) => `Up ${counted(places, 'place', 'places')}`,
    down: (places: number) => `Down ${counted(places, 'place', 'places')}`,
    entered: 'New in the ranking',
    chapter: (change: string, category: string) => `${change} with ${category}`,
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
