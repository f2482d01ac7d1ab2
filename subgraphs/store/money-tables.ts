// The table of what moves money as TypeScript sees it.
import { bigint, integer, jsonb, numeric, type pgSchema, text, timestamp } from 'drizzle-orm/pg-core';
import type { Source } from '../tmf/client.ts';

const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });

/** A bill with what is paid of it, or a balance with what is put into it or taken out. */
export interface MoneyPart {
  /** Global id. */
  readonly id: string;
  readonly amount: string;
  /** What was left to pay when it was meant. */
  readonly remaining?: string;
}

export interface MoneySource extends Source {
  /** The attribute under which the back end is told our reference. */
  readonly keyPath: string;
}

export type MoneyState = 'SENDING' | 'DONE' | 'REFUSED';
export type MoneyKind = 'PAYMENT' | 'TOP_UP' | 'TRANSFER';

export function moneyTablesIn(schema: ReturnType<typeof pgSchema>) {
  const moneyAct = schema.table('money_act', {
    number: bigint('number', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    reference: text('reference').notNull(),
    actorId: text('actor_id').notNull(),
    customerId: text('customer_id').notNull(),
    kind: text('kind').$type<MoneyKind>().notNull(),
    key: text('key').notNull(),
    content: text('content').notNull(),
    source: jsonb('source').$type<MoneySource>().notNull(),
    body: jsonb('body').$type<Readonly<Record<string, unknown>>>().notNull(),
    parts: jsonb('parts').$type<readonly MoneyPart[]>().notNull(),
    methodId: text('method_id'),
    amount: numeric('amount').notNull(),
    currency: text('currency').notNull(),
    accountIds: text('account_ids').array().notNull(),
    spendKeys: text('spend_keys').array().notNull(),
    state: text('state').$type<MoneyState>().notNull(),
    refusal: text('refusal'),
    backEndId: text('back_end_id'),
    requestId: text('request_id').notNull(),
    madeAt: instant('made_at').notNull(),
    endedAt: instant('ended_at'),
    sentAt: instant('sent_at').notNull(),
    leaseUntil: instant('lease_until').notNull(),
  });
  const billingEmail = schema.table('billing_email', {
    accountId: text('account_id').primaryKey(),
    customerId: text('customer_id').notNull(),
    email: text('email').notNull(),
    code: text('code'),
    attempts: integer('attempts').notNull().default(0),
    sentAt: instant('sent_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
    verifiedAt: instant('verified_at'),
  });
  return { moneyAct, billingEmail };
}

export type MoneyAct = ReturnType<typeof moneyTablesIn>['moneyAct']['$inferSelect'];
