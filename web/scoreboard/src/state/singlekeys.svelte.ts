/**
 * Whether a letter, a digit or a sign does something by itself. Who speaks to their device, or whose
 * hand trembles, may switch that off, on every page at once.
 */
import { kept } from './kept';

const KEY = 'single-keys';

class SingleKeys {
  on = $state(kept.read(KEY) !== 'off');

  set(on: boolean): void {
    this.on = on;
    kept.write(KEY, on ? 'on' : 'off');
  }
}

export const singleKeys = new SingleKeys();
