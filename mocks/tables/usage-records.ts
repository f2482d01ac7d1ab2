// TMF635 usage: one record for each session, call or message that has ended.
import type { Row } from '../server/row.ts';
import { type Ask, READ_WRITE, type Table } from '../server/table.ts';
import { iso, type Month, monthOf, monthStart } from '../world/calendar.ts';
import { type CustomerModel, productId, type ServiceModel, serviceId } from '../world/customer-model.ts';
import { strayRecords } from '../world/disagreements.ts';
import { money, VAT_PERCENT, vatOn } from '../world/money.ts';
import { mix, pick } from '../world/random.ts';
import type { RatedUsage, UsageBook } from '../world/usage-ledger.ts';
import { counterparty, type UsageEvent, usageId } from '../world/usage-pattern.ts';
import type { World } from '../world/world.ts';
import { customerTable, NOBODYS, namedValue, parties, reference } from './customer-table.ts';
import { seatsOf } from './resources.ts';

/** Records are kept for this month and the two before it. */
const KEPT_MONTHS = 3;

function characteristics(service: ServiceModel, event: UsageEvent): object[] {
  const other = counterparty(event);
  return [
    namedValue('serviceId', serviceId(service)),
    ...(service.number === undefined ? [] : [namedValue('number', service.number)]),
    namedValue('direction', event.isIncoming ? 'incoming' : 'outgoing'),
    ...(event.kind === 'data' ? [namedValue('volume', event.amount)] : []),
    ...(event.kind === 'sms' ? [namedValue('count', event.amount)] : []),
    ...(event.kind === 'sms'
      ? []
      : [namedValue('duration', Math.round((event.endMs - event.startMs) / 1000))]),
    ...(other === undefined ? [] : [namedValue('counterparty', other)]),
    ...(event.kind === 'voice' ? [namedValue('answered', !event.isLost)] : []),
    ...(service.kind === 'callCentre' ? distribution(service, event) : []),
  ];
}

/** Through which groups of the call centre a call went, and at which seat it was taken or made. */
function distribution(service: ServiceModel, { chance, isIncoming, isLost }: UsageEvent): object[] {
  const [first, second] = [pick(mix(chance, 5), GROUPS), pick(mix(chance, 6), GROUPS)];
  const isPassedOn = isIncoming && mix(chance, 7) % 6 === 0 && first !== second;
  const seat = seatsOf(service)[mix(chance, 8) % Math.max(1, seatsOf(service).length)];
  return [
    ...(isIncoming ? [namedValue('toGroup', first)] : [namedValue('fromGroup', first)]),
    ...(isPassedOn ? [namedValue('fromGroup', second)] : []),
    // nobody's seat while nobody takes it
    ...(isLost || seat === undefined ? [] : [namedValue('line', seat.id)]),
  ];
}

const GROUPS = ['Reception', 'Sales', 'Sales', 'Support', 'Support', 'Support'] as const;

const DESCRIPTIONS = { data: 'Data session', voice: 'Call', sms: 'Message' } as const;

function rating(
  service: ServiceModel,
  { event, cents, tag, ratedMs }: RatedUsage,
  isBilled: boolean,
): object {
  return {
    isBilled,
    isTaxExempt: false,
    offerTariffType: 'Normal',
    ratingAmountType: 'Total',
    ratingDate: iso(ratedMs ?? event.endMs),
    taxRate: VAT_PERCENT,
    usageRatingTag: tag,
    productRef: reference('Product', productId(service), service.name),
    taxExcludedRatingAmount: money(cents),
    taxIncludedRatingAmount: money(cents + vatOn(cents)),
  };
}

/** What is dear to draw is drawn when read: a page is cut out of many thousand records. */
export function usageRow(
  world: World,
  service: ServiceModel,
  relatedParty: readonly object[],
  usage: RatedUsage,
): Row {
  const { event } = usage;
  const id = usageId(service, event);
  const isBilled = usage.isBilled ?? monthOf(event.startMs) < monthOf(world.now());
  return {
    id,
    get href() {
      return world.href('usage', id);
    },
    description: DESCRIPTIONS[event.kind],
    usageDate: iso(event.startMs),
    usageType: event.kind,
    status: isBilled ? 'billed' : 'rated',
    get usageCharacteristic() {
      return characteristics(service, event);
    },
    get ratedProductUsage() {
      return [rating(service, usage, isBilled)];
    },
    relatedParty,
    get usageSpecification() {
      return reference('UsageSpecification', `usgspec-${event.kind}`, DESCRIPTIONS[event.kind]);
    },
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
  // a rated event that stays in its ledger keeps its row: pages deep in a long list ask for all of them again
  const drawn = new WeakMap<RatedUsage, { readonly row: Row; readonly drawnIn: Month }>();
  function rowOf(
    service: ServiceModel,
    relatedParty: readonly object[],
    usage: RatedUsage,
    current: Month,
  ): Row {
    const before = drawn.get(usage);
    if (before?.drawnIn === current) return before.row;
    const row = usageRow(world, service, relatedParty, usage);
    drawn.set(usage, { row, drawnIn: current });
    return row;
  }

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
      const current = monthOf(world.now());
      const [fromMs, untilMs] = [ask.fromMs('usageDate'), ask.untilMs('usageDate')];
      return namedServices(world, customer, ask).flatMap((service) => {
        const relatedParty = parties(customer, service.user);
        return months(ask).flatMap((month) => {
          const entries = book.closed(customer, service, month, world.now());
          return [...entries, ...strayRecords(customer, service, month, world.now(), entries)]
            .filter(({ event }) => event.startMs >= fromMs && event.startMs <= untilMs)
            .map((usage) => rowOf(service, relatedParty, usage, current));
        });
      });
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
    ...NOBODYS,
    resource: 'usageSpecification',
    type: 'UsageSpecification',
    common: [
      specification('data', 'Data session', ['serviceId', 'number', 'volume', 'duration']),
      specification('voice', 'Call', [
        'serviceId',
        'number',
        'direction',
        'duration',
        'counterparty',
        'answered',
        'fromGroup',
        'toGroup',
        'line',
      ]),
      specification('sms', 'Message', ['serviceId', 'number', 'direction', 'count', 'counterparty']),
    ],
    allows: READ_WRITE,
    mandatory: [],
    stateAttribute: 'lifecycleStatus',
    created: (body) => ({ lastUpdate: iso(world.now()), lifecycleStatus: body.lifecycleStatus ?? 'Active' }),
  };
}
