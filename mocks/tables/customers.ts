// TMF629 customers.
import type { Table } from '../server/table.ts';
import { agreementId, type CustomerModel, type PersonModel } from '../world/customer-model.ts';
import type { World } from '../world/world.ts';
import { customerTable, namedValue, reference } from './customer-table.ts';

export function contactMedia(person: PersonModel): object[] {
  const email = {
    mediumType: 'email',
    preferred: true,
    characteristic: { contactType: 'primary', emailAddress: person.email },
  };
  if (person.phone === undefined) return [email];
  return [
    email,
    {
      mediumType: 'mobile',
      preferred: false,
      characteristic: { contactType: 'primary', phoneNumber: person.phone },
    },
  ];
}

export function engagedParty(customer: CustomerModel): object {
  const { organization, people } = customer;
  if (organization !== undefined) {
    return { ...reference('Organization', organization.id, organization.name), role: 'owner' };
  }
  return { ...reference('Individual', people[0].id, customer.name), role: 'owner' };
}

export function customers(world: World): Table {
  return customerTable(world, {
    resource: 'customer',
    type: 'Customer',
    linked: ['engagedParty.id', 'relatedParty.id', 'account.id', 'agreement.id'],
    perSubscriber: 1,
    mandatory: ['name', 'engagedParty'],
    stateAttribute: 'status',
    created: (body) => ({ status: body.status ?? 'initialized' }),
    rows: (customer) => [
      {
        id: customer.id,
        href: world.href('customer', customer.id),
        name: customer.name,
        status: 'active',
        engagedParty: engagedParty(customer),
        account: customer.accounts.map(({ id, name }) => reference('BillingAccount', id, name)),
        agreement: [reference('Agreement', agreementId(customer), `Agreement with ${customer.name}`)],
        characteristic: [namedValue('segment', customer.segment)],
        contactMedium: contactMedia(customer.people[0]),
        relatedParty: customer.people.map((person) => ({
          ...reference('Individual', person.id, `${person.givenName} ${person.familyName}`),
          role: 'contact',
        })),
        validFor: { startDateTime: `${customer.since}T00:00:00.000Z` },
        '@type': 'Customer',
      },
    ],
  });
}
