// SSM-C-11: a list of 100 services with product, usage and objectives costs one call per API and page, not per row.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ALL_SEEING } from '../support/all-seeing.ts';
import { startWorld, type World } from '../support/gateway.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld({ actors: [ALL_SEEING], simulator: { subscribers: 200 } });
});
afterAll(() => world.stop());

const QUERY = `query ($after: String) { services(first: 100, after: $after) {
  nodes { id name products { id name offering { name } }
    objectives { indicator target status measured { value } }
    usage { freshness allowances { kind used { amount unit } } } }
  pageInfo { hasNextPage endCursor } } }`;

interface Page {
  readonly services: {
    readonly nodes: readonly {
      readonly id: string;
      readonly products: readonly unknown[];
      readonly usage: { readonly allowances: readonly unknown[] };
    }[];
    readonly pageInfo: { readonly endCursor: string };
  };
}

const apiOf = (call: string) => call.split(' ')[1] ?? '';

test('SSM-C-11 100 services with product, usage and objectives: one call for each API and page', async () => {
  const first = await world.ask(QUERY, { as: 'all-seeing' });
  expect(first.errors).toEqual([]);
  const { nodes, pageInfo } = (first.data as Page).services; // as the query has it
  expect(nodes).toHaveLength(100);
  expect(nodes.every(({ products }) => products.length > 0)).toBe(true);
  expect(nodes.some(({ usage }) => usage.allowances.length > 0)).toBe(true);
  const apis = ['TMF620', 'TMF628', 'TMF637', 'TMF638', 'TMF657', 'TMF677'];
  expect([...new Set(first.calls.map(apiOf))].sort()).toEqual(apis);
  // measurements of 100 services since the beginning of the month are more than one page
  const once = first.calls.filter((call) => apiOf(call) !== 'TMF628');
  expect(once, first.calls.join('\n')).toHaveLength(5);
  expect(first.calls, first.calls.join('\n')).toHaveLength(7);

  const second = await world.ask(QUERY, { as: 'all-seeing', variables: { after: pageInfo.endCursor } });
  expect(second.errors).toEqual([]);
  const others = (second.data as Page).services.nodes; // as the query has it
  expect(others.filter(({ id }) => nodes.some((each) => each.id === id))).toEqual([]);
  expect(second.calls.filter((call) => apiOf(call) === 'TMF638')).toHaveLength(1);
});
