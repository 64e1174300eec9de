/** The worker by which the page opens without a connection: registered, and told what has come. */
import type { Keepsake } from '../core/keepsake';

/** How often the worker is told, in ms; and whenever the page may be about to go. */
const EVERY = 15_000;

/** A browser may have no workers, or refuse even the question, as in frames that may do little. */
export function workers(): ServiceWorkerContainer | undefined {
  try {
    return navigator.serviceWorker;
  } catch {
    return undefined;
  }
}

/** Once the page is there. Frames of other sites, and pages that stay open anyway, need none. */
export function install(): void {
  const serviceWorker = workers();
  if (!import.meta.env.PROD || !serviceWorker || window.top !== window) return;
  const register = async (): Promise<void> => {
    try {
      await serviceWorker.register('/static/worker.js', { scope: '/' });
    } catch {
      // Refused, as in some private windows: the page does without.
    }
  };
  if (document.readyState === 'complete') void register();
  else addEventListener('load', () => void register(), { once: true });
}

/** Keeps what the night shows, until the returned function is called. */
export function keepUp(
  keepsake: (before: Keepsake | undefined) => Keepsake | undefined,
): () => void {
  const found = workers();
  if (!found) return () => undefined;
  const serviceWorker = found;
  let before: Keepsake | undefined;

  function keep(going: boolean): void {
    if (!serviceWorker.controller) return;
    const now = keepsake(before);
    if (!now || (!going && now.epoch === before?.epoch && now.version === before.version)) return;
    serviceWorker.controller.postMessage({ keep: now.documents, at: now.at });
    before = now;
  }

  const grown = (): void => keep(false);
  const going = (): void => keep(true);
  const timer = setInterval(grown, EVERY);
  serviceWorker.addEventListener('controllerchange', grown);
  document.addEventListener('visibilitychange', going);
  addEventListener('pagehide', going);
  return () => {
    clearInterval(timer);
    serviceWorker.removeEventListener('controllerchange', grown);
    document.removeEventListener('visibilitychange', going);
    removeEventListener('pagehide', going);
  };
}
