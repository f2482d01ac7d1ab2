// Setting, changing and deleting alerts: what can't be one is told with its field; every change is audited with it.
import { and, eq, isNull, sql } from 'drizzle-orm';
import { actsAsManager, type SsmFunction } from '../../../schema/access.ts';
import { clientError } from '../../../schema/errors.ts';
import { encodeId, idOfType } from '../../../schema/id.ts';
import { customersFire } from '../../../schema/live.ts';
import type { Resolver, SubgraphContext } from '../../context.ts';
import { reference } from '../../item.ts';
import type { Own } from '../../own.ts';
import { entryOf, ownOf } from '../../own-acts.ts';
import { alertById } from './alert-store.ts';
import { PERCENT } from './crossing.ts';
import { ALERTS, type AlertRow } from './firing.ts';
import { shownAlert } from './list.ts';
import { checkNow } from './watch.ts';

const MESSAGES = {
  TARGET_INVALID: 'Name either a service or an account.',
  THRESHOLD_INVALID:
    'Give either a percentage, more than 0 and at most 100, or an amount of more than 0 with its unit; for an account an amount with its currency.',
  NOT_FOUND: 'It is not there, or not yours to be told of.',
  ALERT_EXISTS: 'There is such an alert already.',
  TOO_MANY_ALERTS: 'You have as many alerts as anybody may have.',
  CONFLICT: 'It was changed meanwhile: read it again.',
} as const;

type Code = keyof typeof MESSAGES;

const MAX_ALERTS = 200;

const fault = (code: Code, field: string | null = null) => ({
  alert: null,
  userErrors: [{ code, message: MESSAGES[code], field }],
});

interface Threshold {
  readonly percent?: number | null;
  readonly amount?: string | null;
  readonly unit?: string | null;
}

interface Target {
  readonly serviceId?: string | null;
  readonly accountId?: string | null;
}

interface SetInput extends Threshold, Target {
  readonly usageKind?: string | null;
  readonly channel: string;
}

/** Undefined for what is no threshold. */
function thresholdOf(
  { percent, amount, unit }: Threshold,
  isAccount: boolean,
): { readonly threshold: string; readonly unit: string } | undefined {
  const isPercent = percent !== undefined && percent !== null;
  const isAmount = amount !== undefined && amount !== null;
  if (isPercent === isAmount) return undefined;
  if (isPercent) {
    if (isAccount || unit || !(percent > 0 && percent <= 100)) return undefined;
    return { threshold: String(percent), unit: PERCENT };
  }
  const isUnit = isAccount ? /^[A-Z]{3}$/ : /^[A-Za-z][A-Za-z/ ]{0,19}$/;
  if (!/^\d{1,12}(\.\d{1,6})?$/.test(amount ?? '') || !/[1-9]/.test(amount ?? '')) return undefined;
  return unit && isUnit.test(unit) && unit.toUpperCase() !== PERCENT
    ? { threshold: amount ?? '', unit }
    : undefined;
}

/** Whether the principal may set alerts on it, and may know what they will tell. */
async function mayWatch({ objects }: SubgraphContext, { serviceId, accountId }: Target): Promise<boolean> {
  const type = serviceId ? 'Service' : 'BillingAccount';
  const parts = idOfType(serviceId ?? accountId ?? '', type);
  if (parts === undefined) throw clientError('INVALID_ID');
  if (!objects.serves(type, parts.provider)) return false;
  const needed: readonly SsmFunction[] = ['ALERT_SET', serviceId ? 'USAGE_VIEW' : 'CHARGE_VIEW'];
  const item = reference(type, parts.provider, parts.id);
  const verdicts = await Promise.all(needed.map((fn) => objects.mayUse(fn, item)));
  return verdicts.every((each) => each);
}

const alertId = (id: number): string => encodeId('gateway', 'Alert', String(id));

function numberIn(id: unknown): number {
  const parts = typeof id === 'string' ? idOfType(id, 'Alert') : undefined;
  return parts?.provider === 'gateway' && /^\d{1,15}$/.test(parts.id) ? Number(parts.id) : -1;
}

type Work = (db: Own['store']['db']) => Promise<AlertRow | undefined>;

/** The change and its audit entry, both or neither; then everybody of the customer hears of it. */
async function changing(context: SubgraphContext, action: string, work: Work): Promise<AlertRow | undefined> {
  const own = ownOf(context);
  const row = await own.store.db.transaction(async (tx) => {
    const changed = await work(tx);
    if (changed === undefined) return undefined;
    await own.audit.append(
      {
        ...entryOf(context, { action, outcome: 'DONE', objectId: alertId(changed.id) }),
        customerId: encodeIdOf(changed),
      },
      tx,
    );
    return changed;
  });
  if (row !== undefined)
    await Promise.all(customersFire(ALERTS, [row.customerId]).map((topic) => own.bus.publish(topic, '')));
  return row;
}

// as it was written from a principal's
const encodeIdOf = (row: AlertRow) => row.customerId as ReturnType<typeof encodeId>;

/** What is over already is told now; a back end that doesn't answer is asked again by the next round. */
async function settled(context: SubgraphContext, row: AlertRow) {
  await checkNow(context.objects.systems, row).catch(() => {});
  return { alert: await shownAlert(context, row), userErrors: [] };
}

export const setAlert: Resolver = async (_root, args, context) => {
  const input = args.input as SetInput; // graphql has checked it
  const { principal, nowMs } = context.operation;
  const { customerId, actorId } = principal;
  if (customerId === undefined) throw clientError('FORBIDDEN');
  if (Boolean(input.serviceId) === Boolean(input.accountId)) return fault('TARGET_INVALID', 'serviceId');
  const threshold = thresholdOf(input, Boolean(input.accountId));
  if (threshold === undefined)
    return fault('THRESHOLD_INVALID', input.percent == null ? 'amount' : 'percent');
  if (!(await mayWatch(context, input)))
    return fault('NOT_FOUND', input.serviceId ? 'serviceId' : 'accountId');
  const { alert } = ownOf(context).store.tables;
  let isFull = false;
  const row = await changing(context, 'setAlert', async (tx) => {
    const mine = and(eq(alert.actorId, actorId), isNull(alert.deletedAt));
    // two at once may both be the last one: one more than the bound does no harm
    if ((await tx.$count(alert, mine)) >= MAX_ALERTS) {
      isFull = true;
      return undefined;
    }
    const [made] = await tx
      .insert(alert)
      .values({
        ...threshold,
        customerId,
        actorId,
        serviceId: input.serviceId ?? null,
        accountId: input.accountId ?? null,
        usageKind: input.accountId ? null : (input.usageKind ?? null),
        channel: input.channel,
        createdAt: new Date(nowMs),
      })
      .onConflictDoNothing()
      .returning();
    return made;
  });
  if (row === undefined) return fault(isFull ? 'TOO_MANY_ALERTS' : 'ALERT_EXISTS');
  return settled(context, row);
};

/** Mine, or any of the customer's for its managers; another's looks like none. */
async function changeable(context: SubgraphContext, id: unknown): Promise<AlertRow | undefined> {
  const { principal, nowMs } = context.operation;
  const row = await alertById(ownOf(context), numberIn(id));
  if (row === undefined || row.customerId !== principal.customerId) return undefined;
  return row.actorId === principal.actorId || actsAsManager(principal, nowMs) ? row : undefined;
}

export const changeAlert: Resolver = async (_root, args, context) => {
  const input = args.input as Threshold & { id: string; version: number; channel?: string | null }; // graphql has checked it
  const row = await changeable(context, input.id);
  if (row === undefined || !(await mayWatch(context, row))) return fault('NOT_FOUND', 'id');
  if (row.version !== input.version) return fault('CONFLICT', 'version');
  const isAsBefore = [input.percent, input.amount, input.unit].every(
    (each) => each === undefined || each === null,
  );
  const threshold = isAsBefore
    ? { threshold: row.threshold, unit: row.unit }
    : thresholdOf(input, row.accountId !== null);
  if (threshold === undefined)
    return fault('THRESHOLD_INVALID', input.percent == null ? 'amount' : 'percent');
  const { alert } = ownOf(context).store.tables;
  let isTwice = false;
  const changed = await changing(context, 'changeAlert', async (tx) => {
    const same = await tx
      .select({ id: alert.id })
      .from(alert)
      .where(
        sql`actor_id = ${row.actorId} AND coalesce(service_id, account_id) = ${row.serviceId ?? row.accountId}
          AND coalesce(usage_kind, '') = ${row.usageKind ?? ''} AND threshold = ${threshold.threshold}::numeric
          AND unit = ${threshold.unit} AND deleted_at IS NULL AND id <> ${row.id}`,
      );
    isTwice = same.length > 0;
    if (isTwice) return undefined;
    const [made] = await tx
      .update(alert)
      .set({ ...threshold, channel: input.channel ?? row.channel, version: row.version + 1 })
      .where(and(eq(alert.id, row.id), eq(alert.version, input.version), isNull(alert.deletedAt)))
      .returning();
    return made;
  });
  if (changed === undefined) return fault(isTwice ? 'ALERT_EXISTS' : 'CONFLICT');
  return settled(context, changed);
};

export const deleteAlert: Resolver = async (_root, args, context) => {
  const { id } = args.input as { id: string }; // graphql has checked it
  const row = await changeable(context, id);
  if (row === undefined) return { deletedId: null, userErrors: fault('NOT_FOUND', 'id').userErrors };
  const { alert } = ownOf(context).store.tables;
  await changing(context, 'deleteAlert', async (tx) => {
    const [gone] = await tx
      .update(alert)
      .set({ deletedAt: new Date(context.operation.nowMs) })
      .where(and(eq(alert.id, row.id), isNull(alert.deletedAt)))
      .returning();
    return gone;
  });
  return { deletedId: alertId(row.id), userErrors: [] };
};
