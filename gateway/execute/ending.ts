// When nobody waits for an operation's answer any more: what its AbortSignal says, for those who listen at each call.
import type { Operation } from '../../schema/ports.ts';

export interface Ending {
  readonly ended: boolean;
  /** Called once at the end, unless it is taken back; not called if the end has come already. */
  onEnd(listener: () => void): void;
  offEnd(listener: () => void): void;
}

const isEnding = (operation: object): operation is Ending => 'onEnd' in operation && 'offEnd' in operation;

/** An operation of the gateway's own is its own ending; of any other the signal is listened to. */
export function endingOf(operation: Operation): Ending {
  if (isEnding(operation)) return operation;
  const { signal } = operation;
  return {
    get ended() {
      return signal.aborted;
    },
    onEnd: (listener) => signal.addEventListener('abort', listener, { once: true }),
    offEnd: (listener) => signal.removeEventListener('abort', listener),
  };
}
