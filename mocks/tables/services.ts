// TMF638 services: what runs for each product, where, how configured and on which resources.
import { offeringOf } from '../catalogue/offerings.ts';
import type { Row } from '../server/row.ts';
import type { Table } from '../server/table.ts';
import { type CustomerModel, productId, type ServiceModel, serviceId } from '../world/customer-model.ts';
import type { World } from '../world/world.ts';
import { atPlace, customerTable, namedValue, parties, reference } from './customer-table.ts';
import { resourceReferences } from './resources.ts';

const SPECIFICATION_NAMES = {
  mobile: 'Mobile access',
  broadband: 'Fibre access',
  iptv: 'Television',
  callCentre: 'Call distribution',
} as const;

function feature(id: string, name: string, isEnabled: boolean, setting: string, value: unknown): object {
  return { id, name, isEnabled, isBundle: false, featureCharacteristic: [namedValue(setting, value)] };
}

function features({ kind, settings }: ServiceModel): object[] {
  if (kind === 'mobile') {
    return [
      feature(
        'voicemail',
        'Voice mailbox',
        settings.voicemail === true,
        'voicemail',
        settings.voicemail ?? false,
      ),
      feature('roaming', 'Roaming', settings.roaming !== 'none', 'roaming', settings.roaming ?? 'none'),
    ];
  }
  if (kind === 'callCentre') {
    return [
      feature(
        'recording',
        'Call recording',
        settings.recording === true,
        'recording',
        settings.recording ?? false,
      ),
    ];
  }
  return [];
}

/** Television runs over the broadband access of the same place. */
function support(customer: CustomerModel, service: ServiceModel): object {
  if (service.kind !== 'iptv') return {};
  const access = customer.services.find(
    ({ kind, place }) => kind === 'broadband' && place?.id === service.place?.id,
  );
  return access === undefined
    ? {}
    : { supportingService: [reference('Service', serviceId(access), access.name)] };
}

function serviceRow(world: World, customer: CustomerModel, service: ServiceModel): Row {
  const id = serviceId(service);
  const specification = `svcspec-${service.kind}`;
  const settings = Object.entries(service.settings).map(([name, value]) => namedValue(name, value));
  return {
    id,
    href: world.href('service', id),
    name: service.name,
    description: offeringOf(service.offeringId).description,
    category: 'CFS',
    serviceType: service.kind,
    state: service.state,
    isServiceEnabled: service.state === 'active',
    hasStarted: service.state !== 'designed',
    isBundle: false,
    isStateful: true,
    startMode: '1',
    startDate: `${service.startedOn}T12:00:00.000Z`,
    serviceDate: service.startedOn,
    feature: features(service),
    ...(service.place === undefined ? {} : { place: [atPlace(service.place)] }),
    relatedEntity: [{ ...reference('Product', productId(service), service.name), role: 'product' }],
    relatedParty: parties(customer, service.user),
    serviceCharacteristic: [
      ...(service.number === undefined ? [] : [namedValue('number', service.number)]),
      ...settings,
    ],
    serviceSpecification: reference('ServiceSpecification', specification, SPECIFICATION_NAMES[service.kind]),
    supportingResource: resourceReferences(service),
    ...support(customer, service),
    '@type': 'Service',
  };
}

export function services(world: World): Table {
  return customerTable(world, {
    resource: 'service',
    type: 'Service',
    linked: [
      'relatedParty.id',
      'relatedEntity.id',
      'supportingResource.id',
      'supportingService.id',
      'place.id',
    ],
    hinted: ['serviceCharacteristic.value'],
    perSubscriber: 1,
    mandatory: ['state', 'serviceSpecification'],
    stateAttribute: 'state',
    rows: (customer) => customer.services.map((service) => serviceRow(world, customer, service)),
  });
}
