/** Who is at the desk, and the last that was posted there. */
import type { RoomView } from './deskview';
import type { DeskMessage, Said, Seat, You } from './types';

const LOG = 10;

export class Room implements RoomView {
  log: readonly Said[] = [];
  people: readonly Seat[] = [];
  you: You | undefined;

  /** @returns whether there is anything new to see. */
  heard(message: DeskMessage): boolean {
    switch (message.type) {
      case 'hello':
        this.you = message.you;
        return true;
      case 'present':
        this.people = message.people;
        return true;
      case 'begun-anew':
        this.log = [];
        return true;
      case 'posted': {
        const others = this.log.filter(({ version }) => version !== message.version);
        this.log = [message, ...others].sort((a, b) => b.version - a.version).slice(0, LOG);
        return true;
      }
      case 'heartbeat':
      case 'revoked':
        return false;
    }
  }
}
