/** In English: the pages for televisions, broadcasts and other sites. */
import { plural } from '../../core/format';

export const screens = {
  /** The screens of their own: a television, a stream's overlay, a widget. */
  tv: {
    programme: 'Tonight’s programme',
    last: 'The last awards',
    lost: (at: string) => `No connection to the tracker, data from ${at}`,
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
};
