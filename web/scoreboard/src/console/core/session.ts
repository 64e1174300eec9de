/** The token of this console: where it comes from, where it is kept, and when it is gone. */
import type { Ask } from './ask';
import type { TokenMade } from './types';

/** @returns the code that an address brought after its `#`, to be traded for a token, once. */
export function codeIn(fragment: string): string | undefined {
  return new URLSearchParams(fragment.replace(/^#/, '')).get('once') || undefined;
}

/** Two places to keep a token in: as long as the tab, or as long as the device. */
export interface Places {
  readonly tab: () => Storage;
  readonly device: () => Storage;
}

const KEY = 'desk-token';

export class Session {
  readonly #places: Places;
  #token: string | undefined;

  constructor(places: Places) {
    this.#places = places;
    this.#token = read(places.tab) ?? read(places.device);
  }

  get token(): string | undefined {
    return this.#token;
  }

  /** @param stay it is kept on this device, where the next tab finds it. */
  signIn(token: string, stay: boolean): void {
    this.signOut();
    this.#token = token;
    const place = stay ? this.#places.device : this.#places.tab;
    try {
      place().setItem(KEY, token);
    } catch {
      // Storage may be forbidden: signed in as long as the page is open.
    }
  }

  signOut(): void {
    this.#token = undefined;
    for (const place of [this.#places.tab, this.#places.device]) {
      try {
        place().removeItem(KEY);
      } catch {
        // As above: then nothing is kept there.
      }
    }
  }
}

/** What may be put in a header: everything else was no token of ours. */
export function isToken(text: string): boolean {
  return /^[\x21-\x7e]{1,512}$/.test(text);
}

/** @returns the token, or the server's sentence about a code that is good for nothing. */
export async function redeem(
  ask: Ask,
  code: string,
): Promise<{ readonly token: string } | { readonly refused: string }> {
  const answer = await ask({ method: 'POST', path: '/api/tokens/redeem', body: { code } });
  if (answer.status === 201) return { token: (answer.body as TokenMade).token };
  return { refused: (answer.body as { detail?: string } | undefined)?.detail ?? '' };
}

function read(place: () => Storage): string | undefined {
  try {
    const token = place().getItem(KEY) ?? '';
    return isToken(token) ? token : undefined;
  } catch {
    return undefined; // As above.
  }
}
