/** Whose clock the night's times are told by: the viewer's or the venue's. */
import { tellTimesIn } from '../core/format';
import { zoneOfVenue } from '../core/venue';
import { kept } from './kept';

const KEY = 'zone';

class Zone {
  #venue: string | undefined = $state();
  #atVenue = $state(kept.read(KEY) === 'venue');
  readonly #here = Intl.DateTimeFormat().resolvedOptions().timeZone;

  /** The night that is shown takes place there. */
  enter(venue: string | undefined): void {
    this.#venue = zoneOfVenue(venue);
  }

  /** The venue's zone, where it is known and is not the viewer's own. */
  get venue(): string | undefined {
    return this.#venue === this.#here ? undefined : this.#venue;
  }

  get atVenue(): boolean {
    return this.#atVenue && this.venue !== undefined;
  }

  /** The zone that is chosen; undefined is the viewer's own. */
  get chosen(): string | undefined {
    return this.atVenue ? this.venue : undefined;
  }

  toggle(): void {
    this.#atVenue = !this.#atVenue;
    kept.write(KEY, this.#atVenue ? 'venue' : 'mine');
  }
}

export const zone = new Zone();

tellTimesIn(() => zone.chosen);
