/** Every word on the page, English; the other languages are objects of the same type. */
import { counted } from '../core/format';
import { choices } from './en/choices';
import { happened } from './en/happened';
import { night } from './en/night';
import { player } from './en/player';
import { screens } from './en/screens';
import { subject } from './en/subject';

export const en = {
  site: 'Awards night',
  /** By the name that the board gives a category; one without an entry goes by that name. */
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
  neverOpened:
    'You are offline, and this night was not opened on this device before. It will open by itself when there is a connection.',
  notLoaded: 'This part could not be loaded. Reload the page.',
  unknown: 'There is no page at this address.',
  home: 'All ceremonies',

  pill: {
    connecting: 'Connecting',
    live: 'Live',
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
  backTo: (time: string) => `Back to ${time}`,

  ...night,
  ...happened,
  ...player,
  ...choices,
  ...subject,
  ...screens,
};

export type Words = typeof en;
