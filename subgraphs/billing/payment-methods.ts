// Payment methods: registered by token, shown masked, removed. No card number comes in, none goes out.
import { decodeId, idOfType } from '../../schema/id.ts';
import { cardFault } from '../acts/card-check.ts';
import { withoutCardNumber } from '../acts/card-number.ts';
import { type MoneyFault, userErrors } from '../acts/faults.ts';
import type { Resolver, Resolvers, SubgraphContext } from '../context.ts';
import { sourceOf } from '../loads.ts';
import { entryOf, ownOf } from '../own-acts.ts';
import { asText } from '../tmf/read.ts';

interface RegisterInput {
  readonly token: string;
  readonly name?: string | null;
  readonly brand?: string | null;
  readonly lastFourDigits: string;
  readonly expiresOn: string;
  readonly isPreferred?: boolean | null;
}

const TOKEN = /^[\w.:/+=-]{4,200}$/;

async function refused(context: SubgraphContext, action: string, faults: readonly MoneyFault[]) {
  const detail = faults.map(({ code }) => code).join();
  await ownOf(context).audit.append(entryOf(context, { action, outcome: 'REFUSED', detail }));
  return { method: null, done: false, userErrors: userErrors(faults) };
}

const registerPaymentMethod: Resolver = async (_root, args, context) => {
  const action = 'registerPaymentMethod';
  const input = args.input as RegisterInput; // by the schema
  const card = await cardFault(context, action, input);
  if (card !== undefined) return { method: null, userErrors: userErrors(card) };
  const { objects, operation } = context;
  const customer = decodeId(operation.principal.customerId ?? '');
  if (!TOKEN.test(input.token)) return refused(context, action, [{ code: 'TOKEN_INVALID', field: 'token' }]);
  if (!/^\d{4}$/.test(input.lastFourDigits))
    return refused(context, action, [{ code: 'DIGITS_INVALID', field: 'lastFourDigits' }]);
  if (Date.parse(input.expiresOn) < operation.nowMs)
    return refused(context, action, [{ code: 'METHOD_NOT_USABLE', field: 'expiresOn' }]);
  if (customer === undefined || !objects.serves('PaymentMethod', customer.provider))
    return refused(context, action, [{ code: 'METHOD_UNKNOWN' }]);
  const brand = input.brand ?? 'Card';
  const sheet = objects.sheet('PaymentMethod');
  const source = sourceOf(sheet, customer.provider);
  const body = {
    '@type': 'tokenizedCard',
    name: input.name ?? `${brand} ending in ${input.lastFourDigits}`,
    brand,
    lastFourDigits: input.lastFourDigits,
    expirationDate: `${input.expiresOn}T23:59:59.000Z`,
    isPreferred: input.isPreferred ?? false,
    token: input.token,
    relatedParty: { id: customer.id, role: 'customer', '@referredType': 'Customer' },
  };
  const written = await objects.systems.client.create(source, { body }, operation);
  if (written.kind !== 'DONE' || written.object === undefined)
    return refused(context, action, [
      { code: written.kind === 'UNKNOWN' ? 'NOT_KNOWN' : 'TOKEN_REFUSED', field: 'token' },
    ]);
  const { id } = written.object;
  await ownOf(context).audit.append(entryOf(context, { action, outcome: 'DONE', objectId: id }));
  // read back by its id: what the answer of the POST repeats may be more than anybody should hold
  const method = await objects.see('PaymentMethod', customer.provider, id, sheet.attributes);
  return { method: method ?? null, userErrors: [] };
};

const removePaymentMethod: Resolver = async (_root, args, context) => {
  const action = 'removePaymentMethod';
  const { id } = args.input as { readonly id: string }; // by the schema
  const card = await cardFault(context, action, args.input);
  if (card !== undefined) return { done: false, userErrors: userErrors(card) };
  const { objects, operation } = context;
  const parts = idOfType(id, 'PaymentMethod');
  const sheet = objects.sheet('PaymentMethod');
  const method =
    parts !== undefined && objects.serves('PaymentMethod', parts.provider)
      ? await objects.see(
          'PaymentMethod',
          parts.provider,
          parts.id,
          sheet.attributes,
          'PAYMENT_METHOD_MANAGE',
        )
      : undefined;
  if (parts === undefined || method === undefined)
    return refused(context, action, [{ code: 'METHOD_UNKNOWN', field: 'id' }]);
  const source = sourceOf(sheet, parts.provider);
  const { kind } = await objects.systems.client.remove(source, parts.id, operation);
  if (kind !== 'DONE')
    return refused(context, action, [
      { code: kind === 'UNKNOWN' ? 'NOT_KNOWN' : 'METHOD_KEPT', field: 'id' },
    ]);
  await ownOf(context).audit.append(entryOf(context, { action, outcome: 'DONE', objectId: id }));
  return { done: true, userErrors: [] };
};

export const paymentMethods: Resolvers = {
  Mutation: { registerPaymentMethod, removePaymentMethod },
  PaymentMethod: {
    name: ({ raw }) => {
      const name = asText(raw.name);
      return name === undefined ? null : withoutCardNumber(name);
    },
    // some back ends put the whole number there
    lastFourDigits: ({ raw }) => asText(raw.lastFourDigits)?.replaceAll(/\D/g, '').slice(-4) ?? null,
  },
};
