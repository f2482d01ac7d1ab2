// TMF654 balances: the money that a customer paid ahead, what its allowances still hold, and both added up.
import { allowanceOf, USAGE_UNITS } from '../catalogue/pricing.ts';
import type { Row } from '../server/row.ts';
import { READ_ONLY, type Table } from '../server/table.ts';
import { usageKinds } from '../world/allowances.ts';
import { iso, monthOf, monthPeriod, period } from '../world/calendar.ts';
import { type CustomerModel, productId, type ServiceModel } from '../world/customer-model.ts';
import { CURRENCY } from '../world/money.ts';
import type { BalanceModel, PrepaidLedger } from '../world/prepaid-ledger.ts';
import type { UsageBook } from '../world/usage-ledger.ts';
import type { World } from '../world/world.ts';
import { customerParty, customerTable, reference } from './customer-table.ts';

export const lineOf = (key: string): object => reference('LogicalResource', `res-msisdn-${key}`);

function shared(customer: CustomerModel, service: ServiceModel): object {
  return {
    isShared: false,
    logicalResource: [lineOf(service.key)],
    product: [reference('Product', productId(service), service.name)],
    partyAccount: reference('BillingAccount', service.accountId),
    relatedParty: [customerParty(customer)],
    '@type': 'Bucket',
  };
}

const quantity = (amount: number, units: string): object => ({
  remainingValue: { amount, units },
  remainingValueName: `${amount} ${units}`,
});

function moneyRow(
  world: World,
  ledger: PrepaidLedger,
  customer: CustomerModel,
  balance: BalanceModel,
): Row | undefined {
  const service = customer.services.find(({ key }) => key === balance.serviceKey);
  if (service === undefined) return undefined;
  const untilMs = ledger.untilMs(balance.id);
  return {
    id: balance.id,
    href: world.href('bucket', balance.id),
    name: balance.name,
    usageType: 'monetary',
    status: untilMs < world.now() ? 'expired' : 'active',
    ...quantity(ledger.cents(balance.id) / 100, CURRENCY),
    validFor: period(Date.parse(`${customer.since}T00:00:00Z`), untilMs),
    ...shared(customer, service),
  };
}

function allowanceRows(world: World, book: UsageBook, customer: CustomerModel, service: ServiceModel): Row[] {
  const nowMs = world.now();
  return usageKinds(service).flatMap((kind) => {
    const limit = allowanceOf(service.offeringId, kind);
    if (limit === undefined) return [];
    const used = book.used(customer, service, kind, monthOf(nowMs), nowMs);
    const id = `bal-${service.key}-${kind}`;
    return [
      {
        id,
        href: world.href('bucket', id),
        name: `${service.name}: ${kind}`,
        usageType: kind,
        status: 'active',
        ...quantity(Math.max(0, Math.round((limit - used) * 1000) / 1000), USAGE_UNITS[kind]),
        validFor: monthPeriod(monthOf(nowMs)),
        ...shared(customer, service),
      },
    ];
  });
}

export function prepayBalances(world: World, book: UsageBook, ledger: PrepaidLedger): Table[] {
  const money = (customer: CustomerModel): Row[] =>
    ledger.of(customer).flatMap((balance) => moneyRow(world, ledger, customer, balance) ?? []);
  const allowances = (customer: CustomerModel): Row[] => {
    const ahead = new Set(customer.accounts.filter(({ kind }) => kind === 'prepaid').map(({ id }) => id));
    return customer.services
      .filter(({ accountId }) => ahead.has(accountId))
      .flatMap((service) => allowanceRows(world, book, customer, service));
  };
  const linked = ['relatedParty.id', 'partyAccount.id', 'product.id', 'logicalResource.id'];
  const drawn = { linked, moving: true, allows: READ_ONLY };
  return [
    customerTable(world, {
      ...drawn,
      resource: 'bucket',
      type: 'Bucket',
      stateAttribute: 'status',
      rows: (customer) => [...money(customer), ...allowances(customer)],
    }),
    customerTable(world, {
      ...drawn,
      resource: 'accumulatedBalance',
      type: 'AccumulatedBalance',
      rows(customer) {
        const balances = ledger.of(customer);
        const [first] = balances;
        if (first === undefined) return [];
        const id = `sum-${customer.owner}`;
        return [
          {
            id,
            href: world.href('accumulatedBalance', id),
            name: 'Money in all balances',
            description: `As of ${iso(world.now())}`,
            bucket: balances.map((balance) => reference('Bucket', balance.id, balance.name)),
            totalBalance: {
              amount: balances.reduce((sum, balance) => sum + ledger.cents(balance.id), 0) / 100,
              units: CURRENCY,
            },
            partyAccount: reference('BillingAccount', first.accountId),
            relatedParty: [customerParty(customer)],
            '@type': 'AccumulatedBalance',
          },
        ];
      },
    }),
  ];
}
