// What the usage data sheet can't say: real-time usage, and the events that bring it.
import { clientError } from '../../schema/errors.ts';
import { idOfType } from '../../schema/id.ts';
import type { EventHandlers, Resolvers } from '../context.ts';
import { entityOf, reference } from '../item.ts';
import type { Work } from '../modules.ts';
import { all, asText } from '../tmf/read.ts';
import { alerts } from './alerts/list.ts';
import { changeAlert, deleteAlert, setAlert } from './alerts/set.ts';
import { usageHappened, usageTold, watchRound } from './alerts/watch.ts';
import { bucketsByService } from './bucket.ts';
import { usageKey, usagePolicy } from './meter.ts';
import { overLimitPrice } from './over-limit-price.ts';
import { type OverviewAsk, overview } from './overview.ts';
import { usageOf } from './service-usage.ts';
import { sharers } from './sharers.ts';

/** Alerts live in the store. */
export const keepsState = true;

export const resolvers: Resolvers = {
  Mutation: { setAlert, changeAlert, deleteAlert },
  Query: {
    alerts: (_root, _args, context) => alerts(context),
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
    usageOverview: (_root, args, context) => overview(args as OverviewAsk, context), // graphql has checked them
  },
  Allowance: {
    sharers: (allowance, _args, context) => sharers(allowance, context),
    overLimitPrice: (allowance, _args, context) => overLimitPrice(allowance, context),
  },
  Service: {
    usage: (service, _args, context) => usageOf(entityOf(service), context),
  },
};

/** Live streams don't wait for alerts, which may ask back ends; what fails is looked at again by the next round. */
function behind(work: Promise<void>): void {
  work.catch(() => {});
}

export const events: EventHandlers = {
  /**
   * The charging system tells the new state of the services that were asked about: it replaces what is kept, at once and
   * everywhere. Other services that share a bucket with them are in it too, without their own buckets: those are left.
   */
  async queryUsageConsumption({ provider, object, atMs }, systems) {
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
    const told = bucketsByService(object, whole);
    await Promise.all(
      [...told].map(([service, metered]) =>
        systems.values.replace(usageKey(provider, service), metered, usagePolicy(systems), atMs),
      ),
    );
    behind(usageTold(systems, provider, told));
  },
  /**
   * A new record tells that something was used, not what is left: the next reader asks anew, unless the charging system
   * has told that since. Both come of one use, and in any order.
   */
  async usage({ provider, object, atMs }, systems) {
    const services = all(object, 'usageCharacteristic').filter(
      (each) => asText((each as { name?: unknown }).name) === 'serviceId',
    );
    const ids = services.flatMap((each) => asText((each as { value?: unknown }).value) ?? []);
    const keys = ids.map((service) => usageKey(provider, service));
    await systems.values.dropBefore(keys, atMs);
    behind(usageHappened(systems, provider, ids));
  },
};

/** Thresholds that nobody told of, and messages that wait. */
export const work: Work = (systems, surroundings) => watchRound(systems, surroundings);
