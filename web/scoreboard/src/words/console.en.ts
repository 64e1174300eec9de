/** Every word of the producer's console, English; it is loaded with the console alone. */
import { list } from '../core/format';
import { desk } from './console/en/desk';
import { editor } from './console/en/editor';
import { entry } from './console/en/entry';
import { show } from './console/en/show';

export const en = {
  title: 'The producer’s desk',
  titleOf: (name: string) => `Desk: ${name}`,
  rehearsalTitle: (name: string) => `REHEARSAL · ${name}`,
  programme: 'Programme editor',
  rehearsal: 'Rehearsal',
  rehearsalNote: 'Nothing that is posted here is seen on the night.',
  back: 'All desks',
  loading: 'Opening the desk…',
  unreachable: 'The tracker cannot be reached. Trying again.',
  notLoaded: 'This part could not be loaded. Reload the page.',
  missing: 'There is no ceremony at this address.',
  forbidden: 'Your token is not good for this desk.',
  arrow: (category: string, winners: string) => `${category} → ${winners}`,
  about: (deed: string, category: string) => `${deed}: ${category}`,

  people: (names: readonly string[]) => list(names),

  ...entry,
  ...desk,
  ...show,
  ...editor,
};

export type ConsoleWords = typeof en;
