// Notifications of back ends: each taken once, handed to the subgraphs that handle it, and told to live streams.
import { createHash } from 'node:crypto';
import type { TopicBus } from '../schema/ports.ts';
import type { CacheDriver } from './cache/driver.ts';
import type { BackEndEvent, EventHandlers } from './context.ts';
import { liveTopics } from './live-topics.ts';
import { objectKey, type Systems } from './loads.ts';
import { type Api, apiOfResource, BACKENDS } from './tmf/backends.ts';
import { createRepetitions, eventKind, type Notification } from './tmf/events.ts';
import { asText } from './tmf/read.ts';

/** A repetition that comes later than this is taken for news. */
const REMEMBER_MS = 15 * 60_000;

interface Delivery {
  readonly provider: string;
  readonly api: string;
  readonly path: string;
  readonly body: unknown;
}

interface Receiver {
  readonly handlers: readonly (EventHandlers | undefined)[];
  readonly systems: Systems;
  /** What it fires reaches live streams on every instance; what one has taken, the others drop. */
  readonly cache: TopicBus & Pick<CacheDriver, 'lease' | 'release'>;
}

export interface Received {
  /** The APIs whose notifications somebody here wants. */
  readonly apis: readonly Api[];
  /** Takes a notification as it came; false when nobody asked for it. */
  receive(delivery: Delivery): Promise<boolean>;
}

/** What is kept of the object is out of date, whatever the event says: it may hold less than the object does. */
function keptOf({ contract }: Systems, { provider, resource, object }: BackEndEvent): string[] {
  const id = asText(object.id);
  const types = [...contract.types.values()].filter((type) => type.resource === resource);
  return id === undefined ? [] : types.map(({ name }) => objectKey(name, provider, id));
}

/** Back ends deliver up to three times, and to whichever instance: what any of them has taken is dropped. */
function firstOnly(cache: Receiver['cache']) {
  const here = createRepetitions();
  return async (name: string): Promise<'REPEATED' | { undo(): Promise<void> }> => {
    const key = `event:${createHash('sha256').update(name).digest('base64url')}`;
    if (here.has(key)) return 'REPEATED';
    here.add(key);
    try {
      const token = await cache.lease(key, REMEMBER_MS);
      if (token === undefined) return 'REPEATED';
      return {
        async undo() {
          here.forget(key);
          await cache.release(key, token).catch(() => undefined);
        },
      };
    } catch {
      // a shared cache that is away: twice is better than never
      return { undo: async () => here.forget(key) };
    }
  };
}

/**
 * A task is created by who asks, and that is most often us: a stream that was run again for it would ask again, and
 * never come to rest where nothing is kept.
 */
const isOurAsking = ({ api, resource, verb }: Notification): boolean =>
  verb === 'CREATE' && api !== undefined && BACKENDS[api].tasks.includes(resource);

export function receiver({ handlers, systems, cache }: Receiver): Received {
  const first = firstOnly(cache);
  const topics = liveTopics(systems.contract);
  const resources = [...topics.resources, ...handlers.flatMap((each) => Object.keys(each ?? {}))];
  const apis = resources.map((resource) => {
    const known = apiOfResource(resource);
    if (known === undefined) throw new Error(`no API has notifications of ${resource}`);
    return known.api;
  });
  return {
    apis: [...new Set(apis)].sort(),
    async receive({ provider, api, path, body }) {
      const notified = eventKind(body, path);
      if (notified?.api !== api || !systems.client.providersOf(notified.api).includes(provider)) return false;
      const { resource, eventId, verb, atMs = systems.now() } = notified;
      const object = systems.client.shaped({ provider, api: notified.api, resource }, notified.object);
      const taking = eventId === undefined ? undefined : await first(`${provider}\n${api}\n${eventId}`);
      if (taking === 'REPEATED') return true;
      try {
        const event = { provider, resource, object, isDeleted: verb === 'DELETE', atMs };
        await systems.values.drop(keptOf(systems, event));
        await Promise.all(handlers.map((each) => each?.[resource]?.(event, systems)));
        // after what is kept has changed: who hears of it reads at once
        const fired = isOurAsking(notified) ? [] : topics.firedBy(event);
        await Promise.all(fired.map((topic) => cache.publish(topic, '')));
      } catch (error) {
        await taking?.undo();
        throw error;
      }
      return true;
    },
  };
}
