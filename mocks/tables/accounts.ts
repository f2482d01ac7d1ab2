// TMF666 billing accounts, and the cycles, formats and media that bills of them use.
import { isRecord, RefusedRequest, type Row } from '../server/row.ts';
import { type Elsewhere, READ_ONLY, READ_WRITE, type Table } from '../server/table.ts';
import { billId } from '../world/billing.ts';
import { iso, monthOf, monthPeriod } from '../world/calendar.ts';
import { type AccountModel, type CustomerModel, fullName } from '../world/customer-model.ts';
import { money } from '../world/money.ts';
import type { PrepaidLedger } from '../world/prepaid-ledger.ts';
import type { World } from '../world/world.ts';
import { customerParty, customerTable, NOBODYS, reference } from './customer-table.ts';
import { contactMedia } from './customers.ts';

const MONTHLY = { billingPeriod: 'month', frequency: 'monthly' };
const CYCLE = { id: 'cycle-monthly', name: 'Monthly, first day', ...MONTHLY };
const QUARTERLY = {
  id: 'cycle-quarterly',
  name: 'Quarterly, first day',
  billingPeriod: 'quarter',
  frequency: 'quarterly',
};
const FORMAT = { id: 'format-itemised', name: 'Itemised' };
const SUMMARY = { id: 'format-summary', name: 'Summary' };
const EMAIL = { id: 'media-email', name: 'E-mail' };
const PAPER = { id: 'media-paper', name: 'Paper' };

interface Books {
  readonly ledger: PrepaidLedger;
  readonly elsewhere: Elsewhere;
}

/** What is left to pay of the latest bill. */
function receivable(world: World, elsewhere: Elsewhere, account: AccountModel): ReturnType<typeof money> {
  const bill = elsewhere('customerBill', billId(account, monthOf(world.now()) - 1));
  return (bill?.remainingAmount as ReturnType<typeof money> | undefined) ?? money(0); // as bills.ts draws it
}

/** Refuses cycles, formats and media that nobody has; what it takes holds from the next bill on. */
function accountChange(elsewhere: Elsewhere, patch: Readonly<Record<string, unknown>>): void {
  const structure = isRecord(patch.billStructure) ? patch.billStructure : {};
  const media: unknown[] = Array.isArray(structure.presentationMedia) ? structure.presentationMedia : [];
  const named: readonly (readonly [string, unknown])[] = [
    ['billingCycleSpecification', structure.cycleSpecification],
    ['billFormat', structure.format],
    ...media.map((each) => ['billPresentationMedia', each] as const),
  ];
  for (const [resource, value] of named) {
    const id = isRecord(value) ? String(value.id) : undefined;
    if (id !== undefined && elsewhere(resource, id) === undefined)
      throw new RefusedRequest(400, `${resource}: not known`);
  }
}

function accountRow(
  world: World,
  { ledger, elsewhere }: Books,
  customer: CustomerModel,
  account: AccountModel,
): Row {
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
    get paymentStatus() {
      return postpaid && receivable(world, elsewhere, account).value !== 0 ? 'due' : 'paid';
    },
    lastModified: validFor.startDateTime,
    get accountBalance() {
      const month = monthOf(world.now());
      const main = ledger.of(customer).find(({ accountId }) => accountId === account.id);
      return [
        {
          balanceType: postpaid ? 'receivableBalance' : 'depositBalance',
          amount: postpaid
            ? receivable(world, elsewhere, account)
            : money(main === undefined ? 0 : ledger.cents(main.id)),
          validFor: monthPeriod(month),
        },
      ];
    },
    billStructure: {
      cycleSpecification: { ...CYCLE, isRef: true },
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

export function billingAccounts(world: World, ledger: PrepaidLedger, elsewhere: Elsewhere): Table {
  const books = { ledger, elsewhere };
  return customerTable(world, {
    resource: 'billingAccount',
    type: 'BillingAccount',
    linked: ['relatedParty.id'],
    perSubscriber: 1,
    mandatory: ['name', 'relatedParty'],
    stateAttribute: 'state',
    created: (body) => ({ state: body.state ?? 'active', lastModified: iso(world.now()) }),
    changed(_before, patch) {
      accountChange(elsewhere, patch);
      return { lastModified: iso(world.now()) };
    },
    rows: (customer) => customer.accounts.map((account) => accountRow(world, books, customer, account)),
  });
}

function listed(
  world: World,
  resource: string,
  type: string,
  entries: readonly { id: string; name: string }[],
): Table {
  return {
    ...NOBODYS,
    resource,
    type,
    common: entries.map((entry) => ({ ...entry, href: world.href(resource, entry.id), '@type': type })),
    allows: entries.length === 0 ? READ_ONLY : READ_WRITE,
    mandatory: ['name'],
  };
}

export function billStructureTables(world: World): Table[] {
  return [
    listed(world, 'billingCycleSpecification', 'BillingCycleSpecification', [CYCLE, QUARTERLY]),
    listed(world, 'billFormat', 'BillFormat', [FORMAT, SUMMARY]),
    listed(world, 'billPresentationMedia', 'BillPresentationMedia', [EMAIL, PAPER]),
  ];
}
