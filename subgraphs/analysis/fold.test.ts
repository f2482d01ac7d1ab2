// SSM-C-12 Rollups agree with counting the same records one by one, however the records came.
import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { postgresForTests } from '../../test/support/services.ts';
import type { Store } from '../store/store.ts';
import { now, overBothDatabases } from '../store/store-fixture.ts';
import { type Call, readCall } from './call-record.ts';
import { bucketOf } from './durations.ts';
import { countDue, fold } from './fold.ts';
import { recount } from './recount.ts';
import { rowsOf } from './rollups.ts';

const postgres = await postgresForTests('call rollups on PostgreSQL');
afterAll(async () => {
  await postgres?.close();
});

const NOW_MS = now();
const QUARTER_MS = 900_000;

interface Draft {
  readonly id: number;
  readonly customer: string;
  readonly service: string | undefined;
  readonly startedMs: number;
  readonly seconds: number;
  readonly incoming: boolean;
  readonly answered: boolean;
  readonly groups: readonly [string | undefined, string | undefined];
  readonly line: string | undefined;
  readonly kind: string;
  readonly status: string;
  readonly revision: number;
  readonly statedAtMs: number;
}

const draft: fc.Arbitrary<Draft> = fc.record({
  id: fc.integer({ min: 1, max: 12 }),
  customer: fc.constantFrom('c1', 'c2'),
  service: fc.constantFrom('s1', 's2', undefined),
  startedMs: fc.integer({ min: -90_000, max: 9_000 }).map((s) => NOW_MS + s * 1000 + 137),
  seconds: fc.oneof(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 100_000 })),
  incoming: fc.boolean(),
  answered: fc.boolean(),
  groups: fc.tuple(fc.constantFrom('sales', undefined), fc.constantFrom('sales', 'support', undefined)),
  line: fc.constantFrom('line 1', 'line 2', undefined),
  kind: fc.constantFrom('voice', 'voice', 'voice', 'data'),
  status: fc.constantFrom('rated', 'rated', 'rejected'),
  revision: fc.constantFrom(0, 0, 1, 2),
  statedAtMs: fc.integer({ min: 0, max: 5 }).map((s) => NOW_MS - s * 1000),
});

function rawOf(each: Draft): Record<string, unknown> {
  const named = {
    serviceId: each.service,
    fromGroup: each.groups[0],
    toGroup: each.groups[1],
    line: each.line,
  };
  return {
    id: `usg-${each.id}`,
    usageDate: new Date(each.startedMs).toISOString(),
    usageType: each.kind,
    status: each.status,
    relatedParty: [{ id: each.customer, role: 'customer' }],
    usageCharacteristic: [
      { name: 'number', value: '33639980001' },
      { name: 'direction', value: each.incoming ? 'incoming' : 'outgoing' },
      { name: 'answered', value: each.answered },
      { name: 'duration', value: each.seconds },
      { name: 'revision', value: each.revision },
      ...Object.entries(named).flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }])),
    ],
  };
}

const read = (provider: string) => (each: Draft) => {
  const call = readCall(provider, rawOf(each), each.statedAtMs);
  if (call === undefined) throw new Error('a record with an id is read');
  return call;
};

type Count = [calls: number, answered: number, talk: number, busy: number, durations: string];

/** Second by second, call by call, knowing nothing of how the store does it. */
function byBruteForce(sightings: readonly Draft[]): Record<string, Count> {
  const last = new Map<number, Draft>();
  for (const each of sightings) {
    const known = last.get(each.id);
    // what was never a call leaves no trace
    if (known === undefined && each.kind !== 'voice') continue;
    const older =
      known !== undefined &&
      (each.revision < known.revision ||
        (each.revision === known.revision && each.statedAtMs < known.statedAtMs));
    if (!older) last.set(each.id, each);
  }
  const found: Record<
    string,
    { calls: number; answered: number; talk: number; busy: number; long: number[] }
  > = {};
  for (const each of last.values()) {
    const { service, kind, status, startedMs, seconds, answered, groups, line } = each;
    if (service === undefined || kind !== 'voice' || status === 'rejected' || startedMs > NOW_MS + 300_000)
      continue;
    const keys = [
      `ALL||`,
      ...(groups.some((group) => group !== undefined) ? [`FLOW|${groups[0] ?? ''}|${groups[1] ?? ''}`] : []),
      ...(line === undefined ? [] : [`LINE|${line}|`]),
    ];
    for (const key of keys) {
      const at = (ms: number) => {
        const slot = new Date(Math.floor(ms / QUARTER_MS) * QUARTER_MS).toISOString();
        const name = `${each.customer}|${service}|${each.incoming ? 'IN' : 'OUT'}|${key}|${slot}`;
        found[name] ??= { calls: 0, answered: 0, talk: 0, busy: 0, long: [] };
        return found[name];
      };
      const begun = at(startedMs);
      begun.calls += 1;
      if (answered) {
        begun.answered += 1;
        begun.talk += seconds;
        begun.long.push(bucketOf(seconds));
      }
      const fromS = Math.floor(startedMs / 1000);
      for (
        let slotMs = Math.floor(startedMs / QUARTER_MS) * QUARTER_MS;
        slotMs < (fromS + seconds) * 1000;
        slotMs += QUARTER_MS
      )
        at(slotMs).busy +=
          Math.min(fromS + seconds, (slotMs + QUARTER_MS) / 1000) - Math.max(fromS, slotMs / 1000);
    }
  }
  return Object.fromEntries(
    Object.entries(found).map(([name, { calls, answered, talk, busy, long }]) => [
      name,
      [calls, answered, talk, busy, long.sort((a, b) => a - b).join()],
    ]),
  );
}

interface Slot {
  readonly name: string;
  readonly calls: number;
  readonly answered: number;
  readonly talk_seconds: unknown;
  readonly busy_seconds: unknown;
  readonly slot: Date | string;
  readonly duration_buckets: number[];
  readonly duration_counts: number[];
}

async function stored({ db, tables }: Store, provider: string): Promise<Record<string, Count>> {
  const rows = await rowsOf<Slot>(
    db,
    sql`SELECT r.*, concat_ws('|', s.customer_id, s.service_id, r.direction, r.dimension, r.from_key, r.to_key) AS name
        FROM ${tables.callSlot} AS r JOIN ${tables.callSubject} AS s ON s.id = r.subject WHERE s.provider = ${provider}`,
  );
  return Object.fromEntries(
    rows.map((row) => [
      `${row.name}|${new Date(row.slot).toISOString()}`,
      [
        row.calls,
        row.answered,
        Number(row.talk_seconds),
        Number(row.busy_seconds),
        row.duration_buckets
          .flatMap((bucket, at) => Array<number>(row.duration_counts[at] ?? 0).fill(bucket))
          .join(),
      ],
    ]),
  );
}

overBothDatabases(postgres, (current) => {
  test('SSM-C-12 what is counted is what one by one comes to: duplicates, out of order, corrected, ahead, without a service', async () => {
    const { store } = current();
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(draft, { maxLength: 8 }), { maxLength: 6 }), async (batches) => {
        const provider = `p-${randomUUID()}`;
        for (const batch of batches) await fold(store, batch.map(read(provider)), NOW_MS);
        expect(await stored(store, provider)).toEqual(byBruteForce(batches.flat()));
      }),
      { numRuns: 30 },
    );
  }, 60_000);

  test('SSM-C-12 counting anew comes to the same, whatever stood there', async () => {
    const { store } = current();
    const provider = `p-${randomUUID()}`;
    const drafts = fc.sample(draft, { seed: 7, numRuns: 60 });
    await fold(store, drafts.map(read(provider)), NOW_MS);
    const before = await stored(store, provider);
    expect(Object.keys(before).length).toBeGreaterThan(20);
    const { callSlot, callSubject } = store.tables;
    const ours = sql`subject IN (SELECT id FROM ${callSubject} WHERE provider = ${provider})`;
    await store.db.execute(sql`UPDATE ${callSlot} SET calls = calls + 1 WHERE ${ours}`);
    await store.db.execute(sql`DELETE FROM ${callSlot} WHERE ${ours} AND direction = 'IN'`);
    expect(await stored(store, provider)).not.toEqual(before);
    await recount(store, provider);
    expect(await stored(store, provider)).toEqual(before);
  });

  test('SSM-C-12 a record ahead of its time is counted when its time has come, once', async () => {
    const { store } = current();
    const provider = `p-${randomUUID()}`;
    const [one] = fc.sample(draft, 1);
    if (one === undefined) throw new Error('one was drawn');
    const ahead: Draft = {
      ...one,
      service: 's1',
      kind: 'voice',
      status: 'rated',
      startedMs: NOW_MS + 3_600_000,
      seconds: 60,
    };
    await fold(store, [read(provider)(ahead)], NOW_MS);
    await countDue(store, NOW_MS);
    expect(await stored(store, provider)).toEqual({});
    const laterMs = NOW_MS + 3_700_000;
    expect(await countDue(store, laterMs)).toBeGreaterThan(0);
    expect(await countDue(store, laterMs)).toBe(0);
    await fold(store, [read(provider)({ ...ahead, statedAtMs: laterMs })], laterMs);
    const slots = Object.entries(await stored(store, provider)).filter(([name]) => name.includes('|ALL|'));
    expect(slots.map(([, [calls]]) => calls)).toEqual([1]);
  });

  test('SSM-C-12 of a record that says the same again only the news counts', async () => {
    const { store } = current();
    const call: Call = {
      ...read(`p-${randomUUID()}`)({ ...(fc.sample(draft, 1)[0] as Draft), kind: 'voice', status: 'rated' }),
      state: 'COUNTED',
    };
    expect(await fold(store, [call, call], NOW_MS)).toBe(1);
    expect(await fold(store, [call], NOW_MS)).toBe(0);
    expect(await fold(store, [{ ...call, statedAtMs: NOW_MS + 1 }], NOW_MS)).toBe(0);
    expect(await fold(store, [{ ...call, statedAtMs: NOW_MS + 2, line: 'line 9' }], NOW_MS)).toBe(1);
  });

  test('SSM-A-11 no number is kept', async () => {
    const { store } = current();
    const provider = `p-${randomUUID()}`;
    const [one] = fc.sample(draft, 1);
    const raw = rawOf({ ...(one as Draft), kind: 'voice', status: 'rated', line: '+33 6 39 98 00 01' });
    const call = readCall(provider, raw, NOW_MS);
    if (call === undefined) throw new Error('it has an id');
    await fold(store, [call], NOW_MS);
    const { callRecord, callSubject, callSlot } = store.tables;
    const texts = await Promise.all(
      [callRecord, callSubject, callSlot].map((table) =>
        rowsOf(store.db, sql`SELECT t::text FROM ${table} AS t`),
      ),
    );
    expect(JSON.stringify(texts)).not.toMatch(/33639980001|39 98 00/);
  });
});

test.runIf(postgres !== undefined)(
  'SSM-C-12 two instances that see the same records at once count them once',
  async () => {
    if (postgres === undefined) return;
    const { openStore } = await import('../store/store.ts');
    const schema = `${postgres.schema}_two`;
    const stores = await Promise.all([0, 1].map(() => openStore({ databaseUrl: postgres.url, schema })));
    try {
      const provider = 'both';
      const drafts = fc.sample(draft, { seed: 11, numRuns: 200 }).map((each, id) => ({ ...each, id }));
      const work = stores.flatMap((store) =>
        [0, 50, 100, 150].map((at) => fold(store, drafts.slice(at, at + 50).map(read(provider)), NOW_MS)),
      );
      await Promise.all(work);
      const [store] = stores;
      if (store === undefined) throw new Error('two were opened');
      expect(await stored(store, provider)).toEqual(byBruteForce(drafts));
    } finally {
      const [store] = stores;
      await store?.db.execute(sql`DROP SCHEMA IF EXISTS ${sql.identifier(schema)} CASCADE`);
      await Promise.all(stores.map((each) => each.close()));
    }
  },
);
