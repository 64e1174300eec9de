/** In English: what a viewer chooses to see and to be told. */
import { counted, list, number } from '../../core/format';

export const choices = {
  theme: {
    auto: 'Colours: as your device',
    light: 'Colours: light',
    dark: 'Colours: dark',
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
};
