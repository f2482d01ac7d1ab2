// A year of a call centre with two million records: how long it takes to count them, and to answer over them.
// DATABASE_URL=postgres://… node --import ./schema/typescript.mjs test/bench/call-year.ts [records]
import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { encodeId } from '../../schema/id.ts';
import type { Principal } from '../../schema/principal.ts';
import { callAnalysis } from '../../subgraphs/analysis/call-analysis.ts';
import { recount } from '../../subgraphs/analysis/recount.ts';
import { rowsOf } from '../../subgraphs/analysis/rollups.ts';
import type { SubgraphContext } from '../../subgraphs/context.ts';
import { openStore, type Store } from '../../subgraphs/store/store.ts';

const RECORDS = Number(process.argv[2] ?? 2_000_000);
const DAYS = 365;
const LINES = 40;
const GROUPS = ['Reception', 'Sales', 'Support', 'Billing', 'Repairs', ''];
const FROM = '2025-11-15';
const UNTIL = '2026-11-15';
const ROUNDS = 5;

/** Calls from eight to eight, more of them at eleven; a tenth is lost; drawn by the database. */
async function load({ db, tables }: Store): Promise<void> {
  await db.execute(
    sql`INSERT INTO ${tables.callSubject} (provider, customer_id, service_id) VALUES ('home', 'cust', 'svc')`,
  );
  const [subject] = await rowsOf<{ id: number }>(db, sql`SELECT id FROM ${tables.callSubject}`);
  const aDay = Math.ceil(RECORDS / DAYS);
  const group = (seed: string) =>
    sql.raw(`(ARRAY['${GROUPS.join("','")}'])[1 + floor(${seed} * ${GROUPS.length})::int]`);
  for (let day = 0; day < DAYS; day += 1)
    await db.execute(sql`
      INSERT INTO ${tables.callRecord}
      SELECT gen_random_uuid(), ${subject?.id ?? 0}, 'COUNTED',
        ${FROM}::date + ${day}::integer * interval '1 day' + interval '8 hours' + (a + b) * interval '6 hours',
        CASE WHEN c < 0.9 THEN 'IN' ELSE 'OUT' END, d > 0.1,
        CASE WHEN d > 0.1 THEN 10 + floor(-180 * ln(e))::integer ELSE 0 END,
        CASE WHEN c < 0.9 THEN CASE WHEN g < 0.15 THEN ${group('f')} ELSE '' END ELSE ${group('f')} END,
        CASE WHEN c < 0.9 THEN ${group('h')} ELSE '' END,
        'seat ' || floor(i * ${LINES}::integer), 0, now()
      FROM (SELECT random() AS a, random() AS b, random() AS c, random() AS d, 1 - random() AS e, random() AS f,
          random() AS g, random() AS h, random() AS i FROM generate_series(1, ${aDay}::integer)) AS r`);
}

function contextOn(store: Store): SubgraphContext {
  const customer = encodeId('home', 'Customer', 'cust');
  const principal: Principal = {
    actorId: 'bench',
    kind: 'MANAGER',
    customerId: customer,
    grants: [{ functions: ['CALL_ANALYSIS_VIEW'], scope: { kind: 'CUSTOMER' } }],
    grantVersion: '1',
  };
  const operation = { principal, nowMs: Date.parse('2026-11-15T00:00:00Z') };
  const objects = { systems: { own: { store } }, reads: { saw: () => {} }, serves: () => false, operation };
  // as much of it as counted calls need
  return { operation, objects } as unknown as SubgraphContext;
}

async function timed(name: string, work: () => Promise<unknown>): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const startMs = performance.now();
    await work();
    times.push(performance.now() - startMs);
  }
  times.sort((a, b) => a - b);
  console.log(
    `${name.padEnd(44)} median ${times[Math.floor(ROUNDS / 2)]?.toFixed(0)} ms, worst ${times.at(-1)?.toFixed(0)} ms`,
  );
}

async function sizes({ db, tables }: Store): Promise<void> {
  for (const [name, table] of Object.entries({ records: tables.callRecord, rollups: tables.callSlot })) {
    const [row] = await rowsOf<{ rows: string; bytes: string }>(
      db,
      sql`SELECT count(*) AS rows, (SELECT pg_total_relation_size(max(t.tableoid)) FROM ${table} AS t) AS bytes FROM ${table}`,
    );
    console.log(`${name}: ${row?.rows} rows, ${Math.round(Number(row?.bytes) / 1e6)} MB`);
  }
}

async function main(): Promise<void> {
  const databaseUrl = process.env.DATABASE_URL;
  const schema = `bench_${randomUUID().slice(0, 8)}`;
  const store = await openStore(databaseUrl === undefined ? { inMemory: true } : { databaseUrl, schema });
  try {
    const startMs = performance.now();
    await load(store);
    console.log(`${RECORDS} records loaded in ${((performance.now() - startMs) / 1000).toFixed(0)} s`);
    const countMs = performance.now();
    const counted = await recount(store);
    console.log(`${counted} records counted anew in ${((performance.now() - countMs) / 1000).toFixed(0)} s`);
    await store.db.execute(sql`ANALYZE ${store.tables.callSlot}`);
    await sizes(store);
    const analysis = () => callAnalysis({ from: FROM, until: UNTIL, zone: 'Europe/Paris' }, contextOn(store));
    const [brute] = await rowsOf<{ received: string; talk: string }>(
      store.db,
      sql`SELECT count(*) FILTER (WHERE direction = 'IN') AS received,
            sum(seconds) AS talk FROM ${store.tables.callRecord}`,
    );
    const totals = await (
      await callAnalysis({ from: '2025-11-14', until: '2026-11-16', zone: 'UTC' }, contextOn(store))
    ).totals();
    console.log(
      `one by one ${brute?.received} calls, ${brute?.talk} s; rollups ${totals?.received}, ${totals?.trafficSeconds}`,
    );
    await timed('totals', async () => (await analysis()).totals());
    await timed('totals with a percentile', async () =>
      (await (await analysis()).totals())?.durationPercentile({ percent: 90 }),
    );
    await timed('365 days', async () => (await analysis()).series({ by: 'DAY' }));
    await timed('12 months', async () => (await analysis()).series({ by: 'MONTH' }));
    await timed('busy window', async () => (await analysis()).busyWindow());
    await timed('peak hour', async () => (await analysis()).peak());
    await timed('groups', async () => (await analysis()).groups());
    await timed('flows', async () => (await analysis()).flows());
    await timed('lines', async () => (await analysis()).lines());
    await timed('the whole screen', async () => {
      const one = await analysis();
      const totals = await one.totals();
      await Promise.all([
        totals?.durationPercentile({ percent: 90 }),
        one.before(),
        one.series({ by: 'DAY' }),
        one.busyWindow(),
        one.peak(),
        one.groups(),
        one.flows(),
        one.lines(),
        one.coverage(),
      ]);
    });
  } finally {
    if (databaseUrl !== undefined)
      await store.db.execute(sql`DROP SCHEMA IF EXISTS ${sql.identifier(schema)} CASCADE`);
    await store.close();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
