// Lists against back ends as they are in the wild: what is asked, in how many calls, and what is made of the answer.
import { afterEach, describe, expect, it } from 'vitest';
import { BackEndError } from './back-end-error.ts';
import {
  BILLS,
  callOf,
  type MisbehavingServer,
  type Received,
  type Route,
  scenes,
  sendJson,
} from './misbehaving-server.ts';

const against = scenes(afterEach);

interface Bill {
  readonly id: string;
  readonly state: string;
  readonly account: { readonly id: string };
}

const COLLECTION: readonly Bill[] = Array.from({ length: 25 }, (_, n) => ({
  id: `b-${n}`,
  state: n % 5 === 0 ? 'sent' : 'settled',
  account: { id: `acc-${n % 3}` },
}));

interface Habits {
  readonly batch?: 'comma' | 'repeated' | 'ignored' | 'comma gives nothing';
  readonly filters?: 'honoured' | 'ignored';
  readonly total?: 'filtered' | 'unfiltered' | 'absent' | 'page';
  readonly limit?: 'honoured' | 'ignored' | number;
  readonly offset?: 'honoured' | 'ignored';
  readonly wrap?: (rows: readonly unknown[]) => unknown;
}

/** A back end with habits; GET by id always works. */
function backEndWith({
  batch = 'comma',
  filters = 'honoured',
  total = 'absent',
  limit = 'honoured',
  offset = 'honoured',
  wrap = (rows) => rows,
}: Habits): Route {
  const valuesOf = (query: URLSearchParams, name: string): readonly string[] | undefined => {
    const given = query.getAll(name);
    if (given.length === 0 || batch === 'ignored') return undefined;
    if (batch === 'repeated') return given;
    return batch === 'comma' ? given.flatMap((each) => each.split(',')) : given;
  };
  return ({ url, query }: Received, response) => {
    const id = /\/customerBill\/([^/?]+)/.exec(url)?.[1];
    if (id !== undefined) {
      const found = COLLECTION.find((bill) => bill.id === decodeURIComponent(id));
      return found === undefined ? sendJson(response, {}, { status: 404 }) : sendJson(response, found);
    }
    const ids = valuesOf(query, 'id');
    const accounts = filters === 'honoured' ? valuesOf(query, 'account.id') : undefined;
    const state = filters === 'honoured' ? query.get('state') : null;
    const fitting = COLLECTION.filter(
      (bill) =>
        (ids?.includes(bill.id) ?? true) &&
        (accounts?.includes(bill.account.id) ?? true) &&
        (state === null || bill.state === state),
    );
    const from = offset === 'honoured' ? Number(query.get('offset') ?? 0) : 0;
    const asked = Number(query.get('limit') ?? 10);
    const count =
      limit === 'ignored' ? fitting.length : limit === 'honoured' ? asked : Math.min(asked, limit);
    const rows = fitting.slice(from, from + count);
    const totals = {
      filtered: fitting.length,
      unfiltered: COLLECTION.length,
      page: rows.length,
      absent: undefined,
    };
    const value = totals[total];
    sendJson(response, wrap(rows), {
      headers: value === undefined ? {} : { 'x-total-count': String(value) },
    });
  };
}

const paths = (server: MisbehavingServer) =>
  server.received.map(({ url }) => decodeURIComponent(url).replace('/bills/v4', ''));
const idsOf = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);

describe('many by id', () => {
  it('asks once for a batch, drops repetitions and strangers, and leaves out what is not there', async () => {
    const { server, client } = await against(backEndWith({}));
    const found = await client.many(
      BILLS,
      ['b-1', 'b-2', 'b-1', 'none', ''],
      { fields: ['state'] },
      callOf(),
    );
    expect(found).toEqual([
      { id: 'b-1', state: 'settled' },
      { id: 'b-2', state: 'settled' },
    ]);
    expect(paths(server)).toEqual(['/customerBill?fields=id,state&id=b-1,b-2,none&offset=0&limit=3']);
  });

  it('asks nothing for nothing, and plainly for one', async () => {
    const { server, client } = await against(backEndWith({}));
    expect(await client.many(BILLS, [], {}, callOf())).toEqual([]);
    expect(idsOf(await client.many(BILLS, ['b-7'], {}, callOf()))).toEqual(['b-7']);
    expect(paths(server)).toEqual(['/customerBill/b-7']);
  });

  it('cuts batches by number', async () => {
    const { server, client } = await against(backEndWith({}), { profile: { maxIds: 10 } });
    expect(idsOf(await client.many(BILLS, idsOf(COLLECTION), {}, callOf()))).toEqual(idsOf(COLLECTION));
    expect(server.received).toHaveLength(3);
  });

  it('cuts batches by the length of the URL, as it is encoded', async () => {
    const { server, client } = await against((_, response) => sendJson(response, []));
    // nine bytes each once encoded
    await client.many(
      BILLS,
      Array.from({ length: 150 }, (_, n) => `${'é'.repeat(20)}${n}`),
      {},
      callOf(),
    );
    expect(server.received.length).toBeGreaterThan(2);
    expect(Math.max(...server.received.map(({ url }) => url.length))).toBeLessThan(7_100);
  });

  const table: readonly { name: string; habits: Habits; profile: object; calls: number }[] = [
    { name: 'repeated ids', habits: { batch: 'repeated' }, profile: { idBatch: 'repeated' }, calls: 1 },
    {
      name: 'repeated, where a comma gives nothing',
      habits: { batch: 'comma gives nothing' },
      profile: { idBatch: 'repeated' },
      calls: 1,
    },
    { name: 'no batches', habits: { batch: 'ignored' }, profile: { idBatch: 'none' }, calls: 6 },
    // the profile is wrong: one call is lost, the collection is not paged through
    { name: 'a batch that is ignored', habits: { batch: 'ignored' }, profile: {}, calls: 6 },
    {
      name: 'a batch that is ignored, and limit too',
      habits: { batch: 'ignored', limit: 'ignored' },
      profile: {},
      calls: 1,
    },
    { name: 'pages smaller than the batch', habits: { limit: 2, total: 'filtered' }, profile: {}, calls: 3 },
    { name: 'a profile with small pages', habits: {}, profile: { maxPage: 2 }, calls: 3 },
  ];
  for (const { name, habits, profile, calls } of table) {
    it(`${name}: the same objects in ${calls} call(s)`, async () => {
      const { server, client } = await against(backEndWith(habits), { profile });
      const wanted = ['b-0', 'b-9', 'b-11', 'b-12', 'b-13', 'b-24'];
      const found = await client.many(BILLS, wanted, {}, callOf());
      expect(idsOf(found).sort()).toEqual([...wanted].sort());
      if (name === 'repeated, where a comma gives nothing')
        expect(paths(server)[0]).toContain('id=b-0&id=b-9&');
      expect(server.received).toHaveLength(calls);
    });
  }

  it('asks alone for an id with a comma in it', async () => {
    const { server, client } = await against(({ url }, response) =>
      url.includes('?')
        ? sendJson(response, [{ id: 'b-1' }, { id: 'b-2' }])
        : sendJson(response, { id: 'x,y' }),
    );
    expect(idsOf(await client.many(BILLS, ['b-1', 'x,y', 'b-2'], {}, callOf())).sort()).toEqual([
      'b-1',
      'b-2',
      'x,y',
    ]);
    expect(paths(server).sort()).toEqual(
      ['/customerBill/x,y', '/customerBill?id=b-1,b-2&offset=0&limit=2'].sort(),
    );
  });

  it('looks up a long list without batches a few at a time', async () => {
    let under = 0;
    let most = 0;
    const { client } = await against(
      ({ url }, response) => {
        under += 1;
        most = Math.max(most, under);
        setTimeout(() => {
          under -= 1;
          sendJson(response, { id: url.split('/').pop() });
        }, 2);
      },
      { profile: { idBatch: 'none' } },
    );
    const wanted = Array.from({ length: 60 }, (_, n) => `b-${n}`);
    expect(idsOf(await client.many(BILLS, wanted, {}, callOf()))).toEqual(wanted);
    expect(most).toBeLessThanOrEqual(16);
  });

  it('tells in the health report that the profile should say so', async () => {
    const { client } = await against(backEndWith({ batch: 'ignored' }));
    await client.many(BILLS, ['b-20', 'b-21'], {}, callOf());
    expect(client.health()[0]?.detail).toContain('ignores id batches');
  });
});

describe('many by another path', () => {
  const expected = COLLECTION.filter(({ account }) => account.id !== 'acc-2').map(({ id }) => id);
  const table: readonly { name: string; habits: Habits; profile: object; calls: number }[] = [
    { name: 'one call where everything is honoured', habits: {}, profile: {}, calls: 1 },
    { name: 'page after page', habits: {}, profile: { maxPage: 5 }, calls: 4 },
    { name: 'a full last page needs one more', habits: {}, profile: { maxPage: 17 }, calls: 2 },
    {
      name: '… but not where the total can be trusted',
      habits: { total: 'filtered' },
      profile: { maxPage: 17, totals: 'filtered' },
      calls: 1,
    },
    {
      name: 'a limit capped by the back end',
      habits: { limit: 6, total: 'filtered' },
      profile: {},
      calls: 3,
    },
    {
      name: 'a total of the page alone is not believed',
      habits: { total: 'page' },
      profile: { maxPage: 5 },
      calls: 4,
    },
    { name: 'filters ignored', habits: { filters: 'ignored' }, profile: {}, calls: 1 },
    {
      name: 'filters known to be ignored',
      habits: { filters: 'ignored' },
      profile: { filters: false, maxPage: 10 },
      calls: 3,
    },
    { name: 'limit ignored', habits: { limit: 'ignored' }, profile: { maxPage: 4 }, calls: 1 },
    {
      name: 'no paging at all',
      habits: { limit: 'ignored', filters: 'ignored' },
      profile: { paging: 'none' },
      calls: 1,
    },
    { name: 'one value a call', habits: {}, profile: { idBatch: 'none' }, calls: 2 },
    {
      name: 'an envelope',
      habits: { wrap: (data) => ({ data, pagination: { page: 1 } }) },
      profile: {},
      calls: 1,
    },
    {
      name: 'an envelope of its own',
      habits: { wrap: (rows) => ({ answer: { rows } }) },
      profile: { envelope: 'answer.rows' },
      calls: 1,
    },
    {
      name: 'rows without id',
      habits: { wrap: (rows) => [{ name: 'no id' }, null, 7, ...rows] },
      profile: {},
      calls: 1,
    },
  ];
  for (const { name, habits, profile, calls } of table) {
    it(`${name} (${calls} call(s))`, async () => {
      const { server, client } = await against(backEndWith(habits), { profile });
      const found = await client.many(
        BILLS,
        ['acc-0', 'acc-1'],
        { by: 'account.id', fields: ['state'] },
        callOf(),
      );
      expect(idsOf(found).sort()).toEqual([...expected].sort());
      expect(server.received).toHaveLength(calls);
      // the path is asked for too, for without it nothing could be checked
      expect(found[0]).toEqual({ id: 'b-0', state: 'sent', account: { id: 'acc-0' } });
    });
  }

  it('asks alone for a value with a comma in it, and never reads everything for it', async () => {
    const { server, client } = await against(backEndWith({}));
    const found = await client.many(BILLS, ['acc-0', 'acc-1,x', 'acc-2'], { by: 'account.id' }, callOf());
    expect(new Set(found.map(({ account }) => (account as Bill['account']).id))).toEqual(
      new Set(['acc-0', 'acc-2']),
    );
    expect(server.received.map(({ url }) => url.split('?')[1]?.split('&')[0]).sort()).toEqual([
      'account.id=acc-0,acc-2',
      'account.id=acc-1%2Cx',
    ]);
  });

  it('applies a filter beside it, sent or not', async () => {
    for (const filters of ['honoured', 'ignored'] as const) {
      const { server, client } = await against(backEndWith({ filters }));
      const found = await client.many(
        BILLS,
        ['acc-0'],
        { by: 'account.id', filter: { state: 'sent' } },
        callOf(),
      );
      expect(idsOf(found)).toEqual(['b-0', 'b-15']);
      expect(paths(server)[0]).toContain('state=sent&account.id=acc-0&');
    }
  });

  it('stops at a page that repeats', async () => {
    const { server, client } = await against(backEndWith({ offset: 'ignored' }), { profile: { maxPage: 5 } });
    const found = await client.many(BILLS, ['acc-0'], { by: 'account.id' }, callOf());
    expect(found).toHaveLength(5);
    expect(server.received).toHaveLength(2);
    expect(client.health()[0]?.detail).toContain('repeats pages');
  });

  it('goes on over rows that moved to the next page, and gives each once', async () => {
    const { client } = await against(
      ({ query }, response) => {
        const offset = Number(query.get('offset'));
        // one row was inserted in front after the first page was read
        sendJson(response, COLLECTION.slice(Math.max(0, offset - 1), offset === 0 ? 10 : offset + 9));
      },
      { profile: { maxPage: 10 } },
    );
    const found = await client.many(BILLS, ['acc-0', 'acc-1', 'acc-2'], { by: 'account.id' }, callOf());
    expect(idsOf(found)).toEqual(idsOf(COLLECTION));
  });

  it('gives up on a list without end', async () => {
    let made = 0;
    const { client } = await against(
      (_, response) => {
        made += 1;
        sendJson(response, [{ id: `b-${made}`, account: { id: 'acc-0' } }]);
      },
      { profile: { maxPage: 1 } },
    );
    await expect(client.many(BILLS, ['acc-0'], { by: 'account.id' }, callOf())).rejects.toMatchObject({
      code: 'BACKEND_BAD_ANSWER',
    });
    expect(made).toBe(500);
  });

  it('fails as a whole where one page fails: half a list would be wrong sums', async () => {
    const { client } = await against(
      (request, response, nth) =>
        nth === 1 ? backEndWith({})(request, response, nth) : void response.writeHead(400).end(),
      { profile: { maxPage: 5 } },
    );
    await expect(client.many(BILLS, ['acc-0'], { by: 'account.id' }, callOf())).rejects.toBeInstanceOf(
      BackEndError,
    );
  });
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
