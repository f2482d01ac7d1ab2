// What the catalogue's data sheet can't say: what a chosen configuration costs.
import { idOfType } from '../../schema/id.ts';
import type { Resolvers, SubgraphContext } from '../context.ts';
import type { Item } from '../item.ts';
import { all, asText } from '../tmf/read.ts';
import { type Chosen, configure, type Fault } from './configuration.ts';
import { priceOf } from './price.ts';

interface Input {
  readonly offeringId: string;
  readonly quantity?: number | null;
  readonly configuration?: readonly Chosen[] | null;
}

const MAX_QUANTITY = 10_000;

async function referred(
  { objects }: SubgraphContext,
  type: string,
  from: Item,
  path: string,
): Promise<readonly Item[]> {
  const ids = [...new Set(all(from.raw, path).flatMap((id) => asText(id) ?? []))];
  const attributes = objects.sheet(type).attributes;
  const found = await Promise.all(ids.map((id) => objects.see(type, from.provider, id, attributes)));
  return found.filter((item) => item !== undefined);
}

/** A bundle without prices of its own costs what its parts cost. */
async function pricesOf(context: SubgraphContext, offering: Item): Promise<readonly Item[]> {
  const own = await referred(context, 'ProductOfferingPrice', offering, 'productOfferingPrice.id');
  if (own.length > 0) return own;
  const parts = await referred(context, 'ProductOffering', offering, 'bundledProductOffering.id');
  const theirs = await Promise.all(
    parts.map((part) => referred(context, 'ProductOfferingPrice', part, 'productOfferingPrice.id')),
  );
  return theirs.flat();
}

const refused = (quantity: number, userErrors: readonly Fault[], offering: Item | null = null) => ({
  offering,
  quantity,
  configuration: [],
  lines: [],
  oneTime: null,
  monthly: null,
  userErrors,
});

export const resolvers: Resolvers = {
  Query: {
    async configuredPrice(_root, args, context) {
      const input = args.input as Input; // graphql has checked it against the input type
      const quantity = input.quantity ?? 1;
      if (!Number.isInteger(quantity) || quantity < 1 || quantity > MAX_QUANTITY) {
        return refused(quantity, [
          {
            code: 'QUANTITY_OUT_OF_RANGE',
            message: `The quantity is 1 to ${MAX_QUANTITY}.`,
            field: ['quantity'],
          },
        ]);
      }
      const parts = idOfType(input.offeringId, 'ProductOffering');
      const offering =
        parts === undefined || !context.objects.serves('ProductOffering', parts.provider)
          ? undefined
          : await context.objects.see(
              'ProductOffering',
              parts.provider,
              parts.id,
              context.objects.sheet('ProductOffering').attributes,
            );
      if (offering === undefined) {
        return refused(quantity, [
          { code: 'UNKNOWN_OFFERING', message: 'There is no such offering.', field: ['offeringId'] },
        ]);
      }
      const [specifications, prices] = await Promise.all([
        referred(context, 'ProductSpecification', offering, 'productSpecification.id'),
        pricesOf(context, offering),
      ]);
      const { values, faults } = configure(specifications, input.configuration ?? []);
      if (faults.length > 0) return refused(quantity, faults, offering);
      const priced = priceOf(prices, values, quantity, context.operation.nowMs);
      if ('fault' in priced) return refused(quantity, [priced.fault], offering);
      const configuration = [...values].map(([name, value]) => ({ name, value }));
      return { offering, quantity, configuration, ...priced, userErrors: [] };
    },
  },
};
