/** Which page an address asks for. */

export type Route =
  | { readonly page: 'index' }
  | { readonly page: 'board'; readonly id: string; readonly at?: number; readonly replay: boolean }
  | { readonly page: 'unknown' };

const CEREMONY = /^\/([a-z0-9]+(?:-[a-z0-9]+)*)\/?$/;

export function routeOf(pathname: string, search: string): Route {
  if (pathname === '/') return { page: 'index' };
  const id = CEREMONY.exec(pathname)?.[1];
  if (id === undefined) return { page: 'unknown' };
  const query = new URLSearchParams(search);
  const at = query.get('at');
  return {
    page: 'board',
    id,
    replay: query.has('replay'),
    ...(at !== null && /^\d{1,9}$/.test(at) ? { at: Number(at) } : {}),
  };
}

export function boardAddress(id: string, options: { at?: number; replay?: boolean } = {}): string {
  if (options.at !== undefined) return `/${id}?at=${options.at}`;
  return options.replay ? `/${id}?replay` : `/${id}`;
}
