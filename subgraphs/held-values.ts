// Values by id through the value cache: keys in, ids out, what is missing loaded in one batch.
import DataLoader from 'dataloader';
import { clientError } from '../schema/errors.ts';
import type { Operation } from '../schema/ports.ts';
import type { Held, ValuePolicy } from './cache/held.ts';
import type { ValueCache } from './cache/value-cache.ts';
import type { Call } from './tmf/client.ts';

export interface HeldAsk<T> {
  readonly ids: readonly string[];
  keyOf(id: string): string;
  readonly policy: ValuePolicy;
  /** Whose reader waits: no longer than until its deadline, whatever becomes of the load. */
  readonly operation?: Operation;
  /** Loaded with the reader's own token: kept for nobody else. */
  readonly ofUser?: boolean;
  load(missing: readonly string[]): Promise<ReadonlyMap<string, T>>;
}

/** How long a load may take that other readers may be waiting for, whatever becomes of the one that began it. */
const SHARED_LOAD_MS = 15_000;

/** The call under which a shared value is loaded: it doesn't end when its first reader hangs up. */
export function sharedCall(operation: Operation): Call {
  return {
    requestId: operation.requestId,
    deadlineMs: operation.nowMs + SHARED_LOAD_MS,
    signal: new AbortController().signal,
    ...(operation.userToken === undefined ? {} : { userToken: operation.userToken }),
  };
}

const begunMs = new WeakMap<Operation, number>();

/** Starts the operation's time: its own clock says how long it may take, a steady one how long it took. */
export function beginTime(operation: Operation): void {
  if (!begunMs.has(operation)) begunMs.set(operation, performance.now());
}

async function inTime<T>(work: Promise<T>, operation: Operation): Promise<T> {
  const elapsedMs = performance.now() - (begunMs.get(operation) ?? performance.now());
  const leftMs = operation.deadlineMs - operation.nowMs - elapsedMs;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(clientError('BACKEND_TIMEOUT')), Math.max(0, leftMs));
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** What is held by id, with its age; ids without a value are missing. Rejects when one could be neither kept nor loaded. */
export async function heldWithAge<T>(
  values: ValueCache,
  ask: HeldAsk<T>,
): Promise<ReadonlyMap<string, Held<T>>> {
  if (ask.ofUser === true) {
    const asOfMs = ask.operation?.nowMs ?? Date.now();
    const loading = ask.load(ask.ids);
    const loaded = await (ask.operation === undefined ? loading : inTime(loading, ask.operation));
    return new Map([...loaded].map(([id, value]) => [id, { value, asOfMs, freshness: 'LIVE' as const }]));
  }
  const idOf = new Map(ask.ids.map((id) => [ask.keyOf(id), id]));
  // each value has a flight of its own; those that start together are one load
  const batch = new DataLoader<string, T | undefined>(
    async (ids) => {
      const found = await ask.load(ids);
      return ids.map((id) => found.get(id));
    },
    { cache: false },
  );
  const reading = values.read<T>({
    keys: [...idOf.keys()],
    policy: ask.policy,
    flightOf: (key) => key,
    load: async (keys) => {
      const loaded = await Promise.all(
        keys.map(async (key) => [key, await batch.load(idOf.get(key) ?? '')] as const),
      );
      return new Map(loaded.flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const])));
    },
  });
  const held = await (ask.operation === undefined ? reading : inTime(reading, ask.operation));
  const found = new Map<string, Held<T>>();
  for (const [key, each] of held) {
    if ('error' in each) throw each.error instanceof Error ? each.error : clientError('BACKEND_UNAVAILABLE');
    const id = idOf.get(key);
    if (id !== undefined && each.value !== null) found.set(id, { ...each, value: each.value });
  }
  return found;
}

export async function heldValues<T>(values: ValueCache, ask: HeldAsk<T>): Promise<ReadonlyMap<string, T>> {
  const held = await heldWithAge(values, ask);
  return new Map([...held].map(([id, { value }]) => [id, value]));
}
