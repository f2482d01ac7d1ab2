// TMF637 products: what each customer bought, with its configuration and price.
import { offeringOf } from '../catalogue/offerings.ts';
import { type OfferingEntry, type PriceEntry, priceId } from '../catalogue/price-list.ts';
import { recurringPrices } from '../catalogue/pricing.ts';
import type { Row } from '../server/row.ts';
import type { Effect, Table } from '../server/table.ts';
import {
  agreementId,
  type CustomerModel,
  type GroupModel,
  productId,
  type ServiceModel,
  type SettingValue,
  serviceId,
} from '../world/customer-model.ts';
import { money, VAT_PERCENT, vatOn } from '../world/money.ts';
import type { World } from '../world/world.ts';
import { atPlace, customerParty, customerTable, namedValue, parties, reference } from './customer-table.ts';
import { resourceReferences } from './resources.ts';

const PRICE_TYPES = {
  recurring: 'recurring',
  oneTime: 'oneTime',
  usage: 'usage',
  discount: 'discount',
} as const;

function amounts(cents: number): object {
  return {
    taxRate: VAT_PERCENT,
    dutyFreeAmount: money(cents),
    taxIncludedAmount: money(cents + vatOn(cents)),
  };
}

function productPrice(offering: OfferingEntry, price: PriceEntry, cents: number): object {
  return {
    name: price.name,
    priceType: PRICE_TYPES[price.kind],
    ...(price.kind === 'recurring' ? { recurringChargePeriod: 'month' } : {}),
    ...(price.kind === 'usage' && price.unit !== undefined ? { unitOfMeasure: price.unit } : {}),
    price: amounts(cents),
    productOfferingPrice: reference('ProductOfferingPrice', priceId(offering, price), price.name),
  };
}

function productPrices(offering: OfferingEntry, settings: Readonly<Record<string, SettingValue>>): object[] {
  const usage = offering.prices.filter((price) => price.kind === 'usage');
  return [
    ...recurringPrices(offering, settings).map(({ price, cents }) => productPrice(offering, price, cents)),
    ...usage.map((price) => productPrice(offering, price, price.cents)),
  ];
}

const STATUS = { active: 'active', inactive: 'suspended', designed: 'pendingActive' } as const;

function shared(customer: CustomerModel, item: ServiceModel | GroupModel): object {
  const offering = offeringOf(item.offeringId);
  const account = customer.accounts.find(({ id }) => id === item.accountId);
  return {
    isCustomerVisible: true,
    orderDate: `${item.startedOn}T09:00:00.000Z`,
    startDate: `${item.startedOn}T12:00:00.000Z`,
    productOffering: reference('ProductOffering', offering.id, offering.name),
    productSpecification: reference('ProductSpecification', offering.specificationId),
    billingAccount: reference('BillingAccount', item.accountId, account?.name),
    agreement: [
      {
        ...reference('Agreement', agreementId(customer), `Agreement with ${customer.name}`),
        agreementItemId: '1',
      },
    ],
    '@type': 'Product',
  };
}

function related(type: string, id: string, name: string): object {
  return { relationshipType: type, product: reference('Product', id, name) };
}

function lineProduct(world: World, customer: CustomerModel, service: ServiceModel): Row {
  const id = productId(service);
  const offering = offeringOf(service.offeringId);
  const { group } = customer;
  return {
    id,
    href: world.href('product', id),
    name: service.name,
    description: offering.description,
    isBundle: false,
    status: STATUS[service.state],
    ...shared(customer, service),
    ...(service.place === undefined ? {} : { place: [atPlace(service.place)] }),
    productCharacteristic: [
      ...(service.number === undefined ? [] : [namedValue('number', service.number)]),
      ...Object.entries(service.settings).map(([name, value]) => namedValue(name, value)),
    ],
    productPrice: productPrices(offering, service.settings),
    ...(group === undefined || service.kind !== 'mobile'
      ? {}
      : { productRelationship: [related('isMemberOf', productId(group), 'Mobile business group')] }),
    realizingService: [reference('Service', serviceId(service), service.name)],
    realizingResource: resourceReferences(service),
    relatedParty: parties(customer, service.user),
  };
}

function groupProduct(world: World, customer: CustomerModel, group: GroupModel): Row {
  const id = productId(group);
  const offering = offeringOf(group.offeringId);
  const lines = customer.services.filter(({ kind }) => kind === 'mobile');
  return {
    id,
    href: world.href('product', id),
    name: 'Mobile business group',
    description: offering.description,
    isBundle: true,
    status: 'active',
    ...shared(customer, group),
    productCharacteristic: [namedValue('sharedData', group.sharedDataGb)],
    productPrice: productPrices(offering, {}),
    productRelationship: lines.map((line) => related('hasMember', productId(line), line.name)),
    relatedParty: [customerParty(customer)],
  };
}

const SERVICE_STATES: Readonly<Record<string, string>> = {
  active: 'active',
  suspended: 'inactive',
  terminated: 'terminated',
};

/** A product that is suspended, resumed or ended takes its services along. */
function realized(after: Row, before: Row | undefined): readonly Effect[] {
  const state = SERVICE_STATES[String(after.status)];
  const services = after.realizingService;
  if (state === undefined || after.status === before?.status || !Array.isArray(services)) return [];
  return services.map(({ id }) => ({ resource: 'service', id: String(id), change: { state } }));
}

export function products(world: World): Table {
  return customerTable(world, {
    resource: 'product',
    type: 'Product',
    linked: [
      'relatedParty.id',
      'realizingService.id',
      'realizingResource.id',
      'billingAccount.id',
      'agreement.id',
      'productRelationship.product.id',
      'place.id',
    ],
    perSubscriber: 1,
    mandatory: ['status'],
    stateAttribute: 'status',
    effects: realized,
    rows: (customer) => [
      ...(customer.group === undefined ? [] : [groupProduct(world, customer, customer.group)]),
      ...customer.services.map((service) => lineProduct(world, customer, service)),
    ],
  });
}
