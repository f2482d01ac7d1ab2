// TMF620: the catalogue's categories, specifications, offerings and prices as rows.
import { CATEGORIES } from '../catalogue/categories.ts';
import { OFFERINGS, offeringOf } from '../catalogue/offerings.ts';
import { type OfferingEntry, type PriceEntry, priceId } from '../catalogue/price-list.ts';
import {
  type CharacteristicEntry,
  SPECIFICATIONS,
  type SpecificationEntry,
} from '../catalogue/specifications.ts';
import type { Row } from '../server/row.ts';
import { READ_WRITE, type Table } from '../server/table.ts';
import { iso } from '../world/calendar.ts';
import type { SettingValue } from '../world/customer-model.ts';
import { money, VAT_PERCENT, vatItem } from '../world/money.ts';
import type { World } from '../world/world.ts';
import { NOBODYS, type Reference, reference } from './customer-table.ts';

const LAST_UPDATE = '2026-01-15T08:00:00.000Z';
const PROVIDER = { ...reference('Organization', 'org-aurora', 'Aurora Telecom'), role: 'provider' };
const CATALOG = { id: 'catalog-aurora', name: 'Aurora Telecom' };

const lifecycle = (lifecycleStatus: string): object => ({
  lifecycleStatus,
  lastUpdate: LAST_UPDATE,
  version: '1.0',
});
const from = (date: string, until?: string): object => ({
  validFor: {
    startDateTime: `${date}T00:00:00.000Z`,
    ...(until === undefined ? {} : { endDateTime: `${until}T23:59:59.000Z` }),
  },
});

function categoryRow(world: World, { id, name, description, parentId }: (typeof CATEGORIES)[number]): Row {
  return {
    id,
    href: world.href('category', id),
    name,
    description,
    isRoot: parentId === undefined,
    ...(parentId === undefined ? {} : { parentId }),
    ...lifecycle('Active'),
    ...from('2019-01-01'),
    subCategory: CATEGORIES.filter((each) => each.parentId === id).map((each) =>
      reference('Category', each.id, each.name),
    ),
    productOffering: OFFERINGS.filter(({ categories }) => categories.includes(id)).map((offering) =>
      reference('ProductOffering', offering.id, offering.name),
    ),
    '@type': 'Category',
  };
}

function specificationValues({ allowed, unit, valueType }: CharacteristicEntry): object[] {
  const units = unit === undefined ? {} : { unitOfMeasure: unit };
  if ('from' in allowed) {
    const bounds = {
      valueType,
      valueFrom: allowed.from,
      valueTo: allowed.to,
      rangeInterval: 'closed',
      ...units,
    };
    return [
      { isDefault: true, valueType, value: allowed.byDefault, ...units },
      { isDefault: false, ...bounds },
    ];
  }
  return allowed.map((value, at) => ({ isDefault: at === 0, valueType, value, ...units }));
}

function specificationRow(world: World, specification: SpecificationEntry): Row {
  const { id, name, description, brand, serviceKind } = specification;
  return {
    id,
    href: world.href('productSpecification', id),
    name,
    description,
    brand,
    productNumber: id.replace('spec-', 'AT-').toUpperCase(),
    isBundle: false,
    ...lifecycle('Active'),
    ...from('2019-01-01'),
    relatedParty: [PROVIDER],
    productSpecCharacteristic: specification.characteristics.map((characteristic) => ({
      id: `${id}.${characteristic.name}`,
      name: characteristic.name,
      description: characteristic.description,
      valueType: characteristic.valueType,
      configurable: characteristic.configurable,
      extensible: false,
      isUnique: false,
      minCardinality: 1,
      maxCardinality: 1,
      productSpecCharacteristicValue: specificationValues(characteristic),
    })),
    ...(serviceKind === undefined
      ? {}
      : { serviceSpecification: [reference('ServiceSpecification', `svcspec-${serviceKind}`, name)] }),
    '@type': 'ProductSpecification',
  };
}

function valueUse(offering: OfferingEntry, name: string, values: readonly object[]): object {
  return {
    name,
    minCardinality: 1,
    maxCardinality: 1,
    productSpecCharacteristicValue: values,
    productSpecification: reference('ProductSpecification', offering.specificationId),
  };
}

function allowances(offering: OfferingEntry): object[] {
  const { allowance } = offering;
  if (allowance === undefined) return [];
  const fixed = (name: string, value: SettingValue, unitOfMeasure: string): object =>
    valueUse(offering, name, [{ isDefault: true, valueType: 'number', value, unitOfMeasure }]);
  return [
    fixed('dataAllowance', allowance.dataGb, 'GB'),
    fixed('voiceAllowance', allowance.voiceMin, 'min'),
    fixed('smsAllowance', allowance.sms, 'sms'),
  ];
}

const SEGMENT_NAMES = { enterprise: 'Enterprise', residential: 'Residential', prepaid: 'Prepaid' } as const;

function priceReference(offering: OfferingEntry, price: PriceEntry): Reference {
  return reference('ProductOfferingPrice', priceId(offering, price), price.name);
}

function offeringRow(world: World, offering: OfferingEntry): Row {
  const { id, name, description, bundle } = offering;
  const isActive = offering.lifecycle === 'Active';
  return {
    id,
    href: world.href('productOffering', id),
    name,
    description,
    isBundle: bundle !== undefined,
    isSellable: isActive,
    ...lifecycle(offering.lifecycle),
    ...from(offering.from, offering.until),
    category: CATEGORIES.filter((category) => offering.categories.includes(category.id)).map((category) =>
      reference('Category', category.id, category.name),
    ),
    channel: [reference('Channel', 'channel-online', 'Online'), reference('Channel', 'channel-shop', 'Shop')],
    marketSegment: offering.segments.map((segment) =>
      reference('MarketSegment', `segment-${segment}`, SEGMENT_NAMES[segment]),
    ),
    productSpecification: reference(
      'ProductSpecification',
      offering.specificationId,
      SPECIFICATIONS.find((specification) => specification.id === offering.specificationId)?.name,
    ),
    prodSpecCharValueUse: allowances(offering),
    productOfferingPrice: offering.prices.map((price) => priceReference(offering, price)),
    productOfferingTerm: [
      { name: 'Notice', description: 'One month', duration: { amount: 1, units: 'month' } },
    ],
    ...(bundle === undefined
      ? {}
      : {
          bundledProductOffering: bundle.map((part) => ({
            id: part.id,
            href: world.href('productOffering', part.id),
            name: offeringOf(part.id).name,
            lifecycleStatus: offeringOf(part.id).lifecycle,
            bundledProductOfferingOption: {
              numberRelOfferDefault: part.byDefault,
              numberRelOfferLowerLimit: part.from,
              numberRelOfferUpperLimit: part.to,
            },
          })),
        }),
    '@type': 'ProductOffering',
  };
}

function priceCondition(offering: OfferingEntry, { when }: PriceEntry): object {
  if (when === undefined) return {};
  const range = {
    ...(when.from === undefined ? {} : { valueFrom: when.from }),
    ...(when.to === undefined ? {} : { valueTo: when.to }),
  };
  const value = when.value === undefined ? range : { value: when.value };
  return { prodSpecCharValueUse: [valueUse(offering, when.name, [{ isDefault: false, ...value }])] };
}

function priceRow(world: World, offering: OfferingEntry, price: PriceEntry): Row {
  const id = priceId(offering, price);
  const { taxCategory, taxAmount } = vatItem(price.cents);
  return {
    id,
    href: world.href('productOfferingPrice', id),
    name: price.name,
    description: `${price.name} of ${offering.name}`,
    isBundle: false,
    priceType: price.kind,
    ...(price.kind === 'recurring'
      ? { recurringChargePeriodType: 'month', recurringChargePeriodLength: 1 }
      : {}),
    ...(price.percentage === undefined ? { price: money(price.cents) } : { percentage: price.percentage }),
    ...(price.unit === undefined ? {} : { unitOfMeasure: { amount: 1, units: price.unit } }),
    ...(price.percentage === undefined
      ? { tax: [{ id: 'vat', taxCategory, taxRate: VAT_PERCENT, taxAmount }] }
      : {}),
    ...priceCondition(offering, price),
    ...lifecycle(offering.lifecycle),
    ...from(offering.from, offering.until),
    '@type': 'ProductOfferingPrice',
  };
}

export function catalogueTables(world: World): Table[] {
  const table = (resource: string, type: string, common: readonly Row[]): Table => ({
    ...NOBODYS,
    resource,
    type,
    common,
    allows: READ_WRITE,
    mandatory: ['name'],
    stateAttribute: 'lifecycleStatus',
    created: (body) => ({
      lastUpdate: iso(world.now()),
      lifecycleStatus: body.lifecycleStatus ?? 'In study',
    }),
  });
  const catalog = {
    ...CATALOG,
    href: world.href('catalog', CATALOG.id),
    catalogType: 'ProductCatalog',
    ...lifecycle('Active'),
    ...from('2019-01-01'),
    category: CATEGORIES.filter(({ parentId }) => parentId === undefined).map(({ id, name }) =>
      reference('Category', id, name),
    ),
    relatedParty: [PROVIDER],
    '@type': 'Catalog',
  };
  return [
    table('catalog', 'Catalog', [catalog]),
    table(
      'category',
      'Category',
      CATEGORIES.map((category) => categoryRow(world, category)),
    ),
    table(
      'productSpecification',
      'ProductSpecification',
      SPECIFICATIONS.map((entry) => specificationRow(world, entry)),
    ),
    table(
      'productOffering',
      'ProductOffering',
      OFFERINGS.map((offering) => offeringRow(world, offering)),
    ),
    table(
      'productOfferingPrice',
      'ProductOfferingPrice',
      OFFERINGS.flatMap((offering) => offering.prices.map((price) => priceRow(world, offering, price))),
    ),
  ];
}
