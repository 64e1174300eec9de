/** Event streams that all tabs of the browser share out among themselves. */
import { wallClock } from '../core/clock';
import { Slots, type Channel, type SlotMessage } from '../core/slots';
import type { OpenWay } from '../core/ways';

/** Over HTTP/2 and later any number of requests share one connection. */
function limited(): boolean {
  const [page] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  return !/^h[23]/.test(page?.nextHopProtocol ?? '');
}

function channel(): Channel | undefined {
  try {
    if (!limited()) return undefined;
    const others = new BroadcastChannel('streams');
    return {
      post: (message) => others.postMessage(message),
      listen: (heard) => {
        others.onmessage = ({ data }) => heard(data as SlotMessage);
      },
    };
  } catch {
    return undefined; // A browser may have none, or refuse it: each tab is then for itself.
  }
}

export const slots = new Slots(channel, wallClock, `${Date.now()} ${Math.random()}`);

/** A way that keeps a request open, as long as the tabs together do not keep too many. */
export const sharing =
  (way: OpenWay): OpenWay =>
  (cursor, handlers) => {
    let close: (() => void) | undefined;
    let giveBack: (() => void) | undefined;
    const takeBack = slots.take((given) => {
      giveBack = given;
      if (!given) {
        handlers.closed();
        return;
      }
      close = way(cursor, {
        message: (text) => handlers.message(text),
        closed: (retryIn) => {
          given();
          handlers.closed(retryIn);
        },
      });
    });
    return () => {
      takeBack();
      close?.();
      giveBack?.();
    };
  };
