// `alerts`: mine, or all of the customer's for its managers, with what each has told; without what isn't mine to see any more.

import Big from 'big.js';
import { and, asc, eq, isNull } from 'drizzle-orm';
import { actsAsManager } from '../../../schema/access.ts';
import { encodeId, idOfType } from '../../../schema/id.ts';
import type { SubgraphContext } from '../../context.ts';
import { type Item, reference } from '../../item.ts';
import { firedOf } from './alert-store.ts';
import { PERCENT } from './crossing.ts';
import type { AlertRow, FiringRow } from './firing.ts';

const MAX_SHOWN = 500;
const MAX_FIRINGS = 20;

function itemOf(id: string | null, type: string): Item | null {
  const parts = id === null ? undefined : idOfType(id, type);
  return parts === undefined ? null : reference(type, parts.provider, parts.id);
}

const decimal = (value: string): string => new Big(value).toFixed();

const amountIn = (value: string, unit: string) => ({
  percent: unit === PERCENT ? Number(value) : null,
  amount: unit === PERCENT ? null : decimal(value),
  unit: unit === PERCENT ? null : unit,
});

const shownFiring = (row: FiringRow) => ({
  at: row.firedAt.toISOString(),
  name: row.name,
  threshold: amountIn(row.threshold, row.unit),
  value: amountIn(row.value, row.unit),
  delivery: row.delivery,
});

const shown = (row: AlertRow, firings: readonly FiringRow[]) => ({
  id: encodeId('gateway', 'Alert', String(row.id)),
  version: row.version,
  service: itemOf(row.serviceId, 'Service'),
  account: itemOf(row.accountId, 'BillingAccount'),
  usageKind: row.usageKind,
  threshold: amountIn(row.threshold, row.unit),
  channel: row.channel,
  setBy: row.actorId,
  setAt: row.createdAt.toISOString(),
  firings: firings
    .filter(({ alertId }) => alertId === row.id)
    .slice(0, MAX_FIRINGS)
    .map(shownFiring),
});

export async function shownAlert({ objects }: SubgraphContext, row: AlertRow) {
  const { own } = objects.systems;
  return shown(row, own === undefined ? [] : await firedOf(own, [row.id]));
}

export async function alerts({ operation, objects }: SubgraphContext) {
  const { principal, nowMs } = operation;
  const { own } = objects.systems;
  if (own === undefined) throw new Error('alerts need a store');
  if (principal.customerId === undefined) return [];
  const { alert } = own.store.tables;
  const mine = actsAsManager(principal, nowMs) ? undefined : eq(alert.actorId, principal.actorId);
  const rows = await own.store.db
    .select()
    .from(alert)
    .where(and(eq(alert.customerId, principal.customerId), isNull(alert.deletedAt), mine))
    .orderBy(asc(alert.id))
    .limit(MAX_SHOWN);
  const verdicts = await Promise.all(
    rows.map(async (row) => {
      const item = itemOf(row.serviceId, 'Service') ?? itemOf(row.accountId, 'BillingAccount');
      return (
        item !== null && objects.serves(item.__typename, item.provider) && objects.mayUse('ALERT_VIEW', item)
      );
    }),
  );
  const seen = rows.filter((_, at) => verdicts[at] === true);
  const firings =
    seen.length === 0
      ? []
      : await firedOf(
          own,
          seen.map(({ id }) => id),
        );
  return seen.map((row) => shown(row, firings));
}
