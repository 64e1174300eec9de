/** The worker by which the page opens without a connection: registered, and told what has come. */
import type { Keepsake } from '../core/keepsake';

/** How often the worker is told, in ms; and whenever the page may be about to go. */
const EVERY = 15_000;

/** Once the page is there. Frames of other sites, and pages that stay open anyway, need none. */
export function install(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator) || window.top !== window) return;
  const register = (): void => {
    // A browser may refuse, as some do in private windows; the page does without.
    navigator.serviceWorker.register('/static/worker.js', { scope: '/' }).catch(() => undefined);
  };
  if (document.readyState === 'complete') register();
  else addEventListener('load', register, { once: true });
}

/** Keeps what the night shows, until the returned function is called. */
export function keepUp(
  keepsake: (before: Keepsake | undefined) => Keepsake | undefined,
): () => void {
  if (!('serviceWorker' in navigator)) return () => undefined;
  const { serviceWorker } = navigator;
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
