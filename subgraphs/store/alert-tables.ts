// The tables of alerts as TypeScript sees them; the migrations make them.
import { bigint, integer, numeric, type pgSchema, text, timestamp, uuid } from 'drizzle-orm/pg-core';

const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });

export function alertTablesIn(schema: ReturnType<typeof pgSchema>) {
  const alert = schema.table('alert', {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    customerId: text('customer_id').notNull(),
    actorId: text('actor_id').notNull(),
    serviceId: text('service_id'),
    accountId: text('account_id'),
    usageKind: text('usage_kind'),
    threshold: numeric('threshold').notNull(),
    unit: text('unit').notNull(),
    channel: text('channel').notNull(),
    version: integer('version').notNull().default(1),
    createdAt: instant('created_at').notNull(),
    checkedAt: instant('checked_at'),
    deletedAt: instant('deleted_at'),
  });
  const alertFiring = schema.table('alert_firing', {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    alertId: bigint('alert_id', { mode: 'number' }).notNull(),
    about: text('about').notNull(),
    period: text('period').notNull(),
    threshold: numeric('threshold').notNull(),
    name: text('name').notNull(),
    value: numeric('value').notNull(),
    unit: text('unit').notNull(),
    firedAt: instant('fired_at').notNull(),
    delivery: text('delivery').notNull(),
    reference: uuid('reference').notNull().defaultRandom(),
    leasedUntil: instant('leased_until'),
  });
  return { alert, alertFiring };
}
