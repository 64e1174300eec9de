/**
 * Lets the page open without a connection, as it was last. Files of the build come from here; pages
 * and what fills them come from the server, and from here only where it cannot be reached.
 */
import { boardInstead, isOfNight, kindOf, standIn, type Kind } from './kinds';

declare const self: ServiceWorkerGlobalScope;
/** The names of the build's own files; the build writes them here. */
declare const __FILES__: readonly string[];

const FILES = __FILES__;
/** With every build a cache of its own: the old one goes once no page of the old build is open. */
const ASSETS = `assets ${FILES.join(' ')}`;
const PAGES = 'pages 1';
const DATA = 'data 1';
const MOST: Record<Kind, number> = { asset: 100, page: 40, data: 120 };
const CACHES: Record<Kind, string> = { asset: ASSETS, page: PAGES, data: DATA };
/** How long to wait for the server where something is kept, in ms. */
const PATIENCE = 4000;
/** When an answer was true that now comes from here, in Unix ms; the page looks for it. */
const KEPT_AT = 'X-Kept-At';

/** A page says what it has seen since it asked: paths, and what the server would answer there. */
interface Keep {
  readonly keep: readonly (readonly [path: string, body: string])[];
  readonly at: number;
}

self.addEventListener('install', (event) => {
  event.waitUntil(prepare());
});

self.addEventListener('activate', (event) => {
  event.waitUntil(settle());
});

self.addEventListener('fetch', (event) => {
  const kind = kindOf(event.request, self.location.origin);
  if (kind === 'asset') event.respondWith(file(event));
  else if (kind) event.respondWith(newest(event, kind));
});

/** A tap on what a page had the worker tell: to that night, in the tab that has it open. */
self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(show(String(event.notification.data ?? '/')));
});

async function show(path: string): Promise<void> {
  const open = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const page = open.find(({ url }) => isOfNight(url, path));
  if (page) await page.focus();
  else await self.clients.openWindow(path);
}

/** What a page has just said is written before anything is looked up. */
let keeping: Promise<unknown> = Promise.resolve();

self.addEventListener('message', (event) => {
  keeping = keep(event.data as Keep);
  event.waitUntil(keeping);
});

async function keep({ keep: documents, at }: Keep): Promise<void> {
  for (const [path, body] of documents) {
    const request = new Request(new URL(path, self.location.origin));
    if (kindOf(request, self.location.origin) !== 'data') continue;
    const headers = { 'Content-Type': 'application/json' };
    await store('data', request, new Response(body, { headers }), at);
  }
}

async function prepare(): Promise<void> {
  await (await caches.open(ASSETS)).addAll(FILES.map((name) => `/static/${name}`));
  for (const [kind, path] of [['page', '/'] as const, ['data', '/api/ceremonies'] as const]) {
    const response = await fetch(path);
    if (response.ok) await store(kind, new Request(path), response, Date.now());
  }
}

async function settle(): Promise<void> {
  const current = new Set(Object.values(CACHES));
  const old = (await caches.keys()).filter((name) => !current.has(name));
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

async function file(event: FetchEvent): Promise<Response> {
  const { request } = event;
  const kept = await caches.match(request, { ignoreVary: true });
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok) event.waitUntil(store('asset', request, response.clone(), Date.now()));
  return response;
}

async function newest(event: FetchEvent, kind: Kind): Promise<Response> {
  const { request } = event;
  // Going back, a browser would take what it has without a word about its age.
  const asked = request.cache === 'force-cache' ? { cache: 'no-cache' as const } : {};
  const fetched = fetch(request, asked).then((response) => {
    if (response.ok) event.waitUntil(store(kind, request, response.clone(), Date.now()));
    // What stands before a server that is gone may still answer.
    if (response.status >= 500) throw new Error(`answered with ${response.status}`);
    return response;
  });
  event.waitUntil(fetched.catch(() => undefined));
  const kept = await keptOf(request, kind);
  const instead = boardInstead(request.url);
  if (!kept && instead !== undefined) {
    return fetched.catch(() => Response.redirect(new URL(instead, self.location.origin)));
  }
  if (!kept) return fetched;
  return Promise.race([fetched, waited()]).catch(() => kept);
}

function waited(): Promise<never> {
  return new Promise((_, reject) => void setTimeout(reject, PATIENCE));
}

async function keptOf(request: Request, kind: Kind): Promise<Response | undefined> {
  await keeping.catch(() => undefined);
  const cache = await caches.open(CACHES[kind]);
  const any = { ignoreVary: true, ignoreSearch: kind === 'page' };
  const kept = await cache.match(request, any);
  const other = kind === 'page' ? standIn(request.url) : undefined;
  return kept ?? (other === undefined ? undefined : cache.match(other, any));
}

async function store(kind: Kind, request: Request, response: Response, at: number): Promise<void> {
  const cache = await caches.open(CACHES[kind]);
  const headers = new Headers(response.headers);
  headers.set(KEPT_AT, String(at));
  const { pathname, search } = new URL(request.url);
  // Of a page everything after the question mark is the business of its script.
  await cache.put(
    kind === 'page' ? pathname : pathname + search,
    new Response(await response.blob(), { headers }),
  );
  const keys = await cache.keys();
  const excess = keys.slice(0, Math.max(keys.length - MOST[kind], 0));
  await Promise.all(excess.map((key) => cache.delete(key)));
}
