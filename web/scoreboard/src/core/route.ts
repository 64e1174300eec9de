/** Which page an address asks for, and the addresses of the pages. */

const SUBJECT_PAGES = ['films', 'people', 'distributors', 'categories'] as const;
const PLATES = ['board', 'lower-third', 'ticker'] as const;

/** The pages of a night that are about one thing of it. */
export type SubjectPage = (typeof SUBJECT_PAGES)[number];
export type SubjectView = { readonly of: SubjectPage; readonly key: string };
export type NightRoute = {
  readonly page: 'night';
  readonly id: string;
  /** Absent on the board itself. */
  readonly subject?: SubjectView;
} & Asked;
/** What a part of the stream overlay shows. */
export type Plate = (typeof PLATES)[number];

/** What the query asks of a night. */
interface Asked {
  readonly at?: number;
  readonly replay: boolean;
  /** The spoiler cover is on, whatever the viewer chose before. */
  readonly cover: boolean;
}

/** The producer's console: its front, a ceremony's desk, or the editor of programmes. */
export type ConsoleRoute = {
  readonly page: 'console';
  readonly id?: string;
  readonly programme?: true;
};

export type Route =
  | { readonly page: 'index' }
  | NightRoute
  | ({ readonly page: 'tv'; readonly id: string } & Asked)
  | ({ readonly page: 'overlay'; readonly id: string; readonly plate?: Plate } & Asked)
  | ({ readonly page: 'embed'; readonly id: string } & Asked)
  | ConsoleRoute
  | { readonly page: 'unknown' };

const SLUG = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

export function routeOf(pathname: string, search: string): Route {
  const [id, screen, key, ...more] = pathname.replace(/^\/|\/$/g, '').split('/');
  if (!id && screen === undefined) return { page: 'index' };
  if (!id || !SLUG.test(id) || more.length > 0) return { page: 'unknown' };
  if (id === 'console') return consoleOf(screen, key);
  const asked = askedOf(search);
  if (screen === undefined) return { page: 'night', id, ...asked };
  const of = SUBJECT_PAGES.find((each) => each === screen);
  if (of && key !== undefined && SLUG.test(key)) {
    return { page: 'night', id, subject: { of, key }, ...asked };
  }
  if ((screen === 'tv' || screen === 'embed') && key === undefined) {
    return { page: screen, id, ...asked };
  }
  if (screen === 'overlay') {
    const plate = PLATES.find((each) => each === key);
    if (plate || key === undefined) {
      return { page: 'overlay', id, ...(plate ? { plate } : {}), ...asked };
    }
  }
  return { page: 'unknown' };
}

function consoleOf(id: string | undefined, more: string | undefined): Route {
  if (more !== undefined) return { page: 'unknown' };
  if (id === undefined) return { page: 'console' };
  if (id === 'programme') return { page: 'console', programme: true };
  return SLUG.test(id) ? { page: 'console', id } : { page: 'unknown' };
}

function askedOf(search: string): Asked {
  const query = new URLSearchParams(search);
  const at = query.get('at');
  return {
    replay: query.has('replay'),
    cover: query.has('cover'),
    ...(at !== null && /^\d{1,9}$/.test(at) ? { at: Number(at) } : {}),
  };
}

export interface NightAddress {
  readonly subject?: SubjectView | undefined;
  readonly at?: number | undefined;
  readonly replay?: boolean;
  readonly cover?: boolean;
}

/** The address of a night's board, or of a page about one thing of it. */
export function nightAddress(id: string, options: NightAddress = {}): string {
  const { subject, at, replay, cover } = options;
  const query = [
    ...(at === undefined ? [] : [`at=${at}`]),
    ...(replay ? ['replay'] : []),
    ...(cover ? ['cover'] : []),
  ].join('&');
  const path = subject ? `/${id}/${subject.of}/${subject.key}` : `/${id}`;
  return query ? `${path}?${query}` : path;
}
