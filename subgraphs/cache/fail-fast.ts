// Keeps a slow or dead server from slowing its callers: a bound on each command, then a short memory of the fault.

export interface FailFast {
  /** Runs the command, or rejects: after `timeoutMs`, or at once while the server is remembered as down. */
  run<T>(command: () => Promise<T>): Promise<T>;
  /** Forgets the fault: the server has shown that it's there again. */
  recovered(): void;
  state(): 'UP' | 'FAULTY' | 'DOWN';
}

interface FailFastOptions {
  readonly timeoutMs: number;
  /** After a timeout nobody waits again for so long; then one command tries. */
  readonly downMs?: number;
  /** How long a refused command (full, read-only, loading) counts as FAULTY. */
  readonly faultyMs?: number;
  readonly onFault?: (error: unknown) => void;
}

type Health =
  | { readonly is: 'UP' }
  | { readonly is: 'FAULTY'; readonly untilMs: number }
  | { readonly is: 'DOWN'; readonly retryAtMs: number };

const UP: Health = { is: 'UP' };

export function failFast(options: FailFastOptions): FailFast {
  const { timeoutMs, downMs = 1_000, faultyMs = 10_000, onFault = () => {} } = options;
  // real time whatever the gateway's clock says: this is about sockets
  const now = () => performance.now();
  let health: Health = UP;

  function bounded<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const late = () => {
        const error = new Error(`no answer within ${timeoutMs} ms`);
        health = { is: 'DOWN', retryAtMs: now() + downMs };
        onFault(error);
        reject(error);
      };
      let immediate: NodeJS.Immediate | undefined;
      const timer = setTimeout(() => {
        // after a stall of this process the answer may lie unread in the socket: let it be read first
        immediate = setImmediate(late);
      }, timeoutMs);
      const settled = () => {
        clearTimeout(timer);
        clearImmediate(immediate);
      };
      work.then(
        (value) => {
          settled();
          if (health.is === 'DOWN') health = UP;
          resolve(value);
        },
        (error: unknown) => {
          settled();
          if (health.is !== 'DOWN') health = { is: 'FAULTY', untilMs: now() + faultyMs };
          onFault(error);
          reject(error);
        },
      );
    });
  }

  return {
    async run(command) {
      if (health.is === 'DOWN') {
        if (now() < health.retryAtMs) throw new Error('remembered as down');
        // this command tries; the others go on failing fast until it has an answer
        health = { is: 'DOWN', retryAtMs: now() + Math.max(downMs, timeoutMs) };
      }
      return bounded(command());
    },
    recovered() {
      health = UP;
    },
    state() {
      if (health.is === 'FAULTY' && now() >= health.untilMs) health = UP;
      return health.is;
    },
  };
}
