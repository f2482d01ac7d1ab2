// Subscribers for tests, over both transports: real clients, what they were given, and how it ended.
import { setTimeout as pause } from 'node:timers/promises';
import { createClient as createSse } from 'graphql-sse';
import { createClient as createWs } from 'graphql-ws';
import { WebSocket } from 'ws';

export interface SubscribeOptions {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly operationName?: string;
  readonly extensions?: Readonly<Record<string, unknown>>;
  /** Asked anew for each connection. */
  readonly token?: () => Promise<string>;
  readonly retryAttempts?: number;
}

export interface Given {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

export interface Subscriber {
  readonly states: readonly Given[];
  /** How it ended: `complete`, the errors' codes, or the code of the close and its reason; undefined: it goes on. */
  readonly ended: () => string | undefined;
  /** Resolves with the first state from the `from`th on that fits; rejects after the deadline. */
  state(fits: (state: Given) => boolean, from?: number): Promise<Given>;
  end(): Promise<string>;
  stop(): Promise<void>;
}

const DEADLINE_MS = 10_000;

export async function until<T>(
  what: string,
  read: () => T | undefined,
  deadlineMs = DEADLINE_MS,
): Promise<T> {
  const untilMs = performance.now() + deadlineMs;
  for (;;) {
    const found = read();
    if (found !== undefined) return found;
    if (performance.now() > untilMs) throw new Error(`waited in vain for ${what}`);
    await pause(5);
  }
}

interface Sink {
  next(value: Given): void;
  error(error: unknown): void;
  complete(): void;
}

function subscriber(begin: (sink: Sink) => () => void, dispose: () => unknown): Subscriber {
  const states: Given[] = [];
  let ended: string | undefined;
  /** Over server-sent events the reason of an end is the last thing that is given. */
  const lastWord = () => {
    const last = states.at(-1);
    return last?.data === undefined && last?.errors !== undefined ? wordFor(last.errors) : undefined;
  };
  const unsubscribe = begin({
    next: (value) => void states.push(value),
    error: (error) => {
      ended ??= lastWord() ?? wordFor(error);
    },
    complete: () => {
      ended ??= lastWord() ?? 'complete';
    },
  });
  return {
    states,
    ended: () => ended,
    state: (fits, from = 0) =>
      until('a state', () => states.slice(from).find(fits)).catch((error: Error) => {
        throw new Error(`${error.message}; states ${JSON.stringify(states)}; ended ${ended}`);
      }),
    end: () => until('the end', () => ended),
    async stop() {
      unsubscribe();
      await dispose();
    },
  };
}

function wordFor(error: unknown): string {
  if (Array.isArray(error))
    return error.map((each: { extensions?: { code?: string } }) => each.extensions?.code).join();
  const { code, reason } = error as { code?: unknown; reason?: unknown };
  if (typeof code === 'number') return `${code} ${reason}`;
  return error instanceof Error ? error.message : String(error);
}

export function overWebSocket(url: string, options: SubscribeOptions): Subscriber {
  const { token, retryAttempts = 0, ...payload } = options;
  const client = createWs({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts,
    retryWait: () => pause(20),
    ...(token === undefined
      ? {}
      : { connectionParams: async () => ({ authorization: `Bearer ${await token()}` }) }),
  });
  return subscriber(
    (sink) => client.subscribe(payload, sink as never),
    () => client.dispose(),
  );
}

export function overEvents(url: string, options: SubscribeOptions): Subscriber {
  const { token, retryAttempts = 0, ...payload } = options;
  const client = createSse({
    url: `${url}/graphql`,
    retryAttempts,
    retry: () => pause(20),
    ...(token === undefined ? {} : { headers: async () => ({ authorization: `Bearer ${await token()}` }) }),
  });
  return subscriber(
    (sink) => client.subscribe(payload, sink as never),
    () => client.dispose(),
  );
}

export const TRANSPORTS = [
  { name: 'graphql-ws', over: overWebSocket },
  { name: 'server-sent events', over: overEvents },
] as const;
