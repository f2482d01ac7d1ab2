// TMF666 billing accounts, and the cycles, formats and media that bills of them use.
import type { Row } from '../server/row.ts';
import { READ_ONLY, READ_WRITE, type Table } from '../server/table.ts';
import type { Billing } from '../world/billing.ts';
import { iso, monthOf, monthPeriod } from '../world/calendar.ts';
import { type AccountModel, type CustomerModel, fullName } from '../world/customer-model.ts';
import { money } from '../world/money.ts';
import type { World } from '../world/world.ts';
import { customerParty, customerTable, reference } from './customer-table.ts';
import { contactMedia } from './customers.ts';

const CYCLE = { id: 'cycle-monthly', name: 'Monthly, first day' };
const FORMAT = { id: 'format-itemised', name: 'Itemised' };
const EMAIL = { id: 'media-email', name: 'E-mail' };
const PAPER = { id: 'media-paper', name: 'Paper' };

function accountRow(world: World, billing: Billing, customer: CustomerModel, account: AccountModel): Row {
  const validFor = { startDateTime: `${customer.since}T00:00:00.000Z` };
  const postpaid = account.kind === 'postpaid';
  const person = customer.people[0];
  return {
    id: account.id,
    href: world.href('billingAccount', account.id),
    name: account.name,
    description: postpaid ? 'Billed every month' : 'Paid ahead',
    accountType:
      account.kind === 'prepaid' ? 'prepaid' : customer.segment === 'enterprise' ? 'business' : 'individual',
    state: 'active',
    paymentStatus: postpaid ? 'due' : 'paid',
    lastModified: validFor.startDateTime,
    get accountBalance() {
      const month = monthOf(world.now());
      const billed = billing.billedMonths(customer, account, world.now()).includes(month - 1);
      const cents = billed ? billing.totals(customer, account, month - 1).taxIncludedCents : 0;
      return [
        {
          balanceType: postpaid ? 'receivableBalance' : 'depositBalance',
          amount: money(postpaid ? cents : 1250),
          validFor: monthPeriod(month),
        },
      ];
    },
    billStructure: {
      cycleSpecification: { ...CYCLE, isRef: true, billingPeriod: 'month', frequency: 'monthly' },
      format: { ...FORMAT, isRef: true },
      presentationMedia: [{ ...(postpaid ? EMAIL : PAPER), isRef: true }],
    },
    contact: [
      {
        contactType: 'primary',
        contactName: fullName(person),
        contactMedium: contactMedia(person),
        relatedParty: { ...reference('Individual', person.id, fullName(person)), role: 'contact' },
        validFor,
      },
    ],
    creditLimit: money(customer.segment === 'enterprise' ? 1_000_000 : 30_000),
    relatedParty: [customerParty(customer)],
    '@type': 'BillingAccount',
  };
}

export function billingAccounts(world: World, billing: Billing): Table {
  return customerTable(world, {
    resource: 'billingAccount',
    type: 'BillingAccount',
    linked: ['relatedParty.id'],
    perSubscriber: 1,
    mandatory: ['name', 'relatedParty'],
    stateAttribute: 'state',
    created: (body) => ({ state: body.state ?? 'active', lastModified: iso(world.now()) }),
    rows: (customer) => customer.accounts.map((account) => accountRow(world, billing, customer, account)),
  });
}

function listed(
  world: World,
  resource: string,
  type: string,
  entries: readonly { id: string; name: string }[],
): Table {
  return {
    resource,
    type,
    linked: [],
    common: entries.map((entry) => ({ ...entry, href: world.href(resource, entry.id), '@type': type })),
    owned: () => [],
    perSubscriber: 0,
    moving: false,
    allows: entries.length === 0 ? READ_ONLY : READ_WRITE,
    mandatory: ['name'],
  };
}

export function billStructureTables(world: World): Table[] {
  return [
    listed(world, 'billingCycleSpecification', 'BillingCycleSpecification', [CYCLE]),
    listed(world, 'billFormat', 'BillFormat', [FORMAT]),
    listed(world, 'billPresentationMedia', 'BillPresentationMedia', [EMAIL, PAPER]),
  ];
}
