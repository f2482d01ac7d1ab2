// Listeners of one API (TMF630 hub): registered with a callback, told of events three times at most.
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Delivery } from '../deviations/deviation.ts';
import { matcher } from './matching.ts';
import { type Condition, parseQuery } from './query.ts';
import { isRecord, RefusedRequest, type Row } from './row.ts';

export interface Listener {
  readonly id: string;
  readonly callback: string;
  readonly query: string;
}

export interface Hub {
  register(body: unknown): Listener;
  unregister(id: string): boolean;
  all(): readonly Listener[];
  /** Settles when every listener has taken the event or was given up; never rejects. */
  emit(resource: string, verb: EventVerb, row: Row): Promise<void>;
  close(): void;
}

export type EventVerb = 'Create' | 'AttributeValueChange' | 'StateChange' | 'Delete';

const TRIES = 3;
const TRY_TIMEOUT_MS = 2_000;
const PAUSE_MS = 50;
const MAX_LISTENERS = 1_000;

function callbackOf(body: unknown): string {
  const callback = isRecord(body) ? body.callback : undefined;
  if (typeof callback !== 'string' || !URL.canParse(callback) || !/^https?:/.test(callback)) {
    throw new RefusedRequest(400, 'callback must be an http or https address');
  }
  return callback.replace(/\/+$/, '');
}

/** Accepts both spellings found in the field: a bare query string, or one with a leading question mark. */
function conditionsOf(query: string): readonly Condition[] {
  return parseQuery(query.replace(/^\?/, '')).conditions;
}

/** What is really sent for a notification to the listener with this callback. */
export type Deliveries = (delivery: Delivery, callback: string) => readonly Delivery[];

export function createHub(now: () => number, deliveries: Deliveries = (delivery) => [delivery]): Hub {
  const listeners = new Map<string, Listener & { readonly conditions: readonly Condition[] }>();
  const closing = new AbortController();
  let registered = 0;

  async function deliver(address: string, body: string): Promise<void> {
    for (let attempt = 1; attempt <= TRIES && !closing.signal.aborted; attempt += 1) {
      const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(TRY_TIMEOUT_MS)]);
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(address, { method: 'POST', headers, body, signal }).catch(() => undefined);
      await answer?.body?.cancel().catch(() => undefined);
      if (answer?.ok === true) return;
      if (attempt < TRIES)
        await pause(PAUSE_MS * 2 ** attempt, undefined, { signal: closing.signal }).catch(() => undefined);
    }
  }

  return {
    register(body) {
      if (listeners.size >= MAX_LISTENERS) throw new RefusedRequest(409, 'too many listeners');
      const callback = callbackOf(body);
      const query = isRecord(body) && typeof body.query === 'string' ? body.query : '';
      registered += 1;
      const listener = { id: String(registered), callback, query, conditions: conditionsOf(query) };
      listeners.set(listener.id, listener);
      return { id: listener.id, callback: listener.callback, query };
    },
    unregister: (id) => listeners.delete(id),
    all: () => [...listeners.values()].map(({ id, callback, query }) => ({ id, callback, query })),
    async emit(resource, verb, row) {
      if (listeners.size === 0) return;
      const name = `${resource}${verb}Event`;
      const eventTime = new Date(now()).toISOString();
      const event = {
        id: randomUUID(),
        eventId: randomUUID(),
        eventTime,
        eventType: `${name.charAt(0).toUpperCase()}${name.slice(1)}`,
        event: { [resource]: row },
      };
      const wanting = [...listeners.values()].filter(({ conditions }) => matcher(conditions)(event));
      const sent = wanting.flatMap(({ callback }) =>
        deliveries({ address: `${callback}/listener/${name}`, body: event }, callback),
      );
      await Promise.all(sent.map(({ address, body }) => deliver(address, JSON.stringify(body))));
    },
    close: () => closing.abort(),
  };
}
