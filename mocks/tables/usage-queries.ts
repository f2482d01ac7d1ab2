// TMF677 queryUsageConsumption: a task that is answered at once, from the criteria in its body.
import { isRecord } from '../server/row.ts';
import { READ_WRITE, type Table } from '../server/table.ts';
import { iso } from '../world/calendar.ts';
import {
  type CustomerModel,
  type GroupModel,
  productId,
  type ServiceModel,
  serviceId,
} from '../world/customer-model.ts';
import type { UsageBook } from '../world/usage-ledger.ts';
import type { World } from '../world/world.ts';
import { usageConsumption } from './buckets.ts';
import { NOBODYS } from './customer-table.ts';

/** Ids by kind; an absent kind asks for everything. */
export interface UsageCriteria {
  readonly parties?: ReadonlySet<string> | undefined;
  readonly services?: ReadonlySet<string> | undefined;
  readonly products?: ReadonlySet<string> | undefined;
  readonly accounts?: ReadonlySet<string> | undefined;
  readonly numbers?: ReadonlySet<string> | undefined;
}

const KEPT_QUERIES = 1_000;

function ids(value: unknown): ReadonlySet<string> | undefined {
  const list = Array.isArray(value) ? value : value === undefined ? [] : [value];
  const found = list
    .map((each) => (isRecord(each) ? each.id : undefined))
    .filter((id) => typeof id === 'string');
  return found.length === 0 ? undefined : new Set(found);
}

function readCriteria(body: Readonly<Record<string, unknown>>): UsageCriteria {
  const criteria = isRecord(body.searchCriteria) ? body.searchCriteria : {};
  const numbers = ids(criteria.logicalResource);
  return {
    // the party at the top of a query is its customer only when the criteria name none
    parties: ids(criteria.relatedParty) ?? ids(body.relatedParty),
    services: ids(criteria.service),
    products: ids(criteria.product),
    accounts: ids(criteria.partyAccount) ?? ids(body.partyAccount),
    numbers: numbers && new Set([...numbers].map((id) => id.replace('res-msisdn-', ''))),
  };
}

function fits(
  { services, products, accounts, numbers }: UsageCriteria,
  item: ServiceModel | GroupModel,
): boolean {
  const isService = 'kind' in item;
  return (
    (services === undefined || (isService && services.has(serviceId(item)))) &&
    (products === undefined || products.has(productId(item))) &&
    (accounts === undefined || accounts.has(item.accountId)) &&
    (numbers === undefined || (isService && item.number !== undefined && numbers.has(item.number)))
  );
}

function namedCustomers(world: World, criteria: UsageCriteria): CustomerModel[] {
  const { parties, services, products, accounts, numbers } = criteria;
  const named = [parties, services, products, accounts, numbers].find((set) => set !== undefined);
  const owners = new Set(
    [...(named ?? [])].map((id) => world.ownerOf(id)).filter((owner) => owner !== undefined),
  );
  return [...owners]
    .map((owner) => world.customer(owner))
    .filter((customer) => customer !== undefined)
    .filter(({ id }) => parties === undefined || parties.has(id));
}

export function answerUsageQuery(
  world: World,
  book: UsageBook,
  criteria: UsageCriteria,
): Record<string, unknown> {
  return {
    queryUsageConsumptionDate: iso(world.now()),
    usageConsumption: namedCustomers(world, criteria)
      .map((customer) => ({ customer, wanted: (item: ServiceModel | GroupModel) => fits(criteria, item) }))
      .filter(
        ({ customer, wanted }) =>
          customer.services.some(wanted) || (customer.group && wanted(customer.group)),
      )
      .map(({ customer, wanted }) => usageConsumption(world, book, customer, wanted)),
  };
}

export function usageQueries(world: World, book: UsageBook): Table {
  return {
    ...NOBODYS,
    resource: 'queryUsageConsumption',
    type: 'QueryUsageConsumption',
    allows: { ...READ_WRITE, patch: false },
    mandatory: ['searchCriteria'],
    keptCreated: KEPT_QUERIES,
    created: (body) => answerUsageQuery(world, book, readCriteria(body)),
  };
}
