// Between a stream and its client: holds the newest state only, so that a slow client costs one answer's memory.
import type { GraphQLFormattedError } from 'graphql';

/** Why a stream ended on our side. */
export interface Ending {
  readonly errors: readonly GraphQLFormattedError[];
  /** The same subscription may be asked for again at once, with a token that is good: the code says which is lacking. */
  readonly reconnect: boolean;
}

export class StreamEnded extends Error {
  readonly ending: Ending;
  constructor(ending: Ending) {
    super(ending.errors[0]?.message ?? 'ended');
    this.name = 'StreamEnded';
    this.ending = ending;
  }
}

export interface Outlet<T> {
  /** Replaces what hasn't been taken yet. */
  offer(value: T): void;
  /** With an ending: the reader's next step rejects with StreamEnded. Without: it is done, after what is there. */
  end(ending?: Ending): void;
  /** Since when something waits to be taken; undefined: nothing does. By performance.now(). */
  waitingSinceMs(): number | undefined;
  /** For one reader. Its `return` calls `onReturn`, at once. */
  readonly values: AsyncGenerator<T, void, void>;
}

export function createOutlet<T>(onReturn: () => void): Outlet<T> {
  let newest: { readonly value: T; readonly sinceMs: number } | undefined;
  let ended: { readonly ending: Ending | undefined } | undefined;
  let wake: (() => void) | undefined;

  const woken = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
    });
  const tell = (): void => {
    wake?.();
    wake = undefined;
  };

  async function next(): Promise<IteratorResult<T, void>> {
    for (;;) {
      if (ended?.ending !== undefined) {
        const { ending } = ended;
        ended = { ending: undefined };
        newest = undefined;
        throw new StreamEnded(ending);
      }
      if (newest !== undefined) {
        const { value } = newest;
        newest = undefined;
        return { done: false, value };
      }
      if (ended !== undefined) return { done: true, value: undefined };
      await woken();
    }
  }

  async function stop(): Promise<IteratorResult<T, void>> {
    ended = { ending: undefined };
    newest = undefined;
    tell();
    onReturn();
    return { done: true, value: undefined };
  }

  // not an async generator function: the return of one waits for its pending next
  const values: AsyncGenerator<T, void, void> = {
    next,
    return: stop,
    throw: async (error) => {
      await stop();
      throw error;
    },
    [Symbol.asyncIterator]: () => values,
  };

  return {
    offer(value) {
      if (ended !== undefined) return;
      newest = { value, sinceMs: newest?.sinceMs ?? performance.now() };
      tell();
    },
    end(ending) {
      if (ended !== undefined) return;
      ended = { ending };
      tell();
    },
    waitingSinceMs: () => newest?.sinceMs,
    values,
  };
}
