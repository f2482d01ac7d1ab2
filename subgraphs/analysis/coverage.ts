// What the counts rest on: how far records were read, and which of them can't be counted.
import { sql } from 'drizzle-orm';
import { may } from '../../schema/access.ts';
import { encodeId, idOfType } from '../../schema/id.ts';
import type { SubgraphContext } from '../context.ts';
import { ownOf } from '../own-acts.ts';
import type { CallState } from './call-record.ts';
import type { Part } from './figures.ts';
import type { Subject } from './subjects.ts';
import type { Ask } from './together.ts';

interface CustomerKey {
  readonly provider: string;
  readonly customer_id: string;
}

function customersOf({ operation }: SubgraphContext, subjects: readonly Subject[]): readonly CustomerKey[] {
  const { customerId } = operation.principal;
  const own = customerId === undefined ? undefined : idOfType(customerId, 'Customer');
  const all = [
    ...subjects.map(({ provider, customerId: id }) => ({ provider, customer_id: id })),
    ...(own === undefined ? [] : [{ provider: own.provider, customer_id: own.id }]),
  ];
  return [...new Map(all.map((each) => [JSON.stringify(each), each])).values()];
}

const named = (customers: readonly CustomerKey[]) =>
  sql`jsonb_to_recordset(${JSON.stringify(customers)}::jsonb) AS k(provider text, customer_id text)`;

export async function coverage(
  context: SubgraphContext,
  ask: Ask,
  subjects: readonly Subject[],
  { fromMs, untilMs }: Part,
) {
  const { tables } = ownOf(context).store;
  const { principal, nowMs } = context.operation;
  const customers = customersOf(context, subjects);
  const seesAll = ({ provider, customer_id }: CustomerKey) => {
    const position = {
      customers: [encodeId(provider, 'Customer', customer_id)],
      services: [],
      accounts: [],
      sites: [],
    };
    return may(principal, 'CALL_ANALYSIS_VIEW', position, nowMs);
  };
  const isWhole = principal.kind !== 'ANALYTICS' && customers.length > 0 && customers.every(seesAll);
  async function notCounted() {
    const rows = await ask<{ state: CallState; count: number | string }>(
      sql`SELECT r.state, count(*) AS count FROM ${tables.callRecord} AS r
          JOIN ${tables.callSubject} AS s ON s.id = r.subject JOIN ${named(customers)} USING (provider, customer_id)
          WHERE r.state <> 'COUNTED' AND (r.started_at IS NULL
            OR (r.started_at >= ${new Date(fromMs).toISOString()}::timestamptz
              AND r.started_at < ${new Date(untilMs).toISOString()}::timestamptz)) GROUP BY 1`,
    );
    const counts = new Map(rows.map(({ state, count }) => [state, Number(count)]));
    return {
      withoutService: counts.get('NO_SERVICE') ?? 0,
      ahead: counts.get('FUTURE') ?? 0,
      unreadable: counts.get('UNREADABLE') ?? 0,
    };
  }
  const [reading] = await ask<{ read_ms: number | string | null }>(
    sql`SELECT extract(epoch FROM min(coalesce(c.read_until, 'epoch'))) * 1000 AS read_ms
        FROM ${named(customers)} LEFT JOIN ${tables.callReading} AS c USING (provider, customer_id)`,
  );
  const readMs = Number(reading?.read_ms ?? 0);
  return {
    readUntil: readMs > 0 ? new Date(readMs).toISOString() : null,
    isComplete: readMs >= untilMs,
    notCounted: async () => (isWhole ? notCounted() : null),
  };
}
