// TMF635 usage: one record for each session, call or message that has ended.
import type { Row } from '../server/row.ts';
import { type Ask, READ_WRITE, type Table } from '../server/table.ts';
import { iso, type Month, monthOf, monthStart } from '../world/calendar.ts';
import { type CustomerModel, productId, type ServiceModel, serviceId } from '../world/customer-model.ts';
import { money, VAT_PERCENT, vatOn } from '../world/money.ts';
import type { RatedUsage, UsageBook } from '../world/usage-ledger.ts';
import type { World } from '../world/world.ts';
import { customerTable, namedValue, parties, reference } from './customer-table.ts';

/** Records are kept for this month and the two before it. */
const KEPT_MONTHS = 3;

function characteristics(service: ServiceModel, usage: RatedUsage): object[] {
  return [
    namedValue('serviceId', serviceId(service)),
    ...(service.number === undefined ? [] : [namedValue('number', service.number)]),
    namedValue('direction', usage.direction),
    ...(usage.kind === 'data' ? [namedValue('volume', usage.amount)] : []),
    ...(usage.kind === 'sms' ? [namedValue('count', usage.amount)] : []),
    ...(usage.kind === 'sms'
      ? []
      : [namedValue('duration', Math.round((usage.endMs - usage.startMs) / 1000))]),
    ...(usage.counterparty === undefined ? [] : [namedValue('counterparty', usage.counterparty)]),
    ...(usage.answered === undefined ? [] : [namedValue('answered', usage.answered)]),
  ];
}

const DESCRIPTIONS = { data: 'Data session', voice: 'Call', sms: 'Message' } as const;

export function usageRow(
  world: World,
  customer: CustomerModel,
  service: ServiceModel,
  usage: RatedUsage,
): Row {
  const isBilled = monthOf(usage.startMs) < monthOf(world.now());
  return {
    id: usage.id,
    href: world.href('usage', usage.id),
    description: DESCRIPTIONS[usage.kind],
    usageDate: iso(usage.startMs),
    usageType: usage.kind,
    status: isBilled ? 'billed' : 'rated',
    usageCharacteristic: characteristics(service, usage),
    ratedProductUsage: [
      {
        isBilled,
        isTaxExempt: false,
        offerTariffType: 'Normal',
        ratingAmountType: 'Total',
        ratingDate: iso(usage.endMs),
        taxRate: VAT_PERCENT,
        usageRatingTag: usage.tag,
        productRef: reference('Product', productId(service), service.name),
        taxExcludedRatingAmount: money(usage.cents),
        taxIncludedRatingAmount: money(usage.cents + vatOn(usage.cents)),
      },
    ],
    relatedParty: parties(customer, service.user),
    usageSpecification: reference('UsageSpecification', `usgspec-${usage.kind}`, DESCRIPTIONS[usage.kind]),
    '@type': 'Usage',
  };
}

/** The services that the filters name; all of them where a filter may mean something else. */
function namedServices(world: World, customer: CustomerModel, ask: Ask): readonly ServiceModel[] {
  const values = ask.valuesOf('usageCharacteristic.value');
  const products = ask.valuesOf('ratedProductUsage.productRef.id');
  const id = [...(ask.valuesOf('id') ?? [])][0];
  const isWhole = values === undefined || [...values].some((value) => world.ownerOf(value) === undefined);
  return customer.services.filter(
    (service) =>
      (isWhole ||
        values.has(serviceId(service)) ||
        (service.number !== undefined && values.has(service.number))) &&
      (products === undefined || products.has(productId(service))) &&
      (id === undefined || id.startsWith(`usg-${service.key}-`)),
  );
}

export function usageRecords(world: World, book: UsageBook): Table {
  function months(ask: Ask): Month[] {
    const last = monthOf(Math.min(world.now(), ask.untilMs('usageDate')));
    const oldest = monthOf(world.now()) - KEPT_MONTHS + 1;
    const first = Math.max(oldest, monthOf(Math.max(monthStart(oldest), ask.fromMs('usageDate'))));
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at);
  }
  return customerTable(world, {
    resource: 'usage',
    type: 'Usage',
    linked: ['relatedParty.id', 'ratedProductUsage.productRef.id'],
    hinted: ['usageCharacteristic.value'],
    moving: true,
    stateAttribute: 'status',
    created: (body) => ({ status: body.status ?? 'received', usageDate: body.usageDate ?? iso(world.now()) }),
    rows(customer, ask) {
      const [fromMs, untilMs] = [ask.fromMs('usageDate'), ask.untilMs('usageDate')];
      return namedServices(world, customer, ask).flatMap((service) =>
        months(ask).flatMap((month) =>
          book
            .closed(customer, service, month, world.now())
            .filter(({ startMs }) => startMs >= fromMs && startMs <= untilMs)
            .map((usage) => usageRow(world, customer, service, usage)),
        ),
      );
    },
  });
}

export function usageSpecifications(world: World): Table {
  const specification = (kind: string, name: string, characteristic: readonly string[]): Row => ({
    id: `usgspec-${kind}`,
    href: world.href('usageSpecification', `usgspec-${kind}`),
    name,
    description: `${name} as the network reports it.`,
    isBundle: false,
    lifecycleStatus: 'Active',
    lastUpdate: '2024-01-01T00:00:00.000Z',
    version: '1.0',
    specCharacteristic: characteristic.map((each) => ({ name: each, configurable: false })),
    '@type': 'UsageSpecification',
  });
  return {
    resource: 'usageSpecification',
    type: 'UsageSpecification',
    linked: [],
    common: [
      specification('data', 'Data session', ['serviceId', 'number', 'volume', 'duration']),
      specification('voice', 'Call', [
        'serviceId',
        'number',
        'direction',
        'duration',
        'counterparty',
        'answered',
      ]),
      specification('sms', 'Message', ['serviceId', 'number', 'direction', 'count', 'counterparty']),
    ],
    owned: () => [],
    perSubscriber: 0,
    moving: false,
    allows: READ_WRITE,
    mandatory: [],
    stateAttribute: 'lifecycleStatus',
    created: (body) => ({ lastUpdate: iso(world.now()), lifecycleStatus: body.lifecycleStatus ?? 'Active' }),
  };
}
