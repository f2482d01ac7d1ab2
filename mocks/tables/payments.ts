// TMF676 payments: one that is done settles its bills, in part or whole. It trusts no client to send one only once.
import { isRecord, RefusedRequest, type Row } from '../server/row.ts';
import { type Effect, type Elsewhere, READ_ONLY, type Table } from '../server/table.ts';
import { type Billing, billId } from '../world/billing.ts';
import { DAY_MS, iso, type Month, monthName, monthStart } from '../world/calendar.ts';
import type { AccountModel, CustomerModel } from '../world/customer-model.ts';
import { CURRENCY, money } from '../world/money.ts';
import type { World } from '../world/world.ts';
import { customerParty, customerTable, reference } from './customer-table.ts';
import { declined } from './payment-methods.ts';

const PAYABLE = new Set(['sent', 'partiallyPaid']);

/** What settled an older bill, by the customer's first card. */
function earlier(
  world: World,
  billing: Billing,
  customer: CustomerModel,
  account: AccountModel,
  month: Month,
): Row {
  const bill = billId(account, month);
  const id = `pay-${bill}`;
  const paidMs = monthStart(month + 1) + 14 * DAY_MS;
  const total = (): object => money(billing.totals(customer, account, month).taxIncludedCents);
  return {
    id,
    href: world.href('payment', id),
    name: `Payment of bill ${monthName(month)}`,
    correlatorId: id,
    authorizationCode: 'approved',
    paymentDate: iso(paidMs),
    status: 'done',
    statusDate: iso(paidMs),
    account: reference('BillingAccount', account.id, account.name),
    payer: customerParty(customer),
    paymentMethod: { id: `pm-${customer.owner}-card` },
    get paymentItem() {
      return [{ id: '1', item: reference('CustomerBill', bill), totalAmount: total() }];
    },
    get totalAmount() {
      return total();
    },
    '@type': 'Payment',
  };
}

export function centsOf(amount: unknown, what: string): number {
  const { unit, units, value, amount: number } = isRecord(amount) ? amount : {};
  if ((unit ?? units) !== CURRENCY) throw new RefusedRequest(400, `${what}: the currency is ${CURRENCY}`);
  const cents = Math.round(Number(value ?? number) * 100);
  if (!(cents > 0) || Math.abs(cents / 100 - Number(value ?? number)) > 1e-9)
    throw new RefusedRequest(400, `${what}: whole cents, more than none`);
  return cents;
}

export const idIn = (value: unknown): string => (isRecord(value) ? String(value.id) : '');

interface BillPart {
  readonly bill: Row;
  readonly cents: number;
}

function billParts(
  world: World,
  elsewhere: Elsewhere,
  body: Readonly<Record<string, unknown>>,
  owner: string,
): BillPart[] {
  const items = Array.isArray(body.paymentItem) ? body.paymentItem : [];
  return items.map((entry: unknown) => {
    const { item, totalAmount, amount } = isRecord(entry) ? entry : {};
    const bill = elsewhere('customerBill', idIn(item));
    if (bill === undefined || world.ownerOf(idIn(item)) !== owner)
      throw new RefusedRequest(400, 'paymentItem: no such bill');
    if (!PAYABLE.has(String(bill.state))) throw new RefusedRequest(409, 'the bill is not open');
    const cents = centsOf(totalAmount ?? amount, 'paymentItem');
    if (cents > centsOf(bill.remainingAmount, 'bill'))
      throw new RefusedRequest(409, 'more than is left to pay');
    return { bill, cents };
  });
}

export function payments(world: World, billing: Billing, elsewhere: Elsewhere): Table {
  function created(body: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const owner = world.ownerOf(idIn(body.account));
    if (owner === undefined) throw new RefusedRequest(400, 'account is not known');
    const total = centsOf(body.totalAmount, 'totalAmount');
    const parts = billParts(world, elsewhere, body, owner);
    if (parts.length > 0 && parts.reduce((sum, { cents }) => sum + cents, 0) !== total)
      throw new RefusedRequest(400, 'totalAmount is not the sum of its items');
    const method = elsewhere('paymentMethod', idIn(body.paymentMethod));
    const reason = declined(world, method, owner);
    const at = iso(world.now());
    return {
      paymentMethod: { id: idIn(body.paymentMethod) },
      paymentDate: at,
      statusDate: at,
      status: reason === undefined ? 'done' : 'denied',
      authorizationCode: reason ?? 'approved',
    };
  }

  function settled(row: Row): Effect[] {
    if (row.status !== 'done') return [];
    const parts = billParts(world, elsewhere, row, world.ownerOf(idIn(row.account)) ?? '');
    return parts.map(({ bill, cents }) => {
      const left = centsOf(bill.remainingAmount, 'bill') - cents;
      const before = Array.isArray(bill.appliedPayment) ? bill.appliedPayment : [];
      const payment = reference('Payment', String(row.id));
      const change = {
        state: left === 0 ? 'settled' : 'partiallyPaid',
        remainingAmount: money(left),
        lastUpdate: iso(world.now()),
        appliedPayment: [...before, { appliedAmount: money(cents), payment }],
      };
      return { resource: 'customerBill', id: String(bill.id), change };
    });
  }

  return customerTable(world, {
    resource: 'payment',
    type: 'Payment',
    linked: ['account.id', 'payer.id', 'paymentItem.item.id'],
    allows: { ...READ_ONLY, post: true },
    mandatory: ['account', 'paymentMethod', 'totalAmount'],
    stateAttribute: 'status',
    created,
    effects: (row, before) => (before === undefined ? settled(row) : []),
    rows: (customer) =>
      customer.accounts.flatMap((account) =>
        billing
          .billedMonths(customer, account, world.now())
          .slice(0, -1)
          .map((month) => earlier(world, billing, customer, account, month)),
      ),
  });
}
