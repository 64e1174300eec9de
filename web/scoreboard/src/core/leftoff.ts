/** Where a viewer left off in the replay of a night that is over, as the device remembers it. */
import type { Kept } from './kept';

/** Remembered for so long, in ms: who comes back later wants to know how it ended. */
const REMEMBERED = 30 * 24 * 60 * 60 * 1000;

export interface LeftOff {
  readonly epoch: string;
  readonly at: number;
}

export function readLeftOff(kept: Kept, id: string, now: number): LeftOff | undefined {
  const [epoch, at, since] = (kept.read(keyOf(id)) ?? '').split(' ');
  const version = Number(at);
  if (!epoch || !Number.isSafeInteger(version) || version < 1) return undefined;
  return now - Number(since) < REMEMBERED ? { epoch, at: version } : undefined;
}

export function writeLeftOff(kept: Kept, id: string, { epoch, at }: LeftOff, now: number): void {
  kept.write(keyOf(id), `${epoch} ${at} ${now}`);
}

/** The viewer has seen the end, or has asked for it. */
export function forgetLeftOff(kept: Kept, id: string): void {
  if (kept.read(keyOf(id))) kept.write(keyOf(id), '');
}

function keyOf(id: string): string {
  return `left off ${id}`;
}
