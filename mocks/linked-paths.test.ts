// A filter that spares the scan finds what the scan would have found: every linked path of every table.
import { describe, expect, it } from 'vitest';
import { matcher } from './server/matching.ts';
import { condition } from './server/query.ts';
import { isRecord, type Row } from './server/row.ts';
import { createStore, type Store } from './server/store.ts';
import { ASK_ALL } from './server/table.ts';
import { allTables } from './tables/all-tables.ts';
import { createBilling } from './world/billing.ts';
import { monthOf } from './world/calendar.ts';
import { subscriberOwner } from './world/generated-subscribers.ts';
import { createUsageBook } from './world/usage-ledger.ts';
import { createWorld } from './world/world.ts';

const NOW = Date.parse('2026-11-02T10:00:00Z');
const VALUES = 6;

const world = createWorld({
  seed: 1,
  subscribers: 3,
  now: () => NOW,
  href: (resource, id) => `http://here/${resource}/${id}`,
});
const book = createUsageBook(world);
const directory = {
  pinned: world.pinned.map(({ owner }) => owner),
  subscribers: 3,
  subscriberOwner,
  ownerOf: world.ownerOf,
  epoch: () => monthOf(NOW),
};
const stores = new Map<string, Store>();
const tables = allTables(world, book, createBilling(book, world), (resource, id) =>
  stores.get(resource)?.get(id),
);
for (const table of tables) stores.set(table.resource, createStore(table, directory));
const owners = [...directory.pinned, ...[1, 2, 3].map(subscriberOwner)];

function valuesAt(value: unknown, steps: readonly string[]): unknown[] {
  if (Array.isArray(value)) return value.flatMap((each) => valuesAt(each, steps));
  const [step, ...rest] = steps;
  if (step === undefined) return [value];
  return isRecord(value) ? valuesAt(value[step], rest) : [];
}

/** Some of the values, spread over the list. */
function sample(values: readonly string[]): string[] {
  const step = Math.max(1, Math.floor(values.length / VALUES));
  return values.filter((_, at) => at % step === 0);
}

const PATHS = tables.flatMap((table) =>
  [...table.linked, ...(table.hinted ?? []), 'id'].map((path) => ({
    table,
    path,
    name: `${table.resource} by ${path}`,
  })),
);

describe('a linked path', () => {
  it.each(PATHS)('$name', ({ table, path }) => {
    const store = createStore(table, directory);
    const all: Row[] = [...table.common, ...owners.flatMap((owner) => table.owned(owner, ASK_ALL))];
    const values = [...new Set(all.flatMap((row) => valuesAt(row, path.split('.'))))]
      .filter((value) => value !== undefined)
      .map(String);
    for (const value of [...sample(values), 'cust-nobody', 'sub-000009']) {
      const conditions = [condition(path, [value])];
      const expected = all.filter(matcher(conditions)).map(({ id }) => id);
      const { rows, total } = store.list({ conditions, sort: [], offset: 0, limit: 100_000, isPaged: true });
      expect({ value, total, ids: rows.map(({ id }) => id) }).toEqual({
        value,
        total: expected.length,
        ids: expected,
      });
    }
  });
});

it('every id is its own', () => {
  for (const table of tables) {
    const ids = [...table.common, ...owners.flatMap((owner) => table.owned(owner, ASK_ALL))].map(
      ({ id }) => id,
    );
    expect({ resource: table.resource, ids: new Set(ids).size }).toEqual({
      resource: table.resource,
      ids: ids.length,
    });
  }
});

it('generated customers have as many rows as their table says', () => {
  for (const table of tables) {
    if (table.perSubscriber === undefined) continue;
    const rows = table.owned(subscriberOwner(2), ASK_ALL).length;
    expect({ resource: table.resource, rows }).toEqual({
      resource: table.resource,
      rows: table.perSubscriber,
    });
  }
});
