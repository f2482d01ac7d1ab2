// What is put right on the way in: order that a back end doesn't keep, periods that end before they start, rows sent again.
import { afterEach, describe, expect, it } from 'vitest';
import { BILLS, callOf, scenes, sendJson } from './misbehaving-server.ts';
import { withAllPeriodsInOrder, withPeriodsInOrder } from './periods.ts';
import { sorted } from './sorting.ts';
import { backEndWith } from './wild-back-end.ts';

const against = scenes(afterEach);
const idsOf = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);

describe('periods', () => {
  const right = { startDateTime: '2026-10-01T00:00:00Z', endDateTime: '2026-11-01T00:00:00+01:00' };
  const reversed = { startDateTime: right.endDateTime, endDateTime: right.startDateTime };

  it('are turned round where they end before they start, as instants', () => {
    expect(withPeriodsInOrder({ id: '1', validFor: reversed }).validFor).toEqual(right);
    expect(withAllPeriodsInOrder([{ a: { validFor: reversed } }])).toEqual([{ a: { validFor: right } }]);
  });

  it('are left alone where they are right, open, empty or unreadable', () => {
    for (const validFor of [
      right,
      { startDateTime: right.startDateTime },
      {},
      null,
      'soon',
      { ...right, endDateTime: 'x' },
    ]) {
      const row = { id: '1', validFor };
      expect(withPeriodsInOrder(row)).toBe(row);
      expect(withAllPeriodsInOrder(row)).toEqual(row);
    }
  });
});

describe('order', () => {
  const rows = [
    { id: 'a', at: '2026-01-02T00:00:00Z', n: 10 },
    { id: 'b', at: '2026-01-01T23:30:00-01:00', n: 9 },
    { id: 'c', n: 9 },
  ];

  it('is by instants and numbers, the later key behind the earlier, what has none last', () => {
    expect(idsOf(sorted(rows, '-at'))).toEqual(['b', 'a', 'c']);
    expect(idsOf(sorted(rows, 'at'))).toEqual(['a', 'b', 'c']);
    expect(idsOf(sorted(rows, 'n,-id'))).toEqual(['c', 'b', 'a']);
  });

  it('is made here, page for page, of a list that comes whole', async () => {
    const { client, server } = await against(backEndWith({ total: 'filtered' }), {
      profile: { sort: false, totals: 'filtered' },
    });
    const page = (offset: number) =>
      client.page(BILLS, { filter: { state: 'sent' }, sort: '-id', offset, limit: 2 }, callOf());
    expect(idsOf((await page(0)).items)).toEqual(['b-5', 'b-20']);
    expect(await page(2)).toMatchObject({ items: [{ id: 'b-15' }, { id: 'b-10' }], next: 4, total: 5 });
    expect(idsOf((await page(4)).items)).toEqual(['b-0']);
    expect(server.received.every(({ url }) => !url.includes('sort='))).toBe(true);
  });

  it('stays the back end’s where the list is longer than a page can be', async () => {
    const { client } = await against(backEndWith({ total: 'filtered' }), {
      profile: { sort: false, totals: 'filtered', maxPage: 10 },
    });
    const page = await client.page(BILLS, { sort: '-id', offset: 0, limit: 2 }, callOf());
    expect(idsOf(page.items)).toEqual(['b-0', 'b-1']);
    expect(client.health()[0]?.detail).toMatch(/does not sort/);
  });
});

it('a page in which every row comes twice is followed by the next, and none is skipped', async () => {
  const all = Array.from({ length: 5 }, (_, n) => ({ id: `b-${n}` }));
  const { client } = await against(({ query }, response) => {
    const offset = Number(query.get('offset'));
    const rows = all.slice(offset, offset + Number(query.get('limit')));
    sendJson(
      response,
      rows.flatMap((row) => [row, row]),
    );
  });
  const ids: string[] = [];
  for (let offset: number | undefined = 0; offset !== undefined; ) {
    const page: Awaited<ReturnType<typeof client.page>> = await client.page(
      BILLS,
      { offset, limit: 2 },
      callOf(),
    );
    ids.push(...idsOf(page.items));
    offset = page.next;
  }
  expect(ids).toEqual(idsOf(all));
});
