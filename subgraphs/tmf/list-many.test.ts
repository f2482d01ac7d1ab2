// All objects that name some values, against back ends as they are in the wild: which objects, in how many calls.
import { afterEach, describe, expect, it } from 'vitest';
import { BackEndError } from './back-end-error.ts';
import { BILLS, callOf, type MisbehavingServer, scenes, sendJson } from './misbehaving-server.ts';
import { type Bill, backEndWith, COLLECTION, type Habits } from './wild-back-end.ts';

const against = scenes(afterEach);

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
      name: 'a comma that is taken for a part of an id',
      habits: { batch: 'comma gives nothing' },
      profile: {},
      calls: 7,
    },
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

  it('stops at a page that repeats, and says that there may be more', async () => {
    const { server, client } = await against(backEndWith({ offset: 'ignored' }), { profile: { maxPage: 5 } });
    const found = client.many(BILLS, ['acc-0'], { by: 'account.id' }, callOf());
    await expect(found).rejects.toMatchObject({ code: 'BACKEND_BAD_ANSWER' });
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
