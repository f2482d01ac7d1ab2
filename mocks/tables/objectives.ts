// TMF657 objectives: what each service has to reach this month; and their specifications by kind of service.
import type { Row } from '../server/row.ts';
import type { Table } from '../server/table.ts';
import { monthOf, monthPeriod } from '../world/calendar.ts';
import { type ServiceKind, type ServiceModel, serviceId } from '../world/customer-model.ts';
import { INDICATORS, type Indicator } from '../world/quality.ts';
import type { World } from '../world/world.ts';
import { customerTable, NOBODYS, reference } from './customer-table.ts';

export const objectiveId = (service: ServiceModel, indicator: Indicator): string =>
  `slo-${serviceId(service)}-${indicator.name}`;

export const hasObjectives = ({ state }: ServiceModel): boolean => state !== 'designed';

function objectiveRow(world: World, service: ServiceModel, indicator: Indicator): Row {
  const id = objectiveId(service, indicator);
  const conformancePeriod = monthPeriod(monthOf(world.now()));
  const validFor = { startDateTime: `${service.startedOn}T00:00:00.000Z` };
  return {
    id,
    href: world.href('serviceLevelObjective', id),
    name: `${indicator.description} (${service.name})`,
    conformanceComparator: indicator.comparator,
    conformanceTarget: String(indicator.target),
    thresholdTarget: String(indicator.warning),
    toleranceTarget: String(indicator.tolerance),
    graceTimes: '0',
    conformancePeriod,
    serviceLevelObjectiveConsequence: [
      { prescribedAction: 'Service credit of 10 % of the monthly fee', validFor },
    ],
    serviceLevelObjectiveParameter: {
      name: indicator.name,
      parameterType: 'KQI',
      serviceParmCategory: 'service specific',
      serviceParmPerspective: 'single user instance',
      transformationAlgorithmOfKQI: 'mean',
      relatedEntity: [{ ...reference('Service', serviceId(service), service.name), role: 'service' }],
      validFor,
    },
    validFor,
    '@type': 'ServiceLevelObjective',
  };
}

export function objectives(world: World): Table {
  return customerTable(world, {
    resource: 'serviceLevelObjective',
    type: 'ServiceLevelObjective',
    linked: ['serviceLevelObjectiveParameter.relatedEntity.id'],
    perSubscriber: INDICATORS.mobile.length,
    mandatory: ['conformanceComparator', 'conformanceTarget', 'serviceLevelObjectiveParameter'],
    rows: (customer) =>
      customer.services
        .filter(hasObjectives)
        .flatMap((service) =>
          INDICATORS[service.kind].map((indicator) => objectiveRow(world, service, indicator)),
        ),
  });
}

const KIND_NAMES: Readonly<Record<ServiceKind, string>> = {
  mobile: 'Mobile line',
  broadband: 'Broadband access',
  iptv: 'Television',
  callCentre: 'Call centre line',
};

export const specificationId = (kind: ServiceKind): string => `sls-${kind}`;

export function objectiveSpecifications(world: World): Table {
  // every kind of service has indicators
  const kinds = Object.keys(INDICATORS) as ServiceKind[];
  const services = world.pinned.flatMap((customer) => customer.services).filter(hasObjectives);
  return {
    ...NOBODYS,
    resource: 'serviceLevelSpecification',
    type: 'ServiceLevelSpecification',
    common: kinds.map((kind) => ({
      id: specificationId(kind),
      href: world.href('serviceLevelSpecification', specificationId(kind)),
      name: `Quality of ${KIND_NAMES[kind].toLowerCase()}`,
      description: INDICATORS[kind].map(({ description }) => description).join('; '),
      relatedServiceLevelObjective: services
        .filter((service) => service.kind === kind)
        .flatMap((service) => INDICATORS[kind].map((indicator) => objectiveId(service, indicator)))
        .map((id) => ({ id, href: world.href('serviceLevelObjective', id) })),
      validFor: { startDateTime: '2023-01-01T00:00:00.000Z' },
      '@type': 'ServiceLevelSpecification',
    })),
    allows: { post: true, patch: true, remove: true },
    mandatory: ['name', 'relatedServiceLevelObjective'],
  };
}
