/** Keeps a screen from going dark while the page is in front. */

export interface ScreenLocks {
  request(type: 'screen'): Promise<{ release(): Promise<void> }>;
}

type Page = Pick<Document, 'visibilityState' | 'addEventListener' | 'removeEventListener'>;

/**
 * Runs until the returned function is called. The browser takes the lock back whenever the page is
 * hidden, so it is asked for again. Where there are no locks, or none is given, nothing happens.
 */
export function keepAwake(locksOf: () => ScreenLocks | undefined, page: Page): () => void {
  let locks: ScreenLocks | undefined;
  try {
    locks = locksOf();
  } catch {
    // Refused, as in a frame that may do little.
  }
  if (!locks) return () => {};
  let stopped = false;
  let release: (() => Promise<void>) | undefined;

  async function ask(): Promise<void> {
    if (page.visibilityState !== 'visible') return;
    try {
      const lock = await (locks as ScreenLocks).request('screen');
      if (stopped) await lock.release();
      else release = () => lock.release();
    } catch {
      // Refused, as on a low battery: the screen then does as it is set.
    }
  }

  const changed = (): void => void ask();
  page.addEventListener('visibilitychange', changed);
  void ask();
  return () => {
    stopped = true;
    page.removeEventListener('visibilitychange', changed);
    void release?.().catch(() => {});
  };
}
