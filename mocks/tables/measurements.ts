// TMF628 measurements: one for each service and day of the last two months, and for each hour of the last two days.
import { LRUCache } from 'lru-cache';
import type { Row } from '../server/row.ts';
import { type Ask, READ_ONLY, READ_WRITE, type Table } from '../server/table.ts';
import { DAY_MS, dayStart, HOUR_MS, iso, period } from '../world/calendar.ts';
import { type CustomerModel, type ServiceModel, serviceId } from '../world/customer-model.ts';
import { INDICATORS, measured } from '../world/quality.ts';
import type { World } from '../world/world.ts';
import { customerTable, NOBODYS } from './customer-table.ts';

const DAYS = 62;
const HOURS = 48;
const MINUTE_MS = 60_000;
const KEPT_ROWS = 50_000;
const JOB = 'job-quality';

interface Granularity {
  readonly name: 'P1D' | 'PT1H';
  readonly lengthMs: number;
  readonly count: number;
}

const GRANULARITIES: readonly Granularity[] = [
  { name: 'P1D', lengthMs: DAY_MS, count: DAYS },
  { name: 'PT1H', lengthMs: HOUR_MS, count: HOURS },
];

const idOf = (service: ServiceModel, { name }: Granularity, startMs: number): string =>
  `pm-${service.key}-${name}-${iso(startMs).slice(0, name === 'P1D' ? 10 : 13)}`;

const indicatorId = (name: string): string => `pis-${name}`;

function drawRow(
  world: World,
  customer: CustomerModel,
  service: ServiceModel,
  granularity: Granularity,
  startMs: number,
  endMs: number,
): Row {
  const id = idOf(service, granularity, startMs);
  return {
    id,
    href: world.href('performanceMeasurement', id),
    description: `${service.name}, ${granularity.name === 'P1D' ? 'day' : 'hour'} from ${iso(startMs)}`,
    validFor: period(startMs, endMs),
    tag: {
      serviceId: serviceId(service),
      customerId: customer.id,
      ...(service.place === undefined ? {} : { siteId: service.place.id }),
      serviceType: service.kind,
      granularity: granularity.name,
    },
    measurementCollectionJob: {
      id: JOB,
      href: world.href('measurementCollectionJob', JOB),
      '@type': 'MeasurementCollectionJobRef',
      '@referredType': 'MeasurementCollectionJob',
    },
    performanceIndicatorValue: INDICATORS[service.kind].map((indicator) => ({
      performanceIndicatorSpecification: {
        id: indicatorId(indicator.name),
        name: indicator.name,
        indicatorUnit: indicator.unit,
        '@type': 'PerformanceIndicatorSpecification',
      },
      observedValue: String(measured(world.seed, service, indicator, startMs, endMs)),
    })),
    '@type': 'PerformanceMeasurementAtomic',
  };
}

function wantedServices(customer: CustomerModel, ask: Ask): readonly ServiceModel[] {
  const ids = ask.valuesOf('tag.serviceId');
  const id = [...(ask.valuesOf('id') ?? [])][0];
  return customer.services.filter(
    (service) =>
      service.state === 'active' &&
      (ids === undefined || ids.has(serviceId(service))) &&
      (id === undefined || id.startsWith(`pm-${service.key}-P`)),
  );
}

/** Starts of the periods that exist now and lie within the filters. */
function starts({ lengthMs, count }: Granularity, nowMs: number, ask: Ask): number[] {
  const newest = Math.floor(nowMs / lengthMs) * lengthMs;
  const oldest = newest - (count - 1) * lengthMs;
  const from = Math.max(oldest, Math.ceil(ask.fromMs('validFor.startDateTime') / lengthMs) * lengthMs);
  const until = Math.min(newest, ask.untilMs('validFor.startDateTime'));
  return from > until
    ? []
    : Array.from({ length: Math.floor((until - from) / lengthMs) + 1 }, (_, at) => from + at * lengthMs);
}

export function measurements(world: World): Table {
  const kept = new LRUCache<string, Row>({ max: KEPT_ROWS });

  function row(
    customer: CustomerModel,
    service: ServiceModel,
    granularity: Granularity,
    startMs: number,
    nowMs: number,
  ): Row {
    const { lengthMs } = granularity;
    if (startMs + lengthMs > nowMs) {
      // what is still being measured ends at the last full minute
      const endMs = Math.max(startMs + MINUTE_MS, Math.floor(nowMs / MINUTE_MS) * MINUTE_MS);
      return drawRow(world, customer, service, granularity, startMs, endMs);
    }
    const id = idOf(service, granularity, startMs);
    const before = kept.get(id);
    if (before !== undefined) return before;
    const drawn = drawRow(world, customer, service, granularity, startMs, startMs + lengthMs);
    kept.set(id, drawn);
    return drawn;
  }

  return customerTable(world, {
    resource: 'performanceMeasurement',
    type: 'PerformanceMeasurementAtomic',
    linked: ['tag.serviceId', 'tag.customerId', 'tag.siteId'],
    perSubscriber: DAYS + HOURS,
    moving: true,
    allows: READ_ONLY,
    rows(customer, ask) {
      const nowMs = world.now();
      const names = ask.valuesOf('tag.granularity');
      return GRANULARITIES.filter(({ name }) => names === undefined || names.has(name)).flatMap(
        (granularity) => {
          const periods = starts(granularity, nowMs, ask);
          return wantedServices(customer, ask).flatMap((service) =>
            periods.map((startMs) => row(customer, service, granularity, startMs, nowMs)),
          );
        },
      );
    },
  });
}

export function measurementTables(world: World): Table[] {
  const indicators = new Map(
    Object.values(INDICATORS)
      .flat()
      .map((indicator) => [indicator.name, indicator]),
  );
  const startedMs = dayStart(Date.parse('2024-01-01'));
  return [
    measurements(world),
    {
      ...NOBODYS,
      resource: 'performanceIndicatorSpecification',
      type: 'PerformanceIndicatorSpecification',
      common: [...indicators.values()].map(({ name, description, unit }) => ({
        id: indicatorId(name),
        href: world.href('performanceIndicatorSpecification', indicatorId(name)),
        name,
        description,
        perspective: 'service',
        indicatorCategory: 'KQI',
        indicatorType: 'float',
        indicatorUnit: unit,
        derivationMethod: 'mean',
        collectionType: 'gauge',
        '@type': 'PerformanceIndicatorSpecification',
      })),
      allows: READ_WRITE,
      mandatory: ['@type', 'indicatorCategory', 'indicatorUnit', 'indicatorType', 'collectionType', 'name'],
    },
    {
      ...NOBODYS,
      resource: 'measurementCollectionJob',
      type: 'MeasurementCollectionJob',
      common: [
        {
          id: JOB,
          href: world.href('measurementCollectionJob', JOB),
          adminState: 'unlocked',
          executionState: 'inProgress',
          creationTime: iso(startedMs),
          consumingApplicationId: 'service-quality',
          producingApplicationId: 'probes',
          granularity: 'g_1h',
          reportingPeriod: 'r_24h',
          performanceIndicatorSpecification: [...indicators.keys()].map((name) => ({
            id: indicatorId(name),
            name,
            '@type': 'PerformanceIndicatorSpecificationRef',
            '@referredType': 'PerformanceIndicatorSpecification',
          })),
          '@type': 'MeasurementCollectionJob',
        },
      ],
      allows: READ_ONLY,
      mandatory: [],
    },
  ];
}
