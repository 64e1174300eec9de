/** In English: the show as it goes on beside the desk: its log, its moments and its running order. */
import { counted } from '../../../core/format';

export const show = {
  log: {
    title: 'Last ten events',
    empty: 'Nothing has been posted yet.',
    someone: 'unknown',
  },

  events: {
    'ceremony-scheduled': 'Scheduled',
    'ceremony-rescheduled': 'Rescheduled',
    'work-listed': 'Listed',
    'category-listed': 'Category listed',
    'category-withdrawn': 'Category withdrawn',
    'nominee-withdrawn': 'Nominee withdrawn',
    'running-order-set': 'Running order set',
    'ceremony-started': 'The night started',
    'ceremony-ended': 'The night ended',
    'ceremony-reopened': 'The night was reopened',
    'presenting-began': 'Presenting',
    'stage-cleared': 'Stage cleared',
    'winner-announced': 'Winner',
    'result-put-under-review': 'Under review',
    'result-confirmed': 'Confirmed',
    'winner-corrected': 'Corrected',
    'winner-retracted': 'Taken back',
    'moment-noted': 'Moment',
    'moment-withdrawn': 'Moment withdrawn',
    tie: 'Tie',
  },

  moments: {
    title: 'Moments',
    kind: 'Kind',
    text: 'What happened',
    work: 'Film it is about',
    noWork: 'No film',
    note: 'Note it',
    withdraw: 'Withdraw',
    withdrawOf: (text: string) => `Withdraw: ${text}`,
    standing: 'Noted lately',
  },

  phases: {
    start: 'Start the night',
    end: 'End the night',
    reopen: 'Reopen the night',
  },

  run: {
    title: 'Rehearsal',
    from: 'Run from the recording',
    speed: 'Speed',
    times: (speed: number) => `${speed}×`,
    start: 'Run',
    stop: 'Stop and go on by hand',
    left: (n: number) => `${counted(n, 'event', 'events')} to come`,
    over: 'The recording is at its end.',
    none: 'The night itself has not been told yet, so there is nothing to run.',
    trouble: (sentence: string) => `It stopped: ${sentence}`,
  },

  keys: {
    title: 'Keys',
    shift: 'Shift',
    enter: 'Enter',
    close: 'Close',
    single: 'Letters, digits and signs work as keys',
    keys: [
      ['1 … 9, 0', 'Pick a nominee'],
      ['Shift + 1 … 0', 'Add one more, for a tie'],
      ['Enter', 'Review, then publish'],
      ['P', 'Presenting now'],
      ['R', 'Put the result under review'],
      ['C', 'Confirm, or correct with another pick'],
      ['U', 'Undo what the bar names'],
      ['T', 'Write a reason of your own'],
      ['M', 'Note a moment'],
      ['J / K, ↓ / ↑', 'Move in the run of show'],
      ['Esc', 'One step back'],
      ['?', 'These keys'],
    ] as readonly (readonly [string, string])[],
  },
};
