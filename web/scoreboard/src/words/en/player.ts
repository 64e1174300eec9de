/** In English: where one stands in the night, and how one moves there. */
import { number } from '../../core/format';

export const player = {
  tabs: {
    label: 'Sections',
    board: 'Board',
    race: 'Race',
    categories: 'Categories',
    feed: 'Feed',
  },

  transport: {
    label: 'Playback',
    skip: 'To the player',
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
    cut: (time: string) => `${time} skipped`,
    waiting: 'Playback opens with the first event.',
  },
  estimated: 'Times are estimated',
  estimatedLong:
    'Times are estimated: this night was put together afterwards. Order and results are exact.',

  help: {
    title: 'Keys',
    close: 'Close',
    single: 'Letters, digits and signs work as keys',
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
};
