// What this gateway hears: notifications of back ends under secret paths, and what fires the streams of its clients.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { GAP_TOPIC } from '../schema/live.ts';
import type { Principal } from '../schema/principal.ts';
import type { CacheDriver } from './cache/driver.ts';
import type { EventHandlers } from './context.ts';
import type { Systems } from './loads.ts';
import { receiver } from './notifications.ts';
import { openRegistrations, type Registrations } from './registrations.ts';

interface Options {
  readonly systems: Systems;
  readonly cache: CacheDriver;
  readonly handlers: readonly (EventHandlers | undefined)[];
  /** The same on all instances: the paths come of them. The first is used, all are good. */
  readonly keys: readonly Buffer[];
  readonly renewMs: number;
  /** Fired when what the principal may do has changed. */
  readonly topicsOf: (principal: Principal) => readonly string[];
  readonly onNone: (source: { readonly provider: string; readonly api: string }) => void;
}

/** What only the back end with which we registered knows: another one's path tells nothing of it. */
export const secretOf = (key: Buffer, provider: string, api: string): string =>
  createHmac('sha256', key).update(`back-end-events\n${provider}\n${api}`).digest('base64url');

function same(given: string, secret: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(secret)];
  return a.byteLength === b.byteLength && timingSafeEqual(a, b);
}

export function openHearing({ systems, cache, handlers, keys, renewMs, topicsOf, onNone }: Options) {
  const { apis, receive } = receiver({ handlers, systems, cache });
  const [key] = keys;
  if (key === undefined) throw new Error('no key for the paths of notifications');
  return {
    events: {
      knows: (provider: string, api: string, secret: string): boolean =>
        keys.some((each) => same(secret, secretOf(each, provider, api))),
      receive,
    },
    live: {
      bus: cache,
      topicsOf,
      reachable: async () => (await cache.health()).every(({ state }) => state !== 'DOWN'),
    },
    /** Asks back ends to deliver below this address. */
    listen: (base: string): Promise<Registrations> =>
      openRegistrations({
        client: systems.client,
        cache,
        apis,
        callbackOf: ({ provider, api }) =>
          `${base}/events/${secretOf(key, provider, api)}/${provider}/${api}`,
        renewMs,
        onNone,
        onGap: () => void cache.publish(GAP_TOPIC, ''),
      }),
  };
}
