// Real-time usage of services: kept by service for all readers, asked of the charging system in one call for many.
import DataLoader from 'dataloader';
import { clientError } from '../../schema/errors.ts';
import { asError } from '../as-error.ts';
import type { Held } from '../cache/held.ts';
import type { SubgraphContext } from '../context.ts';
import { heldWithAge, sharedCall } from '../held-values.ts';
import type { Systems } from '../loads.ts';
import type { Objects } from '../objects.ts';
import { asText } from '../tmf/read.ts';
import { bucketsByService, type Metered } from './bucket.ts';

/** How long a value may be shown, marked STALE, while the charging system doesn't answer. */
const STALE_MS = 300_000;
/** How long past its life a value is shown at once, while it is asked anew: real-time means half a minute at most. */
const AT_ONCE_MS = 15_000;
/** Services in one question: a company with all its lines, and no answer of more than a few megabytes. */
const MAX_SERVICES = 500;

const FAILED = /error|fail|cancel|reject/i;

export const usageKey = (provider: string, service: string): string => `usage:${provider}:${service}`;

/** The data sheet's hint on ServiceUsage is the one place that says how long a value lives. */
export function usagePolicy({ contract }: Systems) {
  const ttlMs = (contract.types.get('ServiceUsage')?.cache?.maxAgeS ?? 0) * 1000;
  return { ttlMs, staleMs: STALE_MS, atOnceMs: AT_ONCE_MS };
}

async function ask({ systems, operation }: Objects, provider: string, services: readonly string[]) {
  const source = { provider, api: 'TMF677', resource: 'queryUsageConsumption' } as const;
  const parts: string[][] = [];
  for (let at = 0; at < services.length; at += MAX_SERVICES)
    parts.push(services.slice(at, at + MAX_SERVICES));
  const answers = await Promise.all(
    parts.map(async (part) => {
      const body = { searchCriteria: { service: part.map((id) => ({ id })) } };
      const answer = await systems.client.task(source, body, sharedCall(operation));
      // a query that failed says of no service that it has nothing
      if (FAILED.test(asText(answer.state) ?? '')) throw clientError('BACKEND_BAD_ANSWER');
      return bucketsByService(answer, new Set(part));
    }),
  );
  return new Map(answers.flatMap((answer) => [...answer]));
}

interface Asked {
  readonly provider: string;
  readonly service: string;
}

const meters = new WeakMap<Objects, DataLoader<Asked, Held<Metered> | null, string>>();

function meterOf(objects: Objects): DataLoader<Asked, Held<Metered> | null, string> {
  const known = meters.get(objects);
  if (known !== undefined) return known;
  const meter = new DataLoader<Asked, Held<Metered> | null, string>(
    async (asked) => {
      const results = new Map<string, ReadonlyMap<string, Held<Metered>> | Error>();
      await Promise.all(
        [...new Set(asked.map((each) => each.provider))].map(async (provider) => {
          const held = heldWithAge<Metered>(objects.systems.values, {
            ids: asked.filter((each) => each.provider === provider).map((each) => each.service),
            keyOf: (service) => usageKey(provider, service),
            policy: usagePolicy(objects.systems),
            operation: objects.operation,
            ofUser: objects.systems.client.ofUser({ provider, api: 'TMF677' }),
            load: (services) => ask(objects, provider, services),
          });
          results.set(provider, await held.catch(asError));
        }),
      );
      return asked.map(({ provider, service }) => {
        const result = results.get(provider);
        return result instanceof Error ? result : (result?.get(service) ?? null);
      });
    },
    { cacheKeyFn: ({ provider, service }) => `${provider}\n${service}` },
  );
  meters.set(objects, meter);
  return meter;
}

/** What a service has used; the caller has made sure that its reader may know. */
export function meter({ objects }: SubgraphContext, provider: string, service: string) {
  return meterOf(objects).load({ provider, service });
}
