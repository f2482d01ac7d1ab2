// TMF678 bills: six months of them for each account that pays afterwards.
import type { Row } from '../server/row.ts';
import { isRecord } from '../server/row.ts';
import { type Ask, READ_ONLY, READ_WRITE, type Table } from '../server/table.ts';
import { type Billing, billId } from '../world/billing.ts';
import { DAY_MS, iso, type Month, monthName, monthOf, monthPeriod, monthStart } from '../world/calendar.ts';
import type { AccountModel, CustomerModel } from '../world/customer-model.ts';
import { money, VAT_PERCENT } from '../world/money.ts';
import type { World } from '../world/world.ts';
import { customerParty, customerTable, NOBODYS, reference } from './customer-table.ts';

const DAYS_TO_PAY = 20;

export const documentId = (account: AccountModel, month: Month): string => `doc-${billId(account, month)}`;

function billRow(
  world: World,
  billing: Billing,
  customer: CustomerModel,
  account: AccountModel,
  month: Month,
): Row {
  const id = billId(account, month);
  const billDateMs = monthStart(month + 1);
  const state = stateOf(world, month);
  const isLatest = state === 'sent';
  const totals = (): ReturnType<Billing['totals']> => billing.totals(customer, account, month);
  return {
    id,
    href: world.href('customerBill', id),
    billNo: `AT-${monthName(month).replace('-', '')}-${account.id.replace('acc-', '').toUpperCase()}`,
    billDate: iso(billDateMs),
    category: 'normal',
    runType: 'onCycle',
    state,
    lastUpdate: iso(isLatest ? billDateMs : billDateMs + 14 * DAY_MS),
    nextBillDate: iso(monthStart(month + 2)),
    paymentDueDate: iso(billDateMs + DAYS_TO_PAY * DAY_MS),
    billingPeriod: monthPeriod(month),
    billingAccount: reference('BillingAccount', account.id, account.name),
    billDocument: [
      {
        id: documentId(account, month),
        href: world.href('document', documentId(account, month)),
        name: `Bill ${monthName(month)}`,
        attachmentType: 'bill',
        mimeType: 'application/pdf',
        url: `${world.href('document', documentId(account, month))}/content`,
        '@referredType': 'Document',
      },
    ],
    relatedParty: [customerParty(customer)],
    // amounts are drawn when read: a scan over a hundred thousand customers must not rate their usage
    get taxExcludedAmount() {
      return money(totals().taxExcludedCents);
    },
    get taxIncludedAmount() {
      return money(totals().taxIncludedCents);
    },
    get taxItem() {
      return [{ taxCategory: 'VAT', taxRate: VAT_PERCENT, taxAmount: money(totals().taxCents) }];
    },
    get amountDue() {
      return money(totals().taxIncludedCents);
    },
    get remainingAmount() {
      return money(isLatest ? totals().taxIncludedCents : 0);
    },
    get appliedPayment() {
      const payment = reference('Payment', `pay-${id}`);
      return isLatest ? [] : [{ appliedAmount: money(totals().taxIncludedCents), payment }];
    },
    '@type': 'CustomerBill',
  };
}

function stateOf(world: World, month: Month): 'sent' | 'settled' {
  return month === monthOf(world.now()) - 1 ? 'sent' : 'settled';
}

/** What state and date say of a month before its bill is drawn. */
function mayFit(world: World, month: Month, ask: Ask): boolean {
  const states = ask.valuesOf('state');
  const billDateMs = monthStart(month + 1);
  return (
    (states === undefined || states.has(stateOf(world, month))) &&
    billDateMs >= ask.fromMs('billDate') &&
    billDateMs <= ask.untilMs('billDate')
  );
}

export function customerBills(world: World, billing: Billing): Table {
  return customerTable(world, {
    resource: 'customerBill',
    type: 'CustomerBill',
    linked: ['relatedParty.id', 'billingAccount.id', 'billDocument.id'],
    perSubscriber: 6,
    allows: { ...READ_ONLY, patch: true },
    stateAttribute: 'state',
    rows: (customer, ask) =>
      customer.accounts.flatMap((account) =>
        billing
          .billedMonths(customer, account, world.now())
          .filter((month) => mayFit(world, month, ask))
          .map((month) => billRow(world, billing, customer, account, month)),
      ),
  });
}

/** TMF678 customerBillOnDemand: points to the latest bill of the account. */
export function billsOnDemand(world: World): Table {
  return {
    ...NOBODYS,
    resource: 'customerBillOnDemand',
    type: 'CustomerBillOnDemand',
    allows: { ...READ_WRITE, patch: false, remove: false },
    mandatory: ['billingAccount'],
    keptCreated: 1_000,
    created(body) {
      const id = isRecord(body.billingAccount) ? body.billingAccount.id : undefined;
      const owner = typeof id === 'string' ? world.ownerOf(id) : undefined;
      const account =
        owner === undefined ? undefined : world.customer(owner)?.accounts.find((each) => each.id === id);
      const bill = account && billId(account, monthOf(world.now()) - 1);
      return {
        lastUpdate: iso(world.now()),
        state: bill === undefined ? 'rejected' : 'done',
        ...(bill === undefined ? {} : { customerBill: { id: bill, href: world.href('customerBill', bill) } }),
      };
    },
  };
}
