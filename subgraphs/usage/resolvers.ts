// What the usage data sheet can't say: real-time usage, and the events that bring it.
import { clientError } from '../../schema/errors.ts';
import { idOfType } from '../../schema/id.ts';
import type { EventHandlers, Resolvers, SubgraphContext } from '../context.ts';
import { backEndId, entityOf, type Item, reference } from '../item.ts';
import { all, asText } from '../tmf/read.ts';
import { allowance } from './allowance.ts';
import { bucketsByService, meter, usageKey, usagePolicy } from './meter.ts';

async function usageOf(service: Item, context: SubgraphContext): Promise<Item | null> {
  const { provider } = service;
  const held = await meter(context, provider, backEndId(service));
  if (held === null) return null;
  const usage: Item = { __typename: 'ServiceUsage', provider, raw: {}, whole: service };
  const part = (raw: Item['raw']): Item => ({ __typename: 'Allowance', provider, raw, whole: usage });
  return {
    ...usage,
    raw: {
      service,
      allowances: held.value.map((bucket) => part(allowance(bucket))),
      asOf: new Date(held.asOfMs).toISOString(),
      freshness: held.freshness,
    },
  };
}

export const resolvers: Resolvers = {
  Query: {
    async usage(_root, { serviceId }, context) {
      const parts = idOfType(String(serviceId), 'Service');
      if (parts === undefined) throw clientError('INVALID_ID');
      if (!context.objects.serves('Service', parts.provider)) return null;
      // before anything is read, kept or not: a warm cache answers nobody who may not know
      const [service] = await context.objects.visible(
        [reference('Service', parts.provider, parts.id)],
        'USAGE_VIEW',
      );
      return service === undefined ? null : usageOf(service, context);
    },
  },
  Service: {
    usage: (service, _args, context) => usageOf(entityOf(service), context),
  },
};

export const events: EventHandlers = {
  /**
   * The charging system tells the new state of the services that were asked about: it replaces what is kept, at once and
   * everywhere. Other services that share a bucket with them are in it too, without their own buckets: those are left.
   */
  async queryUsageConsumption({ provider, object }, systems) {
    const ids = (path: string) => all(object, path).flatMap((id) => asText(id) ?? []);
    const whole = new Set(ids('searchCriteria.service.id'));
    if (whole.size === 0) {
      // of which services this is all that there is can't be told: the next reader asks anew
      const named = [
        ...ids('usageConsumption.service.id'),
        ...ids('usageConsumption.bucketRefOrValue.service.id'),
      ];
      await systems.values.drop([...new Set(named)].map((service) => usageKey(provider, service)));
      return;
    }
    await Promise.all(
      [...bucketsByService(object, whole)].map(([service, buckets]) =>
        systems.values.replace(usageKey(provider, service), buckets, usagePolicy(systems)),
      ),
    );
  },
  /** A new record tells that something was used, not what is left: the next reader asks anew. */
  async usage({ provider, object }, systems) {
    const services = all(object, 'usageCharacteristic').filter(
      (each) => asText((each as { name?: unknown }).name) === 'serviceId',
    );
    const keys = services.flatMap((each) => asText((each as { value?: unknown }).value) ?? []);
    await systems.values.drop(keys.map((service) => usageKey(provider, service)));
  },
};
