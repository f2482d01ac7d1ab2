// What the billing data sheet can't say: sums of charges, for an account so far and by number in a period.

import { recover } from '../acts/recover.ts';
import { made, seenById } from '../acts/shown.ts';
import type { Resolvers, SubgraphContext } from '../context.ts';
import type { FileHandlers } from '../files.ts';
import { backEndId, type Item } from '../item.ts';
import { instantMs } from '../tmf/read.ts';
import { downloadUrl, openBillDocument } from './bill-document.ts';
import { billSummary, type SummaryAsk } from './bill-summary.ts';
import { changeBilling } from './change-billing.ts';
import { confirmations } from './confirmations.ts';
import { usageContrast } from './contrast.ts';
import type { ContrastInput } from './contrast-ask.ts';
import { cancelElectronicBill, confirmElectronicBill, requestElectronicBill } from './electronic-bill.ts';
import { billForecast } from './forecast.ts';
import { pay } from './pay.ts';
import { paymentMethods } from './payment-methods.ts';
import { billing, billingOptions } from './settings.ts';
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

/** Payments are written down before they are sent. */
export const keepsState = true;

export const work = recover;

export const resolvers: Resolvers = {
  ...confirmations,
  ...paymentMethods,
  Mutation: {
    ...paymentMethods.Mutation,
    pay,
    changeBilling,
    requestElectronicBill,
    confirmElectronicBill,
    cancelElectronicBill,
  },
  BillingChangePayload: {
    account: (parent, _args, context) => seenById(context, made<{ accountId?: string }>(parent).accountId),
  },
  Query: {
    ...confirmations.Query,
    billingOptions,
    spendByNumber: (_root, args, context) => spend(args.input as SpendInput, context), // graphql has checked it
    usageContrast: (_root, args, context) => usageContrast(args.input as ContrastInput, context), // graphql has checked it
  },
  BillingAccount: {
    billing,
    chargesSoFar: (account, _args, context) => chargesSoFar(account, context),
    forecast: (account, _args, context) => billForecast(account, context),
  },
  CustomerBill: {
    summary: (bill, args, context) => billSummary(bill, args as SummaryAsk, context), // graphql has checked them
  },
  BillDocument: {
    downloadUrl: (document) => downloadUrl(document),
  },
};

export const files: FileHandlers = { BillDocument: openBillDocument };
