// TMF623 v2: service level agreements of enterprises, and the months in which they were violated.
import type { Row } from '../server/row.ts';
import { READ_WRITE, type Table } from '../server/table.ts';
import { iso, monthName, monthStart } from '../world/calendar.ts';
import type { CustomerModel } from '../world/customer-model.ts';
import { missedMonths, monthMean } from '../world/quality.ts';
import { CREDIT_PERCENT, hasSla, type Pledge, pledges, violationId } from '../world/sla-credits.ts';
import type { World } from '../world/world.ts';
import { customerTable } from './customer-table.ts';
import { objectiveId } from './objectives.ts';

const SHOWN_MONTHS = 3;
const CONSEQUENCE = `Service credit of ${CREDIT_PERCENT} % of the monthly fee`;
const OPERATORS = { '>=': '.ge', '<=': '.le' } as const;

// This version numbers its resources: 1001 is the agreement of the first pinned customer.
const slaId = (at: number): number => 1001 + at;

function party(world: World, customer: CustomerModel): object {
  return { href: world.href('customer', customer.id), role: 'customer', name: customer.name };
}

function slaRow(world: World, customer: CustomerModel, at: number): Row {
  return {
    id: slaId(at),
    href: world.href('sla', slaId(at)),
    name: `Service levels of ${customer.name}`,
    description: 'What Aurora Telecom promises for each service',
    version: '1.0',
    validFor: { startDateTime: `${customer.since}T00:00:00.000Z`, endDateTime: '2029-12-31T23:59:59.000Z' },
    template: {
      href: world.href('serviceLevelSpecification', 'sls-broadband'),
      name: 'Business',
      description: 'For companies',
    },
    relatedParty: [party(world, customer)],
    rule: pledges(customer).map(({ service, indicator }) => ({
      id: objectiveId(service, indicator),
      metric: indicator.name,
      unit: indicator.unit,
      referenceValue: String(indicator.target),
      operator: OPERATORS[indicator.comparator],
      tolerance: String(indicator.tolerance),
      consequence: CONSEQUENCE,
    })),
  };
}

function violationRow(
  world: World,
  customer: CustomerModel,
  at: number,
  serial: number,
  month: number,
  pledge: Pledge,
): Row {
  const { service, indicator } = pledge;
  const id = violationId(month, at, serial);
  const nowMs = world.now();
  const actual = monthMean(world.seed, service, indicator, month, nowMs) ?? 0;
  return {
    id,
    href: world.href('slaViolation', id),
    date: iso(Math.min(nowMs, monthStart(month + 1))),
    sla: { href: world.href('sla', slaId(at)), description: `Service levels of ${customer.name}` },
    relatedParty: [party(world, customer)],
    violation: {
      unit: indicator.unit,
      referenceValue: String(indicator.target),
      operator: OPERATORS[indicator.comparator],
      actualValue: actual.toFixed(indicator.digits),
      tolerance: indicator.tolerance,
      violationAverage: Number(Math.abs(actual - indicator.target).toFixed(indicator.digits)),
      comment: `${indicator.name} of ${service.name} in ${monthName(month)}`,
      consequence: CONSEQUENCE,
      rule: {
        href: world.href('serviceLevelObjective', objectiveId(service, indicator)),
        description: indicator.description,
      },
    },
  };
}

export function slaTables(world: World): Table[] {
  const indexOf = (customer: CustomerModel): number => world.pinned.indexOf(customer);
  const shared = { perSubscriber: 0, allows: READ_WRITE, linked: ['relatedParty.href'] };
  return [
    customerTable(world, {
      ...shared,
      resource: 'sla',
      type: 'Sla',
      ownerOfId: (id) => world.pinned[Number(id) - slaId(0)]?.owner,
      rows: (customer) => (hasSla(customer) ? [slaRow(world, customer, indexOf(customer))] : []),
    }),
    customerTable(world, {
      ...shared,
      resource: 'slaViolation',
      type: 'SlaViolation',
      moving: true,
      ownerOfId: (id) => world.pinned[Math.floor((Number(id) % 10_000) / 1_000) - 1]?.owner,
      rows(customer) {
        if (!hasSla(customer)) return [];
        return pledges(customer).flatMap((pledge, serial) =>
          missedMonths(world.seed, pledge.service, pledge.indicator, world.now(), SHOWN_MONTHS).map((month) =>
            violationRow(world, customer, indexOf(customer), serial, month, pledge),
          ),
        );
      },
    }),
  ];
}
