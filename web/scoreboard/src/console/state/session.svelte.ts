/** Who sits at this console. */
import { problemOf, type Ask } from '../core/ask';
import { asking } from '../core/ports';
import { codeIn, isToken, redeem, Session } from '../core/session';
import type { Grant } from '../core/types';
import { words } from '../words';

class SessionState {
  token: string | undefined = $state();
  grant: Grant | undefined = $state.raw();
  /** Why one has to sign in, or could not. */
  trouble = $state('');
  busy = $state(false);
  /** The token ended while one was at work: what was drafted waits until there is another. */
  lapsed = $state(false);
  readonly #session = new Session({ tab: () => sessionStorage, device: () => localStorage });
  readonly ask: Ask = asking(() => this.token);

  constructor() {
    this.token = this.#session.token;
  }

  /** What the address brought is taken, and stands in it no longer. */
  arrive(): void {
    const code = codeIn(location.hash);
    if (code !== undefined)
      history.replaceState(history.state, '', location.pathname + location.search);
    void this.#enter(code);
  }

  /** @param stay on this device, and not in this tab alone. */
  async signIn(text: string, stay: boolean): Promise<void> {
    const token = text.trim();
    this.trouble = '';
    if (!isToken(token)) {
      this.trouble = words.signIn.malformed;
      return;
    }
    this.busy = true;
    try {
      const answer = await asking(() => token)({ method: 'GET', path: '/api/tokens/mine' });
      if (answer.status === 200) {
        this.#session.signIn(token, stay);
        this.grant = answer.body as Grant;
        this.token = token;
        this.lapsed = false;
      } else {
        this.trouble = answer.status === 401 ? words.signIn.refused : problemOf(answer).detail;
      }
    } catch {
      this.trouble = words.signIn.lost;
    } finally {
      this.busy = false;
    }
  }

  /** The server takes the token no more; what is drafted stays. */
  lapse(): void {
    if (this.token === undefined) return;
    this.signOut();
    this.lapsed = true;
    this.trouble = words.signIn.ended;
  }

  signOut(): void {
    this.#session.signOut();
    this.token = this.grant = undefined;
    this.lapsed = false;
    this.trouble = '';
  }

  /** A link, which may come from anyone, puts nobody in the place of who is signed in. */
  async #enter(code: string | undefined): Promise<void> {
    if (this.token !== undefined) await this.#look(this.token);
    if (code !== undefined && this.token === undefined) await this.#redeem(code);
  }

  async #redeem(code: string): Promise<void> {
    this.busy = true;
    try {
      const given = await redeem(this.ask, code);
      if ('token' in given) await this.signIn(given.token, false);
      else this.trouble = given.refused;
    } catch {
      this.trouble = words.signIn.lost;
    } finally {
      this.busy = false;
    }
  }

  async #look(token: string): Promise<void> {
    try {
      const answer = await this.ask({ method: 'GET', path: '/api/tokens/mine' });
      if (this.token !== token) return;
      if (answer.status === 200) this.grant = answer.body as Grant;
      else if (answer.status === 401) this.lapse();
    } catch {
      // The desk says itself when there is no link.
    }
  }
}

export const session = new SessionState();
