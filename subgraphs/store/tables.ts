// The tables as TypeScript sees them; the migrations make them.
import {
  bigint,
  boolean,
  integer,
  jsonb,
  numeric,
  pgSchema,
  primaryKey,
  text,
  timestamp,
} from 'drizzle-orm/pg-core';
import { alertTablesIn } from './alert-tables.ts';
import { callTablesIn } from './call-tables.ts';
import { moneyTablesIn } from './money-tables.ts';
import { signInTablesIn } from './sign-in-tables.ts';

export type Tables = ReturnType<typeof tablesIn>;

const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });

/** The schema's name is a deployment's choice (and each test's), hence a function. */
export function tablesIn(schemaName: string) {
  const schema = pgSchema(schemaName);
  const actor = schema.table('actor', {
    actorId: text('actor_id').primaryKey(),
    kind: text('kind').notNull(),
    displayName: text('display_name'),
    customerId: text('customer_id'),
    grantVersion: integer('grant_version').notNull().default(1),
    active: boolean('active').notNull().default(true),
    createdAt: instant('created_at').notNull().defaultNow(),
    erasedAt: instant('erased_at'),
    invitedBy: text('invited_by'),
    deactivatedAt: instant('deactivated_at'),
    deactivatedBy: text('deactivated_by'),
    seedHash: text('seed_hash'),
  });
  const authorization = schema.table('authorization', {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    actorId: text('actor_id').notNull(),
    functions: text('functions').array().notNull(),
    scope: jsonb('scope').notNull(),
    validFrom: instant('valid_from'),
    validUntil: instant('valid_until'),
    createdAt: instant('created_at').notNull().defaultNow(),
    revokedAt: instant('revoked_at'),
    customerId: text('customer_id'),
    grantorId: text('grantor_id'),
    parentId: bigint('parent_id', { mode: 'number' }),
    daily: jsonb('daily'),
    amountLimit: jsonb('amount_limit'),
    version: integer('version').notNull().default(1),
    suspendedAt: instant('suspended_at'),
    suspendedBy: text('suspended_by'),
    revokedBy: text('revoked_by'),
  });
  const authority = schema.table('authority', {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    customerId: text('customer_id').notNull(),
    giverId: text('giver_id').notNull(),
    actorId: text('actor_id').notNull(),
    validFrom: instant('valid_from'),
    validUntil: instant('valid_until'),
    createdAt: instant('created_at').notNull().defaultNow(),
    withdrawnAt: instant('withdrawn_at'),
    withdrawnBy: text('withdrawn_by'),
  });
  const contract = schema.table('contract', {
    customerId: text('customer_id').primaryKey(),
    functions: text('functions').array().notNull(),
    readAt: instant('read_at').notNull(),
  });
  const spending = schema.table(
    'spending',
    {
      actorId: text('actor_id').notNull(),
      key: text('key').notNull(),
      customerId: text('customer_id').notNull(),
      function: text('function').notNull(),
      amount: numeric('amount').notNull(),
      currency: text('currency').notNull(),
      authorizationIds: bigint('authorization_ids', { mode: 'number' }).array().notNull(),
      state: text('state').notNull(),
      reservedAt: instant('reserved_at').notNull(),
    },
    (table) => [primaryKey({ columns: [table.actorId, table.key] })],
  );
  const auditEntry = schema.table('audit_entry', {
    // number and hashes are the database's to give
    seq: bigint('seq', { mode: 'number' }).primaryKey().default(0),
    atMs: bigint('at_ms', { mode: 'number' }).notNull(),
    actorId: text('actor_id').notNull(),
    customerId: text('customer_id'),
    action: text('action').notNull(),
    objectId: text('object_id'),
    outcome: text('outcome').notNull(),
    detail: text('detail'),
    requestId: text('request_id').notNull(),
    origin: text('origin'),
    times: integer('times').notNull().default(1),
    previousHash: text('previous_hash').notNull().default(''),
    hash: text('hash').notNull().default(''),
  });
  const auditHead = schema.table('audit_head', {
    seq: bigint('seq', { mode: 'number' }).notNull(),
    hash: text('hash').notNull(),
  });
  const auditOrigin = schema.table('audit_origin', {
    ref: text('ref').primaryKey(),
    actorId: text('actor_id').notNull(),
    address: text('address').notNull(),
  });
  return {
    actor,
    authorization,
    authority,
    contract,
    spending,
    auditEntry,
    auditHead,
    auditOrigin,
    ...moneyTablesIn(schema),
    ...signInTablesIn(schema),
    ...callTablesIn(schema),
    ...alertTablesIn(schema),
  };
}
