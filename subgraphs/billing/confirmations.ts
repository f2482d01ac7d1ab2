// Electronic confirmations: what was paid here, as it was meant and as it ended, to be read again.
import { and, desc, eq, lt } from 'drizzle-orm';
import { clientError } from '../../schema/errors.ts';
import { encodeId, idOfType } from '../../schema/id.ts';
import { made, readableAct, seenById, shownAct } from '../acts/shown.ts';
import type { Resolver, Resolvers } from '../context.ts';
import { ownOf } from '../own-acts.ts';
import { type PageArgs, pageAsked, pageOf } from '../own-page.ts';
import { actByReference } from '../store/money-acts.ts';
import type { MoneyAct, MoneyPart } from '../store/money-tables.ts';

interface ShownPart {
  readonly act: MoneyAct;
  readonly part: MoneyPart;
}

export const shownConfirmation = (act: MoneyAct) => ({
  ...shownAct(act, 'PaymentConfirmation', 'P'),
  items: act.parts.map((part) => ({ billId: part.id, part, act })),
});

const paymentConfirmation: Resolver = async (_root, { id }, context) => {
  const parts = idOfType(String(id), 'PaymentConfirmation');
  if (parts === undefined) throw clientError('INVALID_ID');
  const act = await actByReference(ownOf(context).store, parts.id);
  return act?.kind === 'PAYMENT' && readableAct(context, act, 'PAYMENT_VIEW') ? shownConfirmation(act) : null;
};

const paymentConfirmations: Resolver = async (_root, args, context) => {
  const { principal } = context.operation;
  const page = pageAsked(args as PageArgs); // by the schema
  const { db, tables } = ownOf(context).store;
  const { moneyAct } = tables;
  const rows = await db
    .select()
    .from(moneyAct)
    .where(
      and(
        eq(moneyAct.kind, 'PAYMENT'),
        principal.customerId === undefined ? undefined : eq(moneyAct.customerId, principal.customerId),
        page.before === undefined ? undefined : lt(moneyAct.number, page.before),
      ),
    )
    .orderBy(desc(moneyAct.number))
    .limit(page.limit);
  const readable = new Set(rows.filter((act) => readableAct(context, act, 'PAYMENT_VIEW')));
  const all = pageOf(
    rows,
    page,
    ({ number }) => number,
    (act) => (readable.has(act) ? shownConfirmation(act) : undefined),
  );
  const edges = all.edges.filter(({ node }) => node !== undefined);
  return { ...all, edges, nodes: edges.map(({ node }) => node) };
};

export const confirmations: Resolvers = {
  Query: { paymentConfirmation, paymentConfirmations },
  PaymentConfirmation: {
    method: (parent, _args, context) => seenById(context, made<ShownPart>(parent).act.methodId),
    payment: (parent, _args, context) => {
      const { source, backEndId } = made<ShownPart>(parent).act;
      return backEndId === null ? null : seenById(context, encodeId(source.provider, 'Payment', backEndId));
    },
  },
  ConfirmedItem: {
    bill: (parent, _args, context) => seenById(context, made<ShownPart>(parent).part.id),
    amount: (parent) => {
      const { part, act } = made<ShownPart>(parent);
      return { amount: part.amount, currency: act.currency };
    },
  },
};
