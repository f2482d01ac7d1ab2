// One page against back ends as they are in the wild: its items, where it goes on, and when a total is a total.
import { afterEach, describe, expect, it } from 'vitest';
import { BILLS, callOf, type MisbehavingServer, scenes, sendJson } from './misbehaving-server.ts';
import { backEndWith, COLLECTION, type Habits } from './wild-back-end.ts';

const against = scenes(afterEach);

const paths = (server: MisbehavingServer) =>
  server.received.map(({ url }) => decodeURIComponent(url).replace('/bills/v4', ''));
const idsOf = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);

it('dates without an offset are in the zone of the profile', async () => {
  const bill = {
    id: 'b-1',
    billDate: '2026-11-15T00:30:00',
    due: '2026-11-15',
    parts: [{ at: '2026-11-15 00:30Z' }],
  };
  const { client } = await against((_, response) => sendJson(response, [bill]), {
    profile: { zone: '+01:00' },
  });
  const { items } = await client.page(BILLS, { offset: 0, limit: 5 }, callOf());
  expect(items).toEqual([{ ...bill, billDate: '2026-11-15T00:30:00+01:00' }]);
});

describe('one page', () => {
  it('leaves a filter of thousands of values unsent and applies it here', async () => {
    const { server, client } = await against(backEndWith({ total: 'filtered' }), {
      profile: { totals: 'filtered' },
    });
    const filter = {
      id: ['b-3', ...Array.from({ length: 2_000 }, (_, n) => `other-${n}`)],
      state: 'settled',
    };
    const page = await client.page(BILLS, { filter, offset: 0, limit: 10 }, callOf());
    expect(idsOf(page.items)).toEqual(['b-3']);
    expect(page).toMatchObject({ next: 10 });
    expect(page.total).toBeUndefined();
    expect(paths(server)).toEqual(['/customerBill?state=settled&offset=0&limit=10']);
  });

  it('is one call, with filter, fields, sort and position', async () => {
    const { server, client } = await against(backEndWith({ total: 'filtered' }));
    const ask = {
      filter: { state: ['settled', 'x y'], 'billDate.gte': '2026-01-01T00:00:00+01:00' },
      fields: ['state'],
      sort: '-billDate,id',
      offset: 4,
      limit: 3,
    };
    await client.page(BILLS, ask, callOf());
    expect(server.received.map(({ url }) => url)).toEqual([
      '/bills/v4/customerBill?fields=id,state,billDate&state=settled,x%20y' +
        '&billDate.gte=2026-01-01T00%3A00%3A00%2B01%3A00&sort=-billDate,id&offset=4&limit=3',
    ]);
  });

  const sent = { filter: { state: 'sent' } };
  const b = (...numbers: number[]) => numbers.map((n) => `b-${n}`);
  const table: readonly {
    name: string;
    habits: Habits;
    profile?: object;
    ask: { filter?: { state: string }; offset: number; limit: number };
    page: { items: string[]; next?: number; total?: number };
  }[] = [
    {
      name: 'a total that the profile trusts',
      habits: { total: 'filtered' },
      profile: { totals: 'filtered' },
      ask: { ...sent, offset: 0, limit: 2 },
      page: { items: b(0, 5), next: 2, total: 5 },
    },
    {
      name: 'a filtered total not proved',
      habits: { total: 'filtered' },
      ask: { ...sent, offset: 0, limit: 2 },
      page: { items: b(0, 5), next: 2 },
    },
    {
      name: 'a total without a filter',
      habits: { total: 'unfiltered' },
      ask: { offset: 0, limit: 2 },
      page: { items: b(0, 1), next: 2, total: 25 },
    },
    { name: 'no total', habits: {}, ask: { offset: 0, limit: 2 }, page: { items: b(0, 1), next: 2 } },
    {
      name: 'the end proves the total',
      habits: {},
      ask: { ...sent, offset: 3, limit: 10 },
      page: { items: b(15, 20), total: 5 },
    },
    {
      name: 'beyond the end nothing is proved',
      habits: {},
      ask: { offset: 100, limit: 10 },
      page: { items: [] },
    },
    {
      name: 'filters ignored: fewer items, no total',
      habits: { filters: 'ignored', total: 'unfiltered' },
      profile: { totals: 'filtered' },
      ask: { ...sent, offset: 0, limit: 6 },
      page: { items: b(0, 5), next: 6 },
    },
    {
      name: 'limit ignored: the page is cut out here',
      habits: { limit: 'ignored', offset: 'ignored' },
      ask: { offset: 20, limit: 3 },
      page: { items: b(20, 21, 22), next: 23, total: 25 },
    },
    {
      name: 'limit ignored, the end',
      habits: { limit: 'ignored', offset: 'ignored' },
      ask: { offset: 23, limit: 3 },
      page: { items: b(23, 24), total: 25 },
    },
    {
      name: 'limit and filter ignored',
      habits: { limit: 'ignored', offset: 'ignored', filters: 'ignored' },
      ask: { ...sent, offset: 1, limit: 2 },
      page: { items: b(5, 10), next: 3, total: 5 },
    },
    {
      name: 'no paging',
      habits: { limit: 'ignored', offset: 'ignored' },
      profile: { paging: 'none' },
      ask: { ...sent, offset: 4, limit: 9 },
      page: { items: b(20), total: 5 },
    },
    {
      name: 'a capped limit',
      habits: { limit: 4, total: 'unfiltered' },
      ask: { offset: 0, limit: 10 },
      page: { items: b(0, 1, 2, 3), next: 4, total: 25 },
    },
    {
      name: 'pages longer than asked, with a total',
      habits: { limit: 'ignored', total: 'unfiltered' },
      ask: { offset: 20, limit: 2 },
      page: { items: b(20, 21, 22, 23, 24), total: 25 },
    },
    {
      name: 'a total that is only the page',
      habits: { total: 'page' },
      ask: { offset: 0, limit: 3 },
      page: { items: b(0, 1, 2), next: 3 },
    },
  ];
  for (const { name, habits, profile = {}, ask, page } of table) {
    it(name, async () => {
      const { server, client } = await against(backEndWith(habits), { profile });
      const { items, offsets, ...rest } = await client.page(BILLS, ask, callOf());
      expect({ items: idsOf(items), ...rest }).toEqual(page);
      expect(offsets).toHaveLength(items.length);
      expect(server.received).toHaveLength(1);
    });
  }

  it('says where each item stood, so that a reader can go on after any of them', async () => {
    const wild: readonly Habits[] = [
      {},
      { filters: 'ignored' },
      { filters: 'ignored', limit: 'ignored', offset: 'ignored' },
    ];
    for (const habits of wild) {
      const { client } = await against(backEndWith(habits));
      const first = await client.page(BILLS, { ...sent, offset: 0, limit: 20 }, callOf());
      const after = (first.offsets[1] ?? 0) + 1;
      const second = await client.page(BILLS, { ...sent, offset: after, limit: 20 }, callOf());
      expect(idsOf(second.items)).toEqual(b(10, 15, 20));
    }
  });

  it('longer than asked but not everything, as the total says, goes on after all that came', async () => {
    const { client } = await against((_, response) =>
      sendJson(response, COLLECTION.slice(0, 4), { headers: { 'x-total-count': '25' } }),
    );
    const { items, ...rest } = await client.page(BILLS, { offset: 0, limit: 2 }, callOf());
    expect({ items: idsOf(items), ...rest }).toEqual({
      items: b(0, 1, 2, 3),
      offsets: [0, 1, 2, 3],
      next: 4,
      total: 25,
    });
  });

  it('takes a next link as a sign, and never follows it', async () => {
    const { server, client } = await against((_, response) =>
      sendJson(response, [{ id: 'b-1' }], { headers: { link: '<http://127.0.0.1:1/x>; rel="next"' } }),
    );
    expect((await client.page(BILLS, { offset: 0, limit: 10 }, callOf())).next).toBe(1);
    expect(server.received).toHaveLength(1);
  });

  it('is refused where the answer is no list', async () => {
    const { client } = await against((_, response) => sendJson(response, { message: 'all is well' }));
    await expect(client.page(BILLS, { offset: 0, limit: 10 }, callOf())).rejects.toMatchObject({
      code: 'BACKEND_BAD_ANSWER',
    });
  });
});

describe('a provider that does not serve the API', () => {
  it('is not configured', async () => {
    const { client } = await against(backEndWith({}));
    const nowhere = { provider: 'home', api: 'TMF620', resource: 'productOffering' } as const;
    for (const asked of [
      client.one(nowhere, 'x', {}, callOf()),
      client.many(nowhere, ['x'], {}, callOf()),
      client.page(nowhere, { offset: 0, limit: 1 }, callOf()),
    ]) {
      await expect(asked).rejects.toMatchObject({ code: 'NOT_CONFIGURED' });
    }
    expect(client.providersOf('TMF678')).toEqual(['home']);
    expect(client.providersOf('TMF620')).toEqual([]);
  });
});
