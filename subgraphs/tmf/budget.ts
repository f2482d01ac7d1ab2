// How long a call may still take: the operation's deadline on a steady clock, and its signal.

/** What a caller passes with each call; the operation in flight fits. */
export interface Call {
  readonly requestId: string;
  /** Epoch milliseconds, on the same clock as the client's `now`. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  /** The client's own access token, for back ends configured to take it. */
  readonly userToken?: string;
  /** Told of each question behind the first: a page, an object by itself; what it throws ends the call. */
  readonly onQuestion?: () => void;
}

export interface Budget {
  readonly requestId: string;
  readonly userToken: string | undefined;
  readonly signal: AbortSignal;
  /** Before each question behind the first; throws when there were too many. */
  countQuestion(): void;
  remainingMs(): number;
  /** Nobody waits any longer: the deadline has passed or the client has hung up. */
  spent(): boolean;
}

// setTimeout fires at once for anything longer
const LONGEST_TIMER_MS = 2 ** 31 - 1;
// timers fire up to a millisecond early, and the caller's own deadline timer is another timer
const TIMER_SLACK_MS = 5;

/** The clock is read once: from then on time is counted steadily, also where tests hold `now` still. */
export function budgetOf(call: Call, now: () => number): Budget {
  const endsAt = performance.now() + call.deadlineMs - now();
  const remainingMs = () => Math.min(LONGEST_TIMER_MS, Math.max(0, endsAt - performance.now()));
  return {
    requestId: call.requestId,
    userToken: call.userToken,
    signal: call.signal,
    countQuestion: call.onQuestion ?? (() => undefined),
    remainingMs,
    spent: () => call.signal.aborted || remainingMs() === 0,
  };
}

/** Whether an aborted budget was ended by time, not by a client that hung up. */
export function endedByTime(budget: Budget): boolean {
  if (budget.remainingMs() <= TIMER_SLACK_MS) return true;
  const reason: unknown = budget.signal.reason;
  return budget.signal.aborted && reason instanceof Error && reason.name === 'TimeoutError';
}

const listeners = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls back once when the signal aborts; returns what takes the callback back.
 * One listener per signal: an operation of 200 calls would else trip Node's warning about leaks.
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  let callbacks = listeners.get(signal);
  if (callbacks === undefined) {
    const created = new Set<() => void>();
    callbacks = created;
    listeners.set(signal, created);
    signal.addEventListener('abort', () => {
      for (const each of [...created]) each();
      created.clear();
    });
  }
  callbacks.add(callback);
  return () => callbacks.delete(callback);
}

/** Waits, or gives up early because the budget is spent. */
export function pause(ms: number, budget: Budget): Promise<'RESTED' | 'EXPIRED'> {
  if (budget.spent() || ms >= budget.remainingMs()) return Promise.resolve('EXPIRED');
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      forget();
      resolve('RESTED');
    }, ms);
    const forget = onAbort(budget.signal, () => {
      clearTimeout(timer);
      resolve('EXPIRED');
    });
  });
}

/** The promise's outcome, or EXPIRED for this caller alone: the promise itself runs on for others. */
export function within<T>(promise: Promise<T>, budget: Budget): Promise<T | 'EXPIRED'> {
  if (budget.spent()) {
    // its failure is another caller's to see, and must not end the process here
    promise.catch(() => undefined);
    return Promise.resolve('EXPIRED');
  }
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve('EXPIRED'), budget.remainingMs());
    const forget = onAbort(budget.signal, () => resolve('EXPIRED'));
    promise.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      forget();
    });
  });
}
