// Usage that a test or a demonstration adds by hand: recorded, counted, and told to listeners.
import { USAGE_UNITS, type UsageKind } from './catalogue/pricing.ts';
import type { Api } from './server/api.ts';
import { RefusedRequest } from './server/row.ts';
import { parties } from './tables/customer-table.ts';
import { answerUsageQuery } from './tables/usage-queries.ts';
import { usageRow } from './tables/usage-records.ts';
import { usageKinds } from './world/allowances.ts';
import { serviceId } from './world/customer-model.ts';
import type { UsageBook } from './world/usage-ledger.ts';
import type { World } from './world/world.ts';

const MAX_AMOUNT = 1_000_000;

function isUsageKind(kind: unknown): kind is UsageKind {
  return typeof kind === 'string' && Object.hasOwn(USAGE_UNITS, kind);
}

/** Tells TMF635 listeners of the record and TMF677 listeners of the service's new counters. Throws RefusedRequest. */
export function createUse(world: World, book: UsageBook, apis: readonly Api[]) {
  let serial = 0;
  return async (id: unknown, kind: unknown, amount: unknown): Promise<void> => {
    const owner = typeof id === 'string' ? world.ownerOf(id) : undefined;
    const customer = owner === undefined ? undefined : world.customer(owner);
    const service = customer?.services.find((each) => serviceId(each) === id);
    if (customer === undefined || service === undefined) throw new RefusedRequest(404, 'no such service');
    if (!isUsageKind(kind) || !usageKinds(service).includes(kind)) {
      throw new RefusedRequest(400, `kind is one of ${usageKinds(service).join(', ')}`);
    }
    if (typeof amount !== 'number' || !(amount > 0) || amount > MAX_AMOUNT) {
      throw new RefusedRequest(400, `amount is more than 0, in ${USAGE_UNITS[kind]}`);
    }
    const usage = usageRow(
      world,
      service,
      parties(customer, service.user),
      book.add(customer, service, kind, amount),
    );
    serial += 1;
    const queryId = `quc-event-${serial}`;
    const searchCriteria = { service: [{ id: serviceId(service) }] };
    const query = {
      id: queryId,
      href: world.href('queryUsageConsumption', queryId),
      searchCriteria,
      ...answerUsageQuery(world, book, { services: new Set([serviceId(service)]) }),
      '@type': 'QueryUsageConsumption',
    };
    const hubOf = (number: string): Api['hub'] | undefined => apis.find(({ api }) => api === number)?.hub;
    await Promise.all([
      hubOf('TMF635')?.emit('usage', 'Create', usage),
      hubOf('TMF677')?.emit('queryUsageConsumption', 'StateChange', query),
    ]);
  };
}
