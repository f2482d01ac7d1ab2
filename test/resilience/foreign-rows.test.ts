// SSM-A-08: whatever rows a back end sends, nobody gets another customer's; and no list is walked for ever.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { encodeId } from '../../schema/id.ts';
import { leaksIn, type Words, wordsOfOthers } from '../matrix/leaks.ts';
import { type Asked, type Instance, startWorld, type World } from '../support/gateway.ts';
import { type MeddlingProxy, startMeddlingProxy } from '../support/meddling-proxy.ts';

/** REST calls for one page of a list at most: subgraphs/list.ts. */
const MAX_CALLS = 8;
const id = (type: string, backEnd: string) => JSON.stringify(encodeId('home', type, backEnd));

let world: World;
let proxy: MeddlingProxy;
let gateway: Instance;
let words: Words;
beforeAll(async () => {
  world = await startWorld();
  proxy = await startMeddlingProxy(world.simulator);
  gateway = await world.another({ apis: proxy.apis });
  words = await wordsOfOthers('acme', world.simulator);
});
afterEach(() => {
  proxy.meddle({});
  // longer than any value or position is kept
  world.clock.advance(15 * 60 * 1000);
});
afterAll(async () => {
  await world.stop();
  await proxy.close();
});

interface Nodes {
  readonly list: {
    readonly nodes: readonly { readonly id: string }[];
    readonly totalCount?: number | null;
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}
const listIn = ({ data }: Asked) => (data as Nodes).list; // as the queries have it

const list = (field: string, first: number) => `query ($after: String) {
  list: ${field}(first: ${first}, after: $after) { nodes { id } totalCount pageInfo { hasNextPage endCursor } } }`;

async function walk(field: string, first: number, as: string) {
  const ids: string[] = [];
  let calls = 0;
  for (let after: string | null = null, pages = 0; pages < 40; pages += 1) {
    const asked: Asked = await gateway.ask(list(field, first), { as, variables: { after } });
    expect(asked.errors).toEqual([]);
    expect(asked.calls.length).toBeLessThanOrEqual(MAX_CALLS);
    calls += asked.calls.length;
    const page = listIn(asked);
    ids.push(...page.nodes.map((node) => node.id));
    if (!page.pageInfo.hasNextPage) return { ids, calls };
    after = page.pageInfo.endCursor;
  }
  throw new Error(`${field}: no end after 40 pages`);
}

const PLAIN = new Set(['fields', 'offset', 'limit', 'sort']);
/** Ids are found, but filters do nothing. */
const withoutFilters = (parameters: URLSearchParams) => {
  for (const name of [...parameters.keys()]) if (!PLAIN.has(name)) parameters.delete(name);
};

describe('SSM-A-08 a back end that ignores every filter', () => {
  test.each([
    ['services', 43],
    ['products', 44],
    ['resources', 101],
    ['bills', 12],
    ['billingAccounts', 2],
    ['customers', 1],
  ])('SSM-A-08 %s: all of mine and none of theirs', async (field, mine) => {
    proxy.meddle({ ask: withoutFilters });
    const { ids } = await walk(field, 20, 'acme-manager');
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toHaveLength(mine);
    expect(leaksIn(ids.join('\n'), words)).toEqual([]);
  });

  test('SSM-A-08 joins and sums take only what belongs together', async () => {
    const query = `{ me { customer { name agreements { name } billingAccounts { nodes { name chargesSoFar { count taxIncluded { amount } } } } } }
      service(id: ${id('Service', 'svc-acme-m-01')}) { name products { name } objectives { indicator status } } }`;
    const right = await world.ask(query, { as: 'acme-manager' });
    proxy.meddle({ ask: withoutFilters });
    const wrong = await gateway.ask(query, { as: 'acme-manager' });
    expect(wrong.errors).toEqual([]);
    expect(wrong.data).toEqual(right.data);
    expect(leaksIn(wrong.text, words)).toEqual([]);
  });

  test('SSM-A-08 page upon page of foreign rows: a bounded number of calls, and the reader is told to go on', async () => {
    proxy.meddle({ ask: withoutFilters });
    // Acme's 101 resources come before Borealis's
    const asked = await gateway.ask(list('resources', 5), { as: 'borealis-manager' });
    expect(asked.errors).toEqual([]);
    expect(asked.calls).toHaveLength(MAX_CALLS);
    expect(listIn(asked)).toMatchObject({ nodes: [], totalCount: null, pageInfo: { hasNextPage: true } });
    const { ids } = await walk('resources', 5, 'borealis-manager');
    expect(ids).toHaveLength(28);
  });
});

describe('SSM-A-08 a back end that gives the wrong object', () => {
  test.each([
    ['service', 'Service', 'svc-acme-m-01', 'svc-borealis-m-01'],
    ['product', 'Product', 'prd-acme-m-01', 'prd-borealis-m-01'],
    ['bill', 'CustomerBill', 'bill-acc-acme-mobile-2026-10', 'bill-acc-borealis-2026-10'],
    ['billingAccount', 'BillingAccount', 'acc-acme-mobile', 'acc-borealis'],
    ['resource', 'Resource', 'res-msisdn-acme-m-01', 'res-msisdn-borealis-m-01'],
  ])('SSM-A-08 %s by id: another customer’s row under my id', async (field, type, mine, theirs) => {
    const base = world.simulator;
    const stranger = await fetch(`${base.url}${pathOf(type)}/${theirs}`).then((response) => response.text());
    for (const text of [stranger, stranger.replaceAll(`"id":"${theirs}"`, `"id":"${mine}"`)]) {
      proxy.meddle({ answer: (own, path) => (path.endsWith(`/${mine}`) ? text : own) });
      const asked = await gateway.ask(`{ ${field}(id: ${id(type, mine)}) { id } }`, { as: 'acme-manager' });
      expect(asked.data ?? null).toEqual({ [field]: null });
      expect(leaksIn(asked.text, words)).toEqual([]);
      world.clock.advance(15 * 60 * 1000);
    }
  });

  test('SSM-A-08 a row that names no party belongs to nobody', async () => {
    const nameless = (text: string) => text.replaceAll('"relatedParty"', '"somebody"');
    proxy.meddle({ answer: nameless });
    const query = `{ service(id: ${id('Service', 'svc-acme-m-01')}) { name } list: services(first: 5) { nodes { id } pageInfo { hasNextPage } } }`;
    const asked = await gateway.ask(query, { as: 'acme-manager' });
    expect(asked.data).toMatchObject({ service: null, list: { nodes: [] } });
  });

  test("SSM-A-08 a party that is no customer's makes nobody its owner", async () => {
    // the contract stays the customer's: without one nothing would be asked
    const resold = (text: string, path: string) =>
      path.includes('agreement') ? text : text.replaceAll('"role":"customer"', '"role":"reseller"');
    proxy.meddle({ answer: resold });
    const asked = await gateway.ask(`{ service(id: ${id('Service', 'svc-acme-m-01')}) { name } }`, {
      as: 'acme-manager',
    });
    expect(asked.data).toEqual({ service: null });
  });

  test('SSM-A-08 a reference of mine that leads to a stranger leads nowhere', async () => {
    const astray = (text: string, path: string) =>
      path.includes('productInventory')
        ? text.replaceAll('acc-acme-mobile', 'acc-borealis').replaceAll('svc-acme-m-01', 'svc-borealis-m-01')
        : text;
    proxy.meddle({ answer: astray });
    const query = `{ product(id: ${id('Product', 'prd-acme-m-01')}) { name billingAccount { id } services { id } } }`;
    const asked = await gateway.ask(query, { as: 'acme-manager' });
    expect(asked.data).toMatchObject({
      product: { name: 'Mobile line 01', billingAccount: null, services: [] },
    });
    expect(leaksIn(asked.text, words)).toEqual([]);
  });

  const MY_BUCKETS = ['data', 'voice', 'sms']
    .map((kind) => `bkt-acme-m-01-${kind}`)
    .concat('bkt-acme-group-data');

  test('SSM-A-08 real-time usage of other services in the answer stays unseen', async () => {
    const query = `{ usage(serviceId: ${id('Service', 'svc-acme-m-01')}) { allowances { id } } }`;
    const astray = (text: string, path: string) =>
      path.includes('usageConsumption') ? text.replaceAll('svc-acme-m-01', 'svc-borealis-m-01') : text;
    proxy.meddle({ answer: astray });
    const asked = await gateway.ask(query, { as: 'acme-manager' });
    expect(leaksIn(asked.text, words)).toEqual([]);
    // none of what came; on a shared cache another gateway's event may have brought what is right meanwhile
    const { usage } = asked.data as { usage: { allowances: readonly { id: string }[] } }; // as the query has it
    const kept = usage.allowances.map((each) => each.id);
    expect([[], MY_BUCKETS]).toContainEqual(kept);
  });
});

function pathOf(type: string): string {
  const { contract } = world.main.running;
  const sheet = contract.types.get(type);
  const base = world.simulator.apis.find(({ api }) => api === sheet?.api)?.baseUrl ?? '';
  return `${new URL(base).pathname}/${sheet?.resource}`;
}
