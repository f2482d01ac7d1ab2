// The allowances of a customer with what is used of each right now: the contents of TMF677 answers.
import { allowanceOf, USAGE_UNITS, type UsageKind } from '../catalogue/pricing.ts';
import { drawnFromGroup, drawsOnGroup, groupDataUsed, usageKinds } from '../world/allowances.ts';
import { iso, monthOf, monthPeriod } from '../world/calendar.ts';
import {
  type CustomerModel,
  type GroupModel,
  productId,
  type ServiceModel,
  serviceId,
} from '../world/customer-model.ts';
import type { UsageBook } from '../world/usage-ledger.ts';
import type { World } from '../world/world.ts';
import { customerParty, reference, userParty } from './customer-table.ts';
import { numberId } from './resources.ts';

const NAMES = { data: 'Data', voice: 'Calls', sms: 'Messages' } as const;
const BUCKET_STATUS = { active: 'active', inactive: 'suspended', designed: 'suspended' } as const;

interface BucketModel {
  readonly id: string;
  readonly name: string;
  readonly kind: UsageKind;
  readonly used: number;
  /** Undefined: unlimited. */
  readonly limit: number | undefined;
  readonly services: readonly ServiceModel[];
  readonly product: ServiceModel | GroupModel;
  readonly productName: string;
  readonly isShared: boolean;
  readonly status: string;
  /** Of a shared bucket: what each line drew. */
  readonly parts?: readonly Part[];
}

interface Part {
  readonly service: ServiceModel;
  readonly used: number;
}

/** A line's number with what it drew from a bucket that it shares. */
function part({ service, used }: Part, units: string, consumptionPeriod: object): object {
  const id = numberId(service);
  return {
    ...reference('LogicalResource', id, service.number),
    consumptionSummary: [
      {
        id: `${id}-used`,
        counterType: 'used',
        level: 'user',
        consumptionPeriod,
        ...(service.user === undefined ? {} : { user: userParty(service.user) }),
        value: { amount: rounded(used), units },
      },
    ],
  };
}

const rounded = (amount: number): number => Math.round(amount * 1000) / 1000;

function bucket(customer: CustomerModel, model: BucketModel, nowMs: number): object {
  const { kind, used, limit } = model;
  const units = USAGE_UNITS[kind];
  const consumptionPeriod = monthPeriod(monthOf(nowMs));
  const counter = (counterType: string, amount: number): object => ({
    id: `${model.id}-${counterType}`,
    counterType,
    level: 'global',
    valueName: `${amount} ${units}`,
    consumptionPeriod,
    value: { amount, units },
  });
  const inside = limit === undefined ? used : Math.min(used, limit);
  const remaining = limit === undefined ? undefined : rounded(limit - inside);
  return {
    id: model.id,
    name: model.name,
    usageType: kind,
    isShared: model.isShared,
    status: model.status,
    bucketCounter: [
      counter('used', rounded(inside)),
      ...(limit === undefined ? [] : [counter('outOfBucket', rounded(used - inside))]),
    ],
    ...(remaining === undefined
      ? { remainingValueName: 'Unlimited' }
      : { remainingValue: { amount: remaining, units }, remainingValueName: `${remaining} ${units}` }),
    validFor: consumptionPeriod,
    service: model.services.map((service) => reference('Service', serviceId(service), service.name)),
    product: [reference('Product', productId(model.product), model.productName)],
    ...(model.parts === undefined
      ? {}
      : { logicalResource: model.parts.map((each) => part(each, units, consumptionPeriod)) }),
    partyAccount: reference('BillingAccount', model.product.accountId),
    relatedParty: [customerParty(customer)],
    '@type': 'Bucket',
  };
}

function ownBucket(
  book: UsageBook,
  customer: CustomerModel,
  service: ServiceModel,
  kind: UsageKind,
  nowMs: number,
): BucketModel {
  const limit = allowanceOf(service.offeringId, kind);
  const used = book.used(customer, service, kind, monthOf(nowMs), nowMs);
  return {
    id: `bkt-${service.key}-${kind}`,
    name: `${NAMES[kind]} of ${service.name}`,
    kind,
    used: limit !== undefined && drawsOnGroup(customer, service, kind) ? Math.min(used, limit) : used,
    limit,
    services: [service],
    product: service,
    productName: service.name,
    isShared: false,
    status: BUCKET_STATUS[service.state],
  };
}

/** The charging system hears of a line when it is first switched on. */
const isKnown = (service: ServiceModel): boolean => service.state !== 'designed';

/** Buckets of the services asked for; the shared one comes with any of its lines, or with the group's product. */
export function buckets(
  book: UsageBook,
  customer: CustomerModel,
  wanted: (item: ServiceModel | GroupModel) => boolean,
  nowMs: number,
): object[] {
  const { group } = customer;
  const services = customer.services.filter((service) => isKnown(service) && wanted(service));
  const lines = customer.services.filter(
    (service) => isKnown(service) && drawsOnGroup(customer, service, 'data'),
  );
  const shared =
    group !== undefined && (wanted(group) || services.some((service) => lines.includes(service)));
  const models = services.flatMap((service) =>
    usageKinds(service).map((kind) => ownBucket(book, customer, service, kind, nowMs)),
  );
  if (group !== undefined && shared) {
    models.push({
      id: `bkt-${group.key}-data`,
      name: 'Data shared by all lines',
      kind: 'data',
      used: groupDataUsed(book, customer, monthOf(nowMs), nowMs),
      limit: group.sharedDataGb,
      services: lines,
      product: group,
      productName: 'Mobile business group',
      isShared: true,
      status: 'active',
      parts: lines.map((service) => ({
        service,
        used: drawnFromGroup(book, customer, service, monthOf(nowMs), nowMs),
      })),
    });
  }
  return models.map((model) => bucket(customer, model, nowMs));
}

/** One customer's part of a TMF677 answer. */
export function usageConsumption(
  world: World,
  book: UsageBook,
  customer: CustomerModel,
  wanted: (item: ServiceModel | GroupModel) => boolean,
): object {
  const nowMs = world.now();
  return {
    id: `uc-${customer.id}`,
    name: `Usage of ${customer.name}`,
    creationDate: iso(nowMs),
    lastUpdate: iso(nowMs),
    state: 'done',
    validPeriod: monthPeriod(monthOf(nowMs)),
    bucketRefOrValue: buckets(book, customer, wanted, nowMs),
    service: customer.services
      .filter((service) => isKnown(service) && wanted(service))
      .map((service) => reference('Service', serviceId(service), service.name)),
    relatedParty: [customerParty(customer)],
    '@type': 'UsageConsumption',
  };
}
