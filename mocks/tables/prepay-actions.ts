// TMF654 top-ups and transfers, and the history of both. One that is sent twice is done twice.
import { RefusedRequest, type Row } from '../server/row.ts';
import { type Elsewhere, READ_ONLY, type Table } from '../server/table.ts';
import { DAY_MS, iso } from '../world/calendar.ts';
import { CURRENCY } from '../world/money.ts';
import { type BalanceModel, MAX_BALANCE_CENTS, type PrepaidLedger } from '../world/prepaid-ledger.ts';
import type { World } from '../world/world.ts';
import { customerParty, customerTable, reference } from './customer-table.ts';
import { declined } from './payment-methods.ts';
import { centsOf, idIn } from './payments.ts';
import { lineOf } from './prepay-balances.ts';

type Body = Readonly<Record<string, unknown>>;

const allows = { ...READ_ONLY, post: true };
const linked = ['relatedParty.id', 'partyAccount.id', 'bucket.id', 'receiverBucket.id'];

function moneyBalance(ledger: PrepaidLedger, value: unknown, what: string): BalanceModel {
  const found = ledger.balance(idIn(value));
  if (found === undefined) throw new RefusedRequest(400, `${what}: no such balance of money`);
  return found;
}

/** What was done before the simulator began. */
function earlier(world: World, ledger: PrepaidLedger, begunMs: number, balance: BalanceModel): Row {
  const customer = world.customer(balance.owner);
  const id = `act-${balance.owner}-${balance.id.split('-').at(-1)}`;
  const at = iso(begunMs - 30 * DAY_MS);
  return {
    id,
    href: world.href('topupBalance', id),
    description: 'Top-up at a shop',
    requestedDate: at,
    confirmationDate: at,
    status: 'completed',
    usageType: 'monetary',
    amount: { amount: ledger.balance(balance.id)?.openingCents === 500 ? 5 : 10, units: CURRENCY },
    bucket: reference('Bucket', balance.id, balance.name),
    partyAccount: reference('BillingAccount', balance.accountId),
    logicalResource: [lineOf(balance.serviceKey)],
    relatedParty: customer === undefined ? [] : [customerParty(customer)],
    '@type': 'TopupBalance',
  };
}

export function prepayActions(world: World, ledger: PrepaidLedger, elsewhere: Elsewhere): Table[] {
  const begunMs = world.now();
  const recorded: { readonly owner: string; readonly row: Row }[] = [];
  const before = (owner: string): Row[] => {
    const customer = world.customer(owner);
    return customer === undefined
      ? []
      : ledger.of(customer).map((balance) => earlier(world, ledger, begunMs, balance));
  };

  function outcome(balance: BalanceModel, failure: string | undefined): Record<string, unknown> {
    const customer = world.customer(balance.owner);
    const at = iso(world.now());
    return {
      status: failure === undefined ? 'completed' : 'failed',
      requestedDate: at,
      partyAccount: reference('BillingAccount', balance.accountId),
      ...(failure === undefined ? { confirmationDate: at } : { description: failure }),
      ...(customer === undefined ? {} : { relatedParty: [customerParty(customer)] }),
    };
  }

  function record(row: Row, receiver: BalanceModel): [] {
    recorded.push({
      owner: receiver.owner,
      row: {
        ...row,
        href: world.href('balanceActionHistory', row.id),
        receiverLogicalResource: lineOf(receiver.serviceKey),
      },
    });
    return [];
  }

  return [
    customerTable(world, {
      resource: 'topupBalance',
      type: 'TopupBalance',
      linked,
      allows,
      mandatory: ['amount', 'usageType', 'bucket', 'partyAccount'],
      stateAttribute: 'status',
      created(body: Body) {
        const balance = moneyBalance(ledger, body.bucket, 'bucket');
        const cents = centsOf(body.amount, 'amount');
        if (idIn(body.partyAccount) !== balance.accountId)
          throw new RefusedRequest(400, 'partyAccount is not the balance’s');
        const method = elsewhere('paymentMethod', idIn(body.paymentMethod));
        const refused =
          declined(world, method, balance.owner) ??
          (ledger.cents(balance.id) + cents > MAX_BALANCE_CENTS ? 'balanceTooHigh' : undefined);
        return outcome(balance, refused);
      },
      effects(row) {
        const balance = moneyBalance(ledger, row.bucket, 'bucket');
        if (row.status === 'completed') ledger.topUp(balance.id, centsOf(row.amount, 'amount'));
        return record(row, balance);
      },
      rows: ({ owner }) => before(owner),
    }),
    customerTable(world, {
      resource: 'transferBalance',
      type: 'TransferBalance',
      linked,
      allows,
      mandatory: [
        ...['reason', 'channel', 'amount', 'usageType', 'bucket', 'receiverBucket'],
        ...['receiverBucketUsageType', 'logicalResource', 'receiverLogicalResource'],
      ],
      stateAttribute: 'status',
      created(body: Body) {
        const from = moneyBalance(ledger, body.bucket, 'bucket');
        const to = moneyBalance(ledger, body.receiverBucket, 'receiverBucket');
        if (from.id === to.id) throw new RefusedRequest(400, 'both are the same balance');
        const cents = centsOf(body.amount, 'amount');
        return outcome(from, cents > ledger.cents(from.id) ? 'balanceTooLow' : undefined);
      },
      effects(row) {
        const from = moneyBalance(ledger, row.bucket, 'bucket');
        const to = moneyBalance(ledger, row.receiverBucket, 'receiverBucket');
        if (row.status === 'completed') {
          ledger.move(from.id, -centsOf(row.amount, 'amount'));
          ledger.move(to.id, centsOf(row.amount, 'amount'));
        }
        return record(row, to);
      },
      rows: () => [],
    }),
    customerTable(world, {
      resource: 'balanceActionHistory',
      type: 'BalanceActionHistory',
      linked,
      moving: true,
      allows: READ_ONLY,
      stateAttribute: 'status',
      rows: ({ owner }) => [
        ...before(owner).map((row) => ({
          ...row,
          href: world.href('balanceActionHistory', row.id),
          receiverLogicalResource: (row.logicalResource as object[])[0], // as drawn above
          '@type': 'BalanceActionHistory',
        })),
        ...recorded
          .filter((each) => each.owner === owner)
          .map(({ row }) => ({ ...row, '@type': 'BalanceActionHistory' })),
      ],
    }),
  ];
}
