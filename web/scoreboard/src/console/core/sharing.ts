/**
 * The desk's stream where a browser has few connections for a server: tabs beyond those that may
 * keep a stream open look in for a moment, again and again.
 */
import type { Cancel, Clock } from '../../core/clock';
import type { Slots } from '../../core/slots';
import type { OpenStream } from './watch';

/** How often to look in, in ms: the board itself comes by the public feed, at once. */
export const LOOK_IN_EVERY = 8000;
/** What is there is said at once; what is not said after so many ms is not said this time. */
export const LOOK_IN_FOR = 5000;
/** The last of what a desk says of itself, before it waits for news. */
const WHOLE = /^\{"type":"present"/;

export function sharing(open: OpenStream, slots: Slots, clock: Clock): OpenStream {
  return (handlers) => {
    let over = false;
    let takeBack = (): void => undefined;
    let shut = (): void => undefined;
    let giveBack = (): void => undefined;
    let timer: Cancel = () => undefined;

    const begin = (): void => {
      takeBack = slots.take((given) => {
        if (given) giveBack = given;
        visit(given === undefined);
      });
    };

    const visit = (brief: boolean): void => {
      // What is shut here tells of it like of any other end.
      let left = false;
      const close = open({
        message: (data) => {
          if (left) return;
          handlers.message(data);
          if (brief && WHOLE.test(data)) leave();
        },
        closed: (status, retryAfter) => {
          if (left) return;
          left = true;
          timer();
          giveBack();
          handlers.closed(status, retryAfter);
        },
      });
      shut = () => {
        left = true;
        close();
      };
      if (over) shut();
      else if (brief) timer = clock.after(LOOK_IN_FOR, leave);
    };

    const leave = (): void => {
      shut();
      timer();
      timer = clock.after(LOOK_IN_EVERY, begin);
    };

    begin();
    return () => {
      over = true;
      takeBack();
      timer();
      shut();
      giveBack();
    };
  };
}
