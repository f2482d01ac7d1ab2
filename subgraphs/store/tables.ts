// The tables as TypeScript sees them; the migrations make them.
import { bigint, boolean, integer, jsonb, pgSchema, text, timestamp } from 'drizzle-orm/pg-core';

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
  });
  return { actor, authorization };
}
