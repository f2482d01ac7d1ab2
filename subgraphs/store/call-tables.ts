// The tables of counted calls as TypeScript sees them; the migrations make them.
import { boolean, integer, type pgSchema, text, timestamp, uuid } from 'drizzle-orm/pg-core';

const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });

export function callTablesIn(schema: ReturnType<typeof pgSchema>) {
  const callSubject = schema.table('call_subject', {
    id: integer('id').primaryKey().generatedAlwaysAsIdentity(),
    provider: text('provider').notNull(),
    customerId: text('customer_id').notNull(),
    serviceId: text('service_id').notNull(),
  });
  const callRecord = schema.table('call_record', {
    record: uuid('record').primaryKey(),
    subject: integer('subject').notNull(),
    state: text('state').notNull(),
    startedAt: instant('started_at'),
    direction: text('direction').notNull(),
    answered: boolean('answered').notNull(),
    seconds: integer('seconds').notNull(),
  });
  // written and read by SQL of our own: arrays of thousands of rows at once
  const callSlot = schema.table('call_slot', { subject: integer('subject').notNull() });
  const callReading = schema.table('call_reading', {
    provider: text('provider').notNull(),
    customerId: text('customer_id').notNull(),
    readUntil: instant('read_until').notNull(),
    rereadAt: instant('reread_at').notNull(),
    leasedUntil: instant('leased_until'),
  });
  return { callSubject, callRecord, callSlot, callReading };
}
