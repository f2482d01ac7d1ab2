// Asking back ends for their notifications, and going on asking: hubs forget, restart, and were away when we began.
import { createHash } from 'node:crypto';
import type { CacheDriver } from './cache/driver.ts';
import type { Api } from './tmf/backends.ts';
import type { TmfClient } from './tmf/client.ts';

interface Source {
  readonly provider: string;
  readonly api: Api;
}

interface Options {
  readonly client: Pick<TmfClient, 'providersOf' | 'subscribe' | 'unsubscribe' | 'health'>;
  /** One instance asks for all: who holds the lease. */
  readonly cache: Pick<CacheDriver, 'lease' | 'renew' | 'release' | 'get' | 'set'>;
  readonly apis: readonly Api[];
  readonly callbackOf: (source: Source) => string;
  readonly renewMs: number;
  /** How often it is looked whether there is something to do. */
  readonly lookMs?: number;
  /** Told of each that has no hub, or wants none of it: its values just age, and live streams ask now and then. */
  readonly onNone: (source: Source) => void;
  /** Told when notifications may have been missed, and come again. */
  readonly onGap: () => void;
}

interface Registration {
  readonly source: Source;
  readonly key: string;
  /** Undefined: another instance asks, or nobody does. */
  lease: string | undefined;
  hubId: string | undefined;
  registered: boolean;
  /** Whether it was said that there is none. */
  told: boolean;
  wasUp: boolean;
  /** By performance.now(). */
  dueMs: number;
  failures: number;
  busy: boolean;
}

const LOOK_MS = 5_000;
const LEASES_PER_LOOK = 3;
const MAX_BACK_OFF_LOOKS = 12;

const registrationOf = (source: Source, callback: string): Registration => ({
  source,
  key: `hub:${createHash('sha256').update(callback).digest('base64url')}`,
  lease: undefined,
  hubId: undefined,
  registered: false,
  told: false,
  wasUp: true,
  dueMs: Number.NEGATIVE_INFINITY,
  failures: 0,
  busy: false,
});

export interface Registrations {
  /** Takes everything back that this instance has asked for. */
  stop(): Promise<void>;
}

export async function openRegistrations(options: Options): Promise<Registrations> {
  const { client, cache, apis, callbackOf, renewMs, lookMs = LOOK_MS, onNone, onGap } = options;
  const leaseMs = lookMs * LEASES_PER_LOOK;
  const all = new Map<string, Registration>();

  /** The back ends that there are now: the providers file may be another one by now. */
  function present(): readonly Registration[] {
    const found = apis.flatMap((api) => client.providersOf(api).map((provider) => ({ provider, api })));
    const names = found.map(({ provider, api }) => `${provider}/${api}`);
    for (const name of all.keys()) if (!names.includes(name)) all.delete(name);
    for (const source of found) {
      const name = `${source.provider}/${source.api}`;
      if (!all.has(name)) all.set(name, registrationOf(source, callbackOf(source)));
    }
    return [...all.values()];
  }

  /** Whether it is for this instance to ask. Without a shared cache each does: what comes twice is dropped. */
  async function holds(each: Registration): Promise<boolean> {
    const leaseKey = `hub:${each.source.provider}:${each.source.api}`;
    try {
      if (each.lease !== undefined && (await cache.renew(leaseKey, each.lease, leaseMs))) return true;
      const former = each.lease;
      each.lease = await cache.lease(leaseKey, leaseMs);
      if (former !== undefined && each.lease === undefined) each.registered = false;
      return each.lease !== undefined;
    } catch {
      return true;
    }
  }

  async function ask(each: Registration): Promise<void> {
    const { source, key } = each;
    // of this instance before it was restarted, or of the one that asked before
    const former = each.hubId ?? (await cache.get(key));
    const hub = await client.subscribe(source, callbackOf(source));
    each.failures = 0;
    each.dueMs = performance.now() + renewMs;
    if (hub === undefined) {
      // refused: either there is no hub, or it knows this callback already
      if (!each.told && former === undefined) onNone(source);
      each.told = true;
      return;
    }
    each.hubId = hub.id;
    await cache.set(key, hub.id, renewMs * 2);
    // the new one first: nothing is missed in between, and what comes twice is dropped
    if (former !== undefined && former !== hub.id)
      await client.unsubscribe(source, former).catch(() => undefined);
    if (!each.registered) onGap();
    each.registered = true;
  }

  async function look(each: Registration): Promise<void> {
    if (each.busy) return;
    each.busy = true;
    try {
      if (!(await holds(each))) return;
      const name = `${each.source.provider}/${each.source.api}`;
      const isUp = client.health().find((report) => report.name === name)?.state !== 'DOWN';
      // it was away: who was restarted may have forgotten
      if (isUp && !each.wasUp) each.dueMs = Number.NEGATIVE_INFINITY;
      each.wasUp = isUp;
      if (performance.now() >= each.dueMs) await ask(each);
    } catch {
      each.registered = false;
      each.failures += 1;
      if (!each.told) onNone(each.source);
      each.told = true;
      each.dueMs = performance.now() + lookMs * Math.min(each.failures, MAX_BACK_OFF_LOOKS);
    } finally {
      each.busy = false;
    }
  }

  const lookAtAll = () => Promise.all(present().map(look));
  await lookAtAll();
  const looking = setInterval(() => void lookAtAll(), lookMs).unref();

  async function end({ source, hubId, lease }: Registration): Promise<void> {
    if (hubId !== undefined) await client.unsubscribe(source, hubId);
    if (lease !== undefined) await cache.release(`hub:${source.provider}:${source.api}`, lease);
  }

  return {
    async stop() {
      clearInterval(looking);
      await Promise.allSettled([...all.values()].map(end));
    },
  };
}
