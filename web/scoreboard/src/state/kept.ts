/** What this device remembers. */
import { keptIn } from '../core/kept';

export const kept = keptIn(() => localStorage);
