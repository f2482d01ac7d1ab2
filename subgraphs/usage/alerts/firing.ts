// A crossing told once: a row that can be made but once, then live, then through the channel until that has it.
import { randomUUID } from 'node:crypto';
import Big from 'big.js';
import { and, eq, isNull, lt, or } from 'drizzle-orm';
import { idOfType } from '../../../schema/id.ts';
import { customersFire } from '../../../schema/live.ts';
import type { Systems } from '../../loads.ts';
import type { Own } from '../../own.ts';
import type { Store } from '../../store/store.ts';

export type AlertRow = Store['tables']['alert']['$inferSelect'];
export type FiringRow = Store['tables']['alertFiring']['$inferSelect'];

export interface Crossing {
  /** The allowance or account. */
  readonly about: string;
  readonly period: string;
  readonly name: string;
  /** Decimal text. */
  readonly value: string;
  readonly unit: string;
}

export interface Telling extends Pick<Systems, 'client' | 'now'> {
  readonly own: Own;
}

/** The topic of `alerts`. */
export const ALERTS = 'alerts';

const SEND_TIMEOUT_MS = 10_000;
/** Longer than a message takes to be sent and looked for. */
const LEASE_MS = 60_000;
/** What a channel didn't take for so long isn't news any more. */
const TRIED_FOR_MS = 24 * 3_600_000;
const PENDING_AT_ONCE = 100;

/** As its row says, so that two instances that see the same crossing tell it once. */
export async function fire(telling: Telling, alert: AlertRow, crossing: Crossing): Promise<void> {
  const { own, now } = telling;
  const { db, tables } = own.store;
  const [row] = await db
    .insert(tables.alertFiring)
    .values({
      ...crossing,
      alertId: alert.id,
      threshold: alert.threshold,
      firedAt: new Date(now()),
      delivery: alert.channel === 'LIVE' ? 'LIVE' : 'PENDING',
    })
    .onConflictDoNothing()
    .returning();
  if (row === undefined) return;
  await Promise.all(customersFire(ALERTS, [alert.customerId]).map((topic) => own.bus.publish(topic, '')));
  if (row.delivery === 'PENDING') await deliver(telling, alert, row);
}

const plain = (decimal: string): string => new Big(decimal).toFixed();

const shown = (value: string, unit: string): string =>
  unit === 'PERCENT' ? `${plain(value)} %` : `${plain(value)} ${unit}`;

const MESSAGE_TYPES: Readonly<Record<string, string>> = { EMAIL: 'Email', SMS: 'SMS', PUSH: 'MobileAppPush' };

function messageOf(alert: AlertRow, row: FiringRow, customer: string) {
  const what = alert.accountId === null ? 'used' : 'spent';
  return {
    messageType: MESSAGE_TYPES[alert.channel] ?? alert.channel,
    subject: `${row.name}: ${shown(row.threshold, alert.unit)} ${what}`,
    content: `${row.name}: ${shown(row.value, row.unit)} ${what}. You asked to be told at ${shown(row.threshold, alert.unit)}.`,
    priority: 'normal',
    sender: { id: 'ssm-gateway', name: 'Self-service' },
    receiver: [{ id: '1', party: { id: customer, role: 'customer', '@referredType': 'Customer' } }],
    '@type': 'CommunicationMessage',
  };
}

async function deliver({ own, client, now }: Telling, alert: AlertRow, row: FiringRow): Promise<void> {
  const { db, tables } = own.store;
  const { alertFiring } = tables;
  const nowMs = now();
  const customer = idOfType(alert.customerId, 'Customer');
  const settle = (delivery: 'SENT' | 'FAILED') =>
    db.update(alertFiring).set({ delivery, leasedUntil: null }).where(eq(alertFiring.id, row.id));
  if (customer === undefined || nowMs - row.firedAt.getTime() > TRIED_FOR_MS) {
    await settle('FAILED');
    return;
  }
  const { provider } = customer;
  if (!client.providersOf('TMF681').includes(provider)) return;
  const leasedUntil = new Date(nowMs + LEASE_MS);
  const [taken] = await db
    .update(alertFiring)
    .set({ leasedUntil })
    .where(
      and(
        eq(alertFiring.id, row.id),
        eq(alertFiring.delivery, 'PENDING'),
        or(isNull(alertFiring.leasedUntil), lt(alertFiring.leasedUntil, new Date(nowMs))),
      ),
    )
    .returning({ id: alertFiring.id });
  if (taken === undefined) return;
  // what took longer than its lease may be another's by now
  const release = () =>
    db
      .update(alertFiring)
      .set({ leasedUntil: null })
      .where(and(eq(alertFiring.id, row.id), eq(alertFiring.leasedUntil, leasedUntil)));
  const sending = client.create(
    { provider, api: 'TMF681', resource: 'communicationMessage' },
    {
      body: messageOf(alert, row, customer.id),
      // looked for before it is sent: what was sent before a crash isn't sent again
      key: { path: 'description', value: `ssm-gateway alert ${row.reference}` },
    },
    {
      requestId: randomUUID(),
      deadlineMs: nowMs + SEND_TIMEOUT_MS,
      signal: AbortSignal.timeout(SEND_TIMEOUT_MS),
    },
  );
  // a write that rejects did nothing: the next round may send it at once
  const written = await sending.catch(async (error: unknown) => {
    await release();
    throw error;
  });
  // an answer that was lost is looked for when the lease is over
  if (written.kind !== 'UNKNOWN') await settle(written.kind === 'DONE' ? 'SENT' : 'FAILED');
}

/** What a channel didn't take when it was told, or a crash left. */
export async function deliverPending(telling: Telling, onFault: (error: unknown) => void): Promise<void> {
  const { db, tables } = telling.own.store;
  const { alert, alertFiring } = tables;
  const rows = await db
    .select({ alert, firing: alertFiring })
    .from(alertFiring)
    .innerJoin(alert, eq(alert.id, alertFiring.alertId))
    .where(eq(alertFiring.delivery, 'PENDING'))
    .orderBy(alertFiring.firedAt)
    .limit(PENDING_AT_ONCE);
  for (const row of rows) await deliver(telling, row.alert, row.firing).catch(onFault);
}
