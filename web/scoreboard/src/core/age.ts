/** What a page says of data that is not up to date. */
import { clock, clockSeconds, otherDay } from './format';
import type { NightView } from './night';
import { words } from './words';

type Aged = Pick<NightView, 'freshness' | 'freshAt' | 'offline'>;

/** From 25 s on: "Reconnecting, data from 21:04:12". Undefined while it is up to date. */
export function oldSince({ freshness, freshAt, offline }: Aged, now: number): string | undefined {
  if (freshness !== 'stale' && freshness !== 'lost') return undefined;
  const since = freshAt ?? now;
  const w = words.pill;
  return offline ? w.offline(clock(since), otherDay(since, now)) : w.stale(clockSeconds(since));
}

/** From 60 s on, at length. */
export function lostSince({ freshAt, offline }: Aged, now: number): string {
  const since = freshAt ?? now;
  return offline
    ? words.offlineBanner(clock(since), otherDay(since, now))
    : words.banner(clockSeconds(since));
}
