// TMF632 individuals and organizations.
import type { Row } from '../server/row.ts';
import type { Table } from '../server/table.ts';
import { fullName, type PersonModel } from '../world/customer-model.ts';
import type { World } from '../world/world.ts';
import { customerParty, customerTable, reference } from './customer-table.ts';
import { contactMedia } from './customers.ts';

export function individuals(world: World): Table {
  return customerTable(world, {
    resource: 'individual',
    type: 'Individual',
    linked: ['relatedParty.id'],
    perSubscriber: 1,
    mandatory: ['givenName', 'familyName'],
    stateAttribute: 'status',
    rows(customer) {
      const people = new Map<string, PersonModel>(customer.people.map((person) => [person.id, person]));
      for (const { user } of customer.services) if (user !== undefined) people.set(user.id, user);
      return [...people.values()].map((person) => ({
        id: person.id,
        href: world.href('individual', person.id),
        givenName: person.givenName,
        familyName: person.familyName,
        fullName: fullName(person),
        status: 'validated',
        contactMedium: contactMedia(person),
        relatedParty: [customerParty(customer)],
        '@type': 'Individual',
      }));
    },
  });
}

export function organizations(world: World): Table {
  const provider: Row = {
    id: 'org-aurora',
    href: world.href('organization', 'org-aurora'),
    name: 'Aurora Telecom',
    tradingName: 'Aurora Telecom',
    organizationType: 'company',
    isLegalEntity: true,
    status: 'validated',
    '@type': 'Organization',
  };
  return customerTable(world, {
    resource: 'organization',
    type: 'Organization',
    linked: ['relatedParty.id'],
    common: [provider],
    perSubscriber: 0,
    mandatory: ['tradingName'],
    stateAttribute: 'status',
    rows({ organization, people, ...customer }) {
      if (organization === undefined) return [];
      return [
        {
          id: organization.id,
          href: world.href('organization', organization.id),
          name: organization.legalName,
          tradingName: organization.name,
          organizationType: 'company',
          isLegalEntity: true,
          isHeadOffice: true,
          status: 'validated',
          contactMedium: contactMedia(people[0]),
          relatedParty: [
            { ...reference('Customer', customer.id, customer.name), role: 'customer' },
            ...people.map((person) => ({
              ...reference('Individual', person.id, fullName(person)),
              role: 'employee',
            })),
          ],
          '@type': 'Organization',
        },
      ];
    },
  });
}
