// What the billing data sheet can't say: sums of charges, for an account so far and by number in a period.
import type { Resolvers, SubgraphContext } from '../context.ts';
import { backEndId, type Item } from '../item.ts';
import { instantMs } from '../tmf/read.ts';
import { type SpendInput, spend } from './spend.ts';
import { sumOf } from './sums.ts';

/** A screenful; a client that wants more pages through `Product.charges`. */
const MAX_CHARGES = 200;

async function chargesSoFar(account: Item, { objects }: SubgraphContext) {
  const attributes = objects.sheet('Charge').attributes;
  const filter = { isBilled: 'false' };
  const found = await objects.by('Charge', 'billingAccount.id', account.provider, backEndId(account), {
    attributes,
    filter,
  });
  const charges = [...(await objects.visible(found))].sort(
    (a, b) => (instantMs(b.raw.date) ?? 0) - (instantMs(a.raw.date) ?? 0),
  );
  return {
    taxExcluded: sumOf(charges, 'taxExcludedAmount') ?? null,
    taxIncluded: sumOf(charges, 'taxIncludedAmount') ?? null,
    count: charges.length,
    charges: charges.slice(0, MAX_CHARGES),
  };
}

export const resolvers: Resolvers = {
  Query: {
    spendByNumber: (_root, args, context) => spend(args.input as SpendInput, context), // graphql has checked it
  },
  BillingAccount: {
    chargesSoFar: (account, _args, context) => chargesSoFar(account, context),
  },
};
