/** Where the page is: moving about within a night keeps the night, and everything else loads. */
import { routeOf, type NightRoute, type Route } from '../core/route';

class Address {
  route: Route = $state.raw(routeOf(location.pathname, location.search));

  /** How often the viewer has gone back or forward in the tab's history. */
  popped: number = $state(0);

  /** Whether the page has been changed in place since it was loaded. */
  moved = false;

  /** The night's own pages are changed in place; the history of the tab has each. */
  go(href: string): void {
    try {
      history.pushState(null, '', href);
    } catch {
      // Refused, as in some frames, or for coming too often: then the page loads anew.
      location.assign(href);
      return;
    }
    this.moved = true;
    this.#read();
    scrollTo(0, 0);
  }

  /** Another query for the same page, without a new entry in the history of the tab. */
  correct(href: string): void {
    try {
      history.replaceState(history.state, '', href);
    } catch {
      return; // As above; the page is the same, only its address tells less.
    }
    this.#read();
  }

  /** Takes over the clicks on links that lead to another page of the same night. */
  run(): () => void {
    const moved = (): void => {
      this.#read();
      this.popped += 1;
    };
    const clicked = (event: MouseEvent): void => {
      const to = linkOf(event);
      if (to && sameNight(this.route, routeOf(to.pathname, to.search))) {
        event.preventDefault();
        this.go(to.pathname + to.search + to.hash);
      }
    };
    addEventListener('popstate', moved);
    document.addEventListener('click', clicked);
    return () => {
      removeEventListener('popstate', moved);
      document.removeEventListener('click', clicked);
    };
  }

  #read(): void {
    this.route = routeOf(location.pathname, location.search);
  }
}

export const address = new Address();

function linkOf(event: MouseEvent): HTMLAnchorElement | undefined {
  if (event.defaultPrevented || event.button !== 0) return undefined;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return undefined;
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (!link || link.target || link.hasAttribute('download')) return undefined;
  const here = link.pathname === location.pathname && link.search === location.search;
  return link.origin === location.origin && !(here && link.hash) ? link : undefined;
}

function sameNight(from: Route, to: Route): to is NightRoute {
  return from.page === 'night' && to.page === 'night' && from.id === to.id;
}
