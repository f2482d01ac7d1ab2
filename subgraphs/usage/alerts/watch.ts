// Watches thresholds: when the charging system tells of usage, and behind answers for what nobody told of.
import { randomUUID } from 'node:crypto';
import Big from 'big.js';
import { and, inArray, isNull, sql } from 'drizzle-orm';
import { may, type SsmFunction } from '../../../schema/access.ts';
import { encodeId, idOfType } from '../../../schema/id.ts';
import type { Operation } from '../../../schema/ports.ts';
import { reference } from '../../item.ts';
import type { Systems } from '../../loads.ts';
import type { Surroundings } from '../../modules.ts';
import { objectsOf } from '../../objects.ts';
import type { Own } from '../../own.ts';
import { readPrincipal } from '../../store/grants.ts';
import { asMoney, asText } from '../../tmf/read.ts';
import { bucketsByService, type Metered } from '../bucket.ts';
import { monthOf, usageCrossing } from './crossing.ts';
import { type AlertRow, deliverPending, fire } from './firing.ts';

const CHECKED_EACH_MS = 60_000;
const CHECKED_AT_ONCE = 200;
const ASK_TIMEOUT_MS = 10_000;

interface Watching extends Systems {
  readonly own: Own;
}

const callNow = (now: () => number) => ({
  requestId: randomUUID(),
  deadlineMs: now() + ASK_TIMEOUT_MS,
  signal: AbortSignal.timeout(ASK_TIMEOUT_MS),
});

/** Whether who set it may still know: grants, contract and scope as they are now. */
async function mayKnow(systems: Watching, alert: AlertRow): Promise<boolean> {
  const { own, now } = systems;
  const nowMs = now();
  const principal = await readPrincipal(own.store, alert.actorId, nowMs);
  if (principal?.customerId !== alert.customerId) return false;
  const fn = alert.serviceId === null ? 'CHARGE_VIEW' : 'USAGE_VIEW';
  const contract = await own.contracts.read(alert.customerId);
  if (!contract.has(fn) || !contract.has('ALERT_VIEW')) return false;
  const operation: Operation = { ...callNow(now), principal, nowMs };
  const id = alert.serviceId ?? alert.accountId ?? '';
  const type = alert.serviceId === null ? 'BillingAccount' : 'Service';
  const parts = idOfType(id, type);
  if (parts === undefined) return false;
  const position = await objectsOf(systems, operation).position(reference(type, parts.provider, parts.id));
  const needed: readonly SsmFunction[] = [fn, 'ALERT_VIEW'];
  return needed.every((each) => may(principal, each, position, nowMs));
}

async function tell(systems: Watching, alert: AlertRow, buckets: Metered['buckets']): Promise<void> {
  const crossings = buckets.flatMap((bucket) => usageCrossing(alert, bucket, systems.now()) ?? []);
  if (crossings.length === 0 || !(await mayKnow(systems, alert))) return;
  for (const crossing of crossings) await fire(systems, alert, crossing);
}

const alertsOf = ({ own }: Watching, services: readonly string[]) => {
  const { alert } = own.store.tables;
  return own.store.db
    .select()
    .from(alert)
    .where(and(inArray(alert.serviceId, [...services]), isNull(alert.deletedAt)));
};

const withOwn = (systems: Systems): Watching | undefined =>
  systems.own === undefined ? undefined : { ...systems, own: systems.own };

/** The charging system has told the whole state of these services. */
export async function usageTold(
  systems: Systems,
  provider: string,
  metered: ReadonlyMap<string, Metered>,
): Promise<void> {
  const watching = withOwn(systems);
  if (watching === undefined || metered.size === 0) return;
  const ids = new Map([...metered.keys()].map((id) => [encodeId(provider, 'Service', id), id]));
  const alerts = await alertsOf(watching, [...ids.keys()]);
  // one that can't be told now keeps none of the others back: the next round looks at it again
  await Promise.allSettled(
    alerts.map((alert) =>
      tell(watching, alert, metered.get(ids.get(alert.serviceId ?? '') ?? '')?.buckets ?? []),
    ),
  );
}

/** Something was used: what is left is asked for where somebody wants to be told. */
export async function usageHappened(
  systems: Systems,
  provider: string,
  services: readonly string[],
): Promise<void> {
  const watching = withOwn(systems);
  if (watching === undefined || services.length === 0) return;
  const found = await alertsOf(
    watching,
    services.map((id) => encodeId(provider, 'Service', id)),
  );
  await checkUsage(watching, found);
}

async function checkUsage(systems: Watching, alerts: readonly AlertRow[]): Promise<void> {
  const parts = alerts.flatMap((alert) => {
    const service = alert.serviceId === null ? undefined : idOfType(alert.serviceId, 'Service');
    return service === undefined ? [] : [{ alert, service }];
  });
  for (const provider of new Set(parts.map(({ service }) => service.provider))) {
    const ofProvider = parts.filter(({ service }) => service.provider === provider);
    const services = new Set(ofProvider.map(({ service }) => service.id));
    const answer = await systems.client.task(
      { provider, api: 'TMF677', resource: 'queryUsageConsumption' },
      { searchCriteria: { service: [...services].map((id) => ({ id })) } },
      callNow(systems.now),
    );
    const metered = bucketsByService(answer, services);
    const told = await Promise.allSettled(
      ofProvider.map(({ alert, service }) => tell(systems, alert, metered.get(service.id)?.buckets ?? [])),
    );
    for (const each of told) if (each.status === 'rejected') throw each.reason;
  }
}

/** Charges of the calendar month (UTC) so far, tax included, in the alert's currency. */
async function checkSpending(systems: Watching, alert: AlertRow): Promise<void> {
  const account = alert.accountId === null ? undefined : idOfType(alert.accountId, 'BillingAccount');
  if (account === undefined) return;
  const month = monthOf(systems.now());
  const charges = await systems.client.many(
    { provider: account.provider, api: 'TMF678', resource: 'appliedCustomerBillingRate' },
    [account.id],
    {
      by: 'billingAccount.id',
      fields: ['id', 'date', 'taxIncludedAmount', 'billingAccount'],
      filter: { 'date.gte': `${month}-01T00:00:00.000Z` },
    },
    callNow(systems.now),
  );
  const spent = charges
    .flatMap((charge) => asMoney(charge.taxIncludedAmount) ?? [])
    .filter(({ currency }) => currency === alert.unit)
    .reduce((sum, { amount }) => sum.plus(amount), new Big(0));
  if (spent.lt(alert.threshold) || !(await mayKnow(systems, alert))) return;
  const name = asText((charges[0]?.billingAccount as { name?: unknown } | undefined)?.name) ?? 'Spending';
  await fire(systems, alert, {
    about: account.id,
    period: month,
    name,
    value: spent.toFixed(2),
    unit: alert.unit,
  });
}

/** One round: alerts that nobody has looked at for a while, each by one instance; and messages that wait. */
export async function watchRound(
  systems: Systems,
  { onFault }: Pick<Surroundings, 'onFault'>,
): Promise<void> {
  const watching = withOwn(systems);
  if (watching === undefined) return;
  const { db, tables } = watching.own.store;
  const now = new Date(watching.now());
  const fault = (error: unknown) => onFault(error, 'alert');
  for (;;) {
    const due = sql`SELECT id FROM ${tables.alert} WHERE deleted_at IS NULL
      AND (checked_at IS NULL OR checked_at <= ${new Date(now.getTime() - CHECKED_EACH_MS).toISOString()}::timestamptz)
      ORDER BY checked_at NULLS FIRST LIMIT ${CHECKED_AT_ONCE} FOR UPDATE SKIP LOCKED`;
    const alerts = await db
      .update(tables.alert)
      .set({ checkedAt: now })
      .where(sql`${tables.alert.id} IN (${due})`)
      .returning();
    await checkUsage(
      watching,
      alerts.filter(({ serviceId }) => serviceId !== null),
    ).catch(fault);
    for (const alert of alerts.filter(({ accountId }) => accountId !== null))
      await checkSpending(watching, alert).catch(fault);
    if (alerts.length < CHECKED_AT_ONCE) break;
  }
  await deliverPending(watching, fault);
}

/** An alert that was just set: what is over already is told now. */
export async function checkNow(systems: Systems, alert: AlertRow): Promise<void> {
  const watching = withOwn(systems);
  if (watching === undefined) return;
  await (alert.serviceId === null ? checkSpending(watching, alert) : checkUsage(watching, [alert]));
}
