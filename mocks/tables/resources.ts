// TMF639 resources: numbers, SIMs, addresses and equipment in use, ports at sites, and numbers that are free.
import type { Row } from '../server/row.ts';
import type { Table } from '../server/table.ts';
import type { CustomerModel, PlaceModel, ServiceModel } from '../world/customer-model.ts';
import { hash } from '../world/random.ts';
import type { World } from '../world/world.ts';
import {
  atPlace,
  customerParty,
  customerTable,
  namedValue,
  parties,
  type Reference,
  reference,
} from './customer-table.ts';

interface ResourceModel {
  readonly id: string;
  readonly name: string;
  readonly category: string;
  readonly value?: string;
  readonly physical: boolean;
}

function fixedAddress(key: string): string {
  const drawn = hash(0, key, 'ip');
  return `198.51.100.${1 + (drawn % 254)}`;
}

/** The resource that is a service's number. */
export const numberId = ({ key }: ServiceModel): string => `res-msisdn-${key}`;

/** The first resource of a fixed access is its line end; the others hang on it. */
function resourcesOf(service: ServiceModel): ResourceModel[] {
  const { key, kind, number, settings } = service;
  const numbered: ResourceModel[] =
    number === undefined
      ? []
      : [
          {
            id: numberId(service),
            name: `Number ${number}`,
            category: 'msisdn',
            value: number,
            physical: false,
          },
        ];
  switch (kind) {
    case 'mobile': {
      const physical = settings.simType === 'physical';
      return [
        ...numbered,
        {
          id: `res-sim-${key}`,
          name: `SIM of ${number ?? key}`,
          category: 'sim',
          value: `8933${number ?? key}`,
          physical,
        },
      ];
    }
    case 'broadband':
      return [
        { id: `res-ont-${key}`, name: 'Optical network termination', category: 'ont', physical: true },
        { id: `res-cpe-${key}`, name: 'Router', category: 'cpe', physical: true },
        {
          id: `res-ip-${key}`,
          name: 'IPv4 address',
          category: 'ip',
          value: fixedAddress(key),
          physical: false,
        },
      ];
    case 'iptv':
      return [{ id: `res-stb-${key}`, name: 'Set-top box', category: 'stb', physical: true }];
    case 'callCentre':
      return [...numbered, ...seatsOf({ key, settings })];
  }
}

/** Where calls of a call centre are taken. */
export function seatsOf({ key, settings }: Pick<ServiceModel, 'key' | 'settings'>): ResourceModel[] {
  return Array.from({ length: Number(settings.seats ?? 0) }, (_, at) => ({
    id: `res-seat-${key}-${String(at + 1).padStart(2, '0')}`,
    name: `Seat ${at + 1}`,
    category: 'seat',
    physical: false,
  }));
}

export function resourceReferences(service: ServiceModel): Reference[] {
  return resourcesOf(service).map(({ id, name }) => reference('Resource', id, name));
}

const STATES = {
  active: {
    resourceStatus: 'reserved',
    usageState: 'active',
    operationalState: 'enable',
    administrativeState: 'unlocked',
  },
  inactive: {
    resourceStatus: 'suspended',
    usageState: 'idle',
    operationalState: 'disable',
    administrativeState: 'locked',
  },
  designed: {
    resourceStatus: 'reserved',
    usageState: 'idle',
    operationalState: 'disable',
    administrativeState: 'locked',
  },
  free: {
    resourceStatus: 'available',
    usageState: 'idle',
    operationalState: 'enable',
    administrativeState: 'unlocked',
  },
} as const;

function resourceRow(world: World, model: ResourceModel, state: keyof typeof STATES): Row {
  return {
    id: model.id,
    href: world.href('resource', model.id),
    name: model.name,
    category: model.category,
    ...(model.value === undefined || model.physical ? {} : { value: model.value }),
    ...STATES[state],
    resourceVersion: '1',
    resourceSpecification: reference('ResourceSpecification', `resspec-${model.category}`, model.category),
    '@type': model.physical ? 'PhysicalResource' : 'LogicalResource',
  };
}

function serviceResources(world: World, customer: CustomerModel, service: ServiceModel): Row[] {
  const models = resourcesOf(service);
  return models.map((model, at) => {
    const first = models[0];
    return {
      ...resourceRow(world, model, service.state),
      startOperatingDate: `${service.startedOn}T12:00:00.000Z`,
      ...(service.place === undefined ? {} : { place: atPlace(service.place) }),
      relatedParty: parties(customer, service.user),
      ...(model.physical
        ? {
            serialNumber: model.value ?? `NRD${hash(world.seed, model.id)}`,
            manufactureDate: '2023-10-01T00:00:00.000Z',
          }
        : {}),
      resourceCharacteristic:
        model.category === 'ont'
          ? [namedValue('downlink', service.settings.downlink), namedValue('technology', 'GPON')]
          : [],
      ...(at === 0 || first === undefined
        ? {}
        : {
            resourceRelationship: [
              {
                relationshipType: 'connectedTo',
                resource: {
                  ...reference('Resource', first.id, first.name),
                  href: world.href('resource', first.id),
                },
              },
            ],
          }),
    };
  });
}

const PORTS_AT_SITE = 4;

function ports(world: World, customer: CustomerModel, site: PlaceModel): Row[] {
  const used = customer.services.filter(
    ({ kind, place }) => kind === 'broadband' && place?.id === site.id,
  ).length;
  return Array.from({ length: PORTS_AT_SITE }, (_, at) => ({
    ...resourceRow(
      world,
      { id: `res-port-${site.id}-${at + 1}`, name: `Port ${at + 1}`, category: 'port', physical: true },
      at < used ? 'active' : 'free',
    ),
    place: atPlace(site),
    resourceCharacteristic: [namedValue('capacity', at === 3 ? 10_000 : 1000)],
    ...(at < used ? { relatedParty: [customerParty(customer)] } : {}),
  }));
}

export const REGIONS = ['region-north', 'region-east', 'region-south', 'region-west'] as const;
const FREE_PER_REGION = 10;
const FIRST_FREE_NUMBER = 33639989000;

function freeNumbers(world: World): Row[] {
  return REGIONS.flatMap((region, at) =>
    Array.from({ length: FREE_PER_REGION }, (_, index) => {
      const value = String(FIRST_FREE_NUMBER + at * 100 + index + 1);
      const model = {
        id: `res-msisdn-${value}`,
        name: `Number ${value}`,
        category: 'msisdn',
        value,
        physical: false,
      };
      return {
        ...resourceRow(world, model, 'free'),
        place: {
          ...reference('GeographicArea', region, region.replace('region-', 'Region ')),
          role: 'numberingArea',
        },
        resourceCharacteristic: [namedValue('vanity', index === 0)],
      };
    }),
  );
}

export function resources(world: World): Table {
  return customerTable(world, {
    resource: 'resource',
    type: 'LogicalResource',
    linked: ['relatedParty.id', 'place.id', 'resourceRelationship.resource.id'],
    hinted: ['value'],
    common: freeNumbers(world),
    perSubscriber: 2,
    mandatory: ['name'],
    stateAttribute: 'resourceStatus',
    rows: (customer) => [
      ...customer.services.flatMap((service) => serviceResources(world, customer, service)),
      ...customer.places.flatMap((site) => ports(world, customer, site)),
    ],
  });
}
