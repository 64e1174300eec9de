/** What is looked for on the board; it stays while the viewer moves about in the night. */
import { NO_FILTER, type Filter } from '../core/filter';

class Filtering {
  chosen: Filter = $state.raw(NO_FILTER);
  open = $state(false);

  set(change: Partial<Filter>): void {
    this.chosen = { ...this.chosen, ...change };
  }

  clear(): void {
    this.chosen = NO_FILTER;
  }

  toggle(): void {
    this.open = !this.open;
    if (!this.open) this.clear();
  }
}

export const filtering = new Filtering();
