// TMF678 applied billing rates: the lines of bills, and this month's charges that no bill has yet.
import type { Row } from '../server/row.ts';
import { type Ask, READ_ONLY, type Table } from '../server/table.ts';
import { type Billing, type BillLine, billId } from '../world/billing.ts';
import { iso, type Month, monthOf, monthPeriod, monthStart } from '../world/calendar.ts';
import type { AccountModel, CustomerModel } from '../world/customer-model.ts';
import { money, vatItem, vatOn } from '../world/money.ts';
import type { World } from '../world/world.ts';
import { customerTable, namedValue, reference } from './customer-table.ts';

function lineRow(world: World, account: AccountModel, month: Month, line: BillLine, isBilled: boolean): Row {
  const bill = billId(account, month);
  return {
    id: line.id,
    href: world.href('appliedCustomerBillingRate', line.id),
    name: line.name,
    description: `${line.name}: ${line.productName}`,
    type:
      line.kind === 'discount' || line.kind === 'credit' ? 'appliedBillingCredit' : 'appliedBillingCharge',
    date: iso(isBilled ? monthStart(month + 1) : monthStart(month)),
    isBilled,
    ...(isBilled
      ? { bill: { id: bill, href: world.href('customerBill', bill), '@referredType': 'CustomerBill' } }
      : {}),
    billingAccount: reference('BillingAccount', account.id, account.name),
    product: reference('Product', line.productId, line.productName),
    periodCoverage: monthPeriod(month),
    characteristic: [
      namedValue('chargeKind', line.kind),
      ...(line.usageKind === undefined ? [] : [namedValue('usageType', line.usageKind)]),
      ...(line.slaViolationId === undefined ? [] : [namedValue('slaViolationId', line.slaViolationId)]),
      ...(line.serviceId === undefined ? [] : [namedValue('serviceId', line.serviceId)]),
      ...(line.number === undefined ? [] : [namedValue('number', line.number)]),
    ],
    appliedTax: [vatItem(line.cents)],
    taxExcludedAmount: money(line.cents),
    taxIncludedAmount: money(line.cents + vatOn(line.cents)),
    '@type': 'AppliedCustomerBillingRate',
  };
}

/** Which months of the account the filters leave: by bill, by id and by isBilled. */
function wantedMonths(account: AccountModel, months: readonly Month[], current: Month, ask: Ask): Month[] {
  const bills = ask.valuesOf('bill.id');
  const billed = ask.valuesOf('isBilled');
  const accounts = ask.valuesOf('billingAccount.id');
  const id = [...(ask.valuesOf('id') ?? [])][0];
  if (accounts !== undefined && !accounts.has(account.id)) return [];
  return [...months, current].filter((month) => {
    const isBilled = month < current;
    return (
      (bills === undefined || (isBilled && bills.has(billId(account, month)))) &&
      (billed === undefined || billed.has(String(isBilled))) &&
      (id === undefined || id.startsWith(`rate-${billId(account, month).slice('bill-'.length)}-`))
    );
  });
}

export function billLines(world: World, billing: Billing): Table {
  return customerTable(world, {
    resource: 'appliedCustomerBillingRate',
    type: 'AppliedCustomerBillingRate',
    linked: ['bill.id', 'billingAccount.id', 'product.id'],
    hinted: ['characteristic.value'],
    moving: true,
    allows: READ_ONLY,
    rows(customer: CustomerModel, ask) {
      const nowMs = world.now();
      const current = monthOf(nowMs);
      return customer.accounts.flatMap((account) =>
        wantedMonths(account, billing.billedMonths(customer, account, nowMs), current, ask).flatMap((month) =>
          billing
            .lines(customer, account, month, nowMs)
            .map((line) => lineRow(world, account, month, line, month < current)),
        ),
      );
    },
  });
}
