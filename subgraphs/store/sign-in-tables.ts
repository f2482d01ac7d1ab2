// The tables of sign-in and security alarms as TypeScript sees them.
import { bigint, integer, jsonb, type pgSchema, text, timestamp } from 'drizzle-orm/pg-core';

const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });

export function signInTablesIn(schema: ReturnType<typeof pgSchema>) {
  const credential = schema.table('credential', {
    actorId: text('actor_id').primaryKey(),
    passwordHash: text('password_hash'),
    passwordSetAt: instant('password_set_at'),
    totpSecret: text('totp_secret'),
    totpConfirmedAt: instant('totp_confirmed_at'),
    totpLastStep: bigint('totp_last_step', { mode: 'number' }),
  });
  const recoveryCode = schema.table('recovery_code', {
    hash: text('hash').primaryKey(),
    actorId: text('actor_id').notNull(),
  });
  const signInChallenge = schema.table('sign_in_challenge', {
    hash: text('hash').primaryKey(),
    actorId: text('actor_id').notNull(),
    expiresAt: instant('expires_at').notNull(),
    attempts: integer('attempts').notNull().default(0),
  });
  const tokenFamily = schema.table('token_family', {
    id: text('id').primaryKey(),
    actorId: text('actor_id').notNull(),
    origin: text('origin'),
    createdAt: instant('created_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
    endedAt: instant('ended_at'),
    endedBy: text('ended_by'),
  });
  const refreshToken = schema.table('refresh_token', {
    hash: text('hash').primaryKey(),
    familyId: text('family_id').notNull(),
    expiresAt: instant('expires_at').notNull(),
    usedAt: instant('used_at'),
  });
  const passwordLink = schema.table('password_link', {
    hash: text('hash').primaryKey(),
    actorId: text('actor_id').notNull(),
    expiresAt: instant('expires_at').notNull(),
  });
  const signInDelay = schema.table('sign_in_delay', {
    key: text('key').primaryKey(),
    attempts: integer('attempts').notNull(),
    lastAt: instant('last_at').notNull(),
    openAt: instant('open_at').notNull(),
  });
  const tokenKey = schema.table('token_key', {
    kid: text('kid').primaryKey(),
    jwk: jsonb('jwk').notNull(),
    createdAt: instant('created_at').notNull(),
  });
  const sealingKey = schema.table('sealing_key', {
    id: text('id').primaryKey(),
    registeredAt: instant('registered_at').notNull(),
  });
  const securityAlarm = schema.table('security_alarm', {
    id: text('id').primaryKey(),
    kind: text('kind').notNull(),
    actorId: text('actor_id'),
    customerId: text('customer_id'),
    origin: text('origin'),
    firstAt: instant('first_at').notNull(),
    lastAt: instant('last_at').notNull(),
    times: integer('times').notNull().default(1),
    reportedAt: instant('reported_at'),
  });
  return {
    credential,
    recoveryCode,
    signInChallenge,
    tokenFamily,
    refreshToken,
    passwordLink,
    signInDelay,
    tokenKey,
    sealingKey,
    securityAlarm,
  };
}
