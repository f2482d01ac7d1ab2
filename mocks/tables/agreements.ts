// TMF651 agreements: what was contracted with each customer, and what its users may do themselves.
import type { Row } from '../server/row.ts';
import { READ_WRITE, type Table } from '../server/table.ts';
import { agreementId, type CustomerModel, productId, type Segment } from '../world/customer-model.ts';
import type { World } from '../world/world.ts';
import { customerParty, customerTable, NOBODYS, namedValue, reference } from './customer-table.ts';
import { specificationId } from './objectives.ts';

const specificationOf = (segment: Segment): string => `agrspec-${segment}`;

function agreementRow(world: World, customer: CustomerModel): Row {
  const id = agreementId(customer);
  const items = [...(customer.group === undefined ? [] : [customer.group]), ...customer.services];
  const offerings = [...new Set(items.map(({ offeringId }) => offeringId))];
  const kinds = [...new Set(customer.services.map(({ kind }) => kind))];
  const startDateTime = `${customer.since}T00:00:00.000Z`;
  return {
    id,
    href: world.href('agreement', id),
    name: `Agreement with ${customer.name}`,
    agreementType: 'commercial',
    description: 'Services, their quality and self-service',
    status: 'active',
    version: '1',
    initialDate: startDateTime,
    agreementPeriod: { startDateTime },
    agreementSpecification: reference('AgreementSpecification', specificationOf(customer.segment)),
    agreementItem: [
      {
        product: items.map((item) => reference('Product', productId(item))),
        productOffering: offerings.map((offering) => reference('ProductOffering', offering)),
        termOrCondition: [{ id: '1', description: 'One month of notice.' }],
      },
    ],
    engagedParty: [
      customerParty(customer),
      { ...reference('Organization', 'org-aurora', 'Aurora Telecom'), role: 'provider' },
    ],
    characteristic: [
      namedValue('ssmFunctions', customer.functions),
      namedValue('serviceLevelSpecifications', kinds.map(specificationId)),
    ],
    '@type': 'Agreement',
  };
}

export function agreementTables(world: World): Table[] {
  const segments: readonly Segment[] = ['enterprise', 'residential', 'prepaid'];
  return [
    customerTable(world, {
      resource: 'agreement',
      type: 'Agreement',
      linked: ['agreementItem.product.id'],
      hinted: ['engagedParty.id'],
      perSubscriber: 1,
      mandatory: ['name', 'agreementType', 'agreementItem', 'engagedParty'],
      stateAttribute: 'status',
      rows: (customer) => [agreementRow(world, customer)],
    }),
    {
      ...NOBODYS,
      resource: 'agreementSpecification',
      type: 'AgreementSpecification',
      common: segments.map((segment) => ({
        id: specificationOf(segment),
        href: world.href('agreementSpecification', specificationOf(segment)),
        name: `General terms, ${segment}`,
        description: 'Terms of service',
        isBundle: false,
        lifecycleStatus: 'Active',
        version: '1.0',
        attachment: [
          {
            ...reference('Document', 'doc-terms', 'General terms'),
            url: world.href('document', 'doc-terms'),
          },
        ],
        '@type': 'AgreementSpecification',
      })),
      allows: READ_WRITE,
      mandatory: ['name', 'attachment'],
      stateAttribute: 'lifecycleStatus',
    },
  ];
}
