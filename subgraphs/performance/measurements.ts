// Measured values of services in a window: asked for many services at once, read from measurements of any shape.
import DataLoader from 'dataloader';
import { asError } from '../as-error.ts';
import { heldValues, sharedCall } from '../held-values.ts';
import type { Systems } from '../loads.ts';
import type { Objects } from '../objects.ts';
import type { TmfObject } from '../tmf/client.ts';
import { all, asList, asNumber, asText, at, instantMs } from '../tmf/read.ts';

export interface Window {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly granularity: 'DAY' | 'HOUR';
}

export interface Sample {
  readonly indicator: string;
  readonly value: number;
  readonly unit: string | null;
  readonly fromMs: number;
  readonly untilMs: number;
}

interface Asked extends Window {
  readonly provider: string;
  readonly service: string;
}

const DURATIONS = { DAY: 'P1D', HOUR: 'PT1H' } as const;
const LENGTH_MS = { DAY: 86_400_000, HOUR: 3_600_000 } as const;
const FIELDS = ['id', 'tag', 'validFor', 'performanceIndicatorValue'];

/** The samples in one measurement; those whose value is no number, or which have no period, don't count. */
export function samplesIn(measurement: TmfObject, granularity: Window['granularity']): readonly Sample[] {
  const fromMs = instantMs(at(measurement, 'validFor.startDateTime'));
  if (fromMs === undefined) return [];
  const untilMs = instantMs(at(measurement, 'validFor.endDateTime')) ?? fromMs + LENGTH_MS[granularity];
  return asList(measurement.performanceIndicatorValue).flatMap((each) => {
    const specification = at(each, 'performanceIndicatorSpecification');
    const indicator =
      asText(at(specification, 'name')) ??
      asText(at(specification, 'indicatorName')) ??
      asText(at(specification, 'id'));
    const value = asNumber(at(each, 'observedValue'));
    if (indicator === undefined || value === undefined) return [];
    return [{ indicator, value, unit: asText(at(specification, 'indicatorUnit')) ?? null, fromMs, untilMs }];
  });
}

const windowKey = ({ provider, granularity, fromMs, untilMs }: Asked): string =>
  `${provider}\n${granularity}\n${fromMs}\n${untilMs}`;

/** The data sheet's hint on Measurement is the one place that says how long measured values live. */
function policyOf({ contract }: Systems) {
  const maxAgeMs = (contract.types.get('Measurement')?.cache?.maxAgeS ?? 0) * 1000;
  return { ttlMs: maxAgeMs, staleMs: maxAgeMs };
}

async function load({ systems, operation }: Objects, window: Asked, services: readonly string[]) {
  const source = { provider: window.provider, api: 'TMF628', resource: 'performanceMeasurement' } as const;
  const filter = {
    'tag.granularity': DURATIONS[window.granularity],
    'validFor.startDateTime.gte': new Date(window.fromMs).toISOString(),
    'validFor.startDateTime.lt': new Date(window.untilMs).toISOString(),
  };
  const ask = { by: 'tag.serviceId', fields: FIELDS, filter };
  const found = await systems.client.many(source, services, ask, sharedCall(operation));
  const samples = new Map<string, Sample[]>(services.map((service) => [service, []]));
  for (const measurement of found) {
    for (const service of all(measurement, 'tag.serviceId')) {
      samples.get(String(service))?.push(...samplesIn(measurement, window.granularity));
    }
  }
  for (const each of samples.values()) each.sort((a, b) => a.fromMs - b.fromMs);
  return samples;
}

/** Kept by service and window; readers have been authorized for the service before they come here. */
function ask(objects: Objects, window: Asked, services: readonly string[]) {
  const { provider, granularity, fromMs, untilMs } = window;
  return heldValues<readonly Sample[]>(objects.systems.values, {
    ids: services,
    keyOf: (service) => `samples:${provider}:${granularity}:${fromMs}:${untilMs}:${service}`,
    policy: policyOf(objects.systems),
    operation: objects.operation,
    ofUser: objects.systems.client.ofUser({ provider, api: 'TMF628' }),
    load: (missing) => load(objects, window, missing),
  });
}

/** A measurement that has begun is whole or under way: a window that ends inside it is the same question. */
function whole({ fromMs, untilMs, granularity }: Window): Window {
  const lengthMs = LENGTH_MS[granularity];
  return { fromMs, untilMs: Math.ceil(untilMs / lengthMs) * lengthMs, granularity };
}

const loaders = new WeakMap<Objects, DataLoader<Asked, readonly Sample[], string>>();

/** The samples of one service, the oldest first; services asked for in one turn over one window are one question. */
export function samplesOf(
  objects: Objects,
  provider: string,
  service: string,
  window: Window,
): Promise<readonly Sample[]> {
  const loader = loaders.get(objects) ?? loaderOf(objects);
  return loader.load({ provider, service, ...whole(window) });
}

function loaderOf(objects: Objects): DataLoader<Asked, readonly Sample[], string> {
  const made = new DataLoader<Asked, readonly Sample[], string>(
    async (asked) => {
      const windows = new Map<string, Asked[]>();
      for (const each of asked) windows.set(windowKey(each), [...(windows.get(windowKey(each)) ?? []), each]);
      const answers = new Map<string, ReadonlyMap<string, readonly Sample[]> | Error>();
      await Promise.all(
        [...windows].map(async ([key, [first, ...rest]]) => {
          if (first === undefined) return;
          const services = [...new Set([first, ...rest].map((each) => each.service))];
          answers.set(key, await ask(objects, first, services).catch(asError));
        }),
      );
      return asked.map((each) => {
        const answer = answers.get(windowKey(each));
        return answer instanceof Error ? answer : (answer?.get(each.service) ?? []);
      });
    },
    { cacheKeyFn: (each) => `${windowKey(each)}\n${each.service}` },
  );
  loaders.set(objects, made);
  return made;
}
