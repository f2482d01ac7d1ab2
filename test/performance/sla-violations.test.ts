// SSM-C-04: violations of service level agreements, of services and customers, with the credits that they give.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeId } from '../../schema/id.ts';
import { startWorld, type World } from '../support/gateway.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld({
    actors: [
      {
        actorId: 'acme-depot',
        kind: 'AUTHORIZED_USER',
        displayName: 'Acme depot',
        customer: 'cust-acme',
        grants: [
          {
            functions: ['SERVICE_VIEW', 'PERFORMANCE_VIEW'],
            scope: { kind: 'SITES', ids: ['site-acme-depot'] },
          },
        ],
      },
    ],
  });
});
afterAll(() => world.stop());

interface Violation {
  readonly id: string;
  readonly at: string;
  readonly service: { readonly id: string } | null;
}
interface Page {
  readonly totalCount: number | null;
  readonly nodes: readonly Violation[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

const service = (id: string) => encodeId('home', 'Service', id);
const customer = (id: string) => encodeId('home', 'Customer', id);
const LINE = service('svc-acme-m-07');
const DEPOT = service('svc-acme-bb-2');

const page = async (as: string, args: string) => {
  const asked = await world.ask(
    `{ slaViolations${args} { totalCount nodes { id at service { id } } pageInfo { hasNextPage endCursor } } }`,
    { as },
  );
  // as the query has it
  return { ...asked, page: (asked.data as { slaViolations: Page | null } | undefined)?.slaViolations };
};
const apis = (calls: readonly string[]) => calls.map((call) => call.split(' ')[1]);

test('SSM-C-04 all of the customer, the newest first, in one call of each API', async () => {
  const { page: found, errors, calls } = await page('acme-manager', '');
  expect(errors).toEqual([]);
  expect(found?.totalCount).toBe(6);
  const times = found?.nodes.map(({ at }) => Date.parse(at)) ?? [];
  expect(times).toEqual([...times].sort((a, b) => b - a));
  expect(new Set(found?.nodes.map((each) => each.service?.id))).toEqual(new Set([LINE, DEPOT]));
  expect(apis(calls)).toEqual(['TMF623', 'TMF638', 'TMF657']);
});

test('SSM-C-04 page by page, each once, oldest first too', async () => {
  const seen: Violation[] = [];
  let after: string | null | undefined;
  // the last page may be empty
  for (let at = 0; at < 4 && after !== null; at += 1) {
    const from = after === undefined ? '' : `, after: ${JSON.stringify(after)}`;
    const { page: found } = await page('acme-manager', `(first: 2, sort: OLDEST${from})`);
    seen.push(...(found?.nodes ?? []));
    expect(found?.nodes.length).toBeLessThanOrEqual(2);
    after = found?.pageInfo.hasNextPage === true ? found.pageInfo.endCursor : null;
  }
  expect(after).toBeNull();
  expect(seen).toHaveLength(6);
  expect(new Set(seen.map(({ id }) => id)).size).toBe(6);
  const times = seen.map(({ at }) => Date.parse(at));
  expect(times).toEqual([...times].sort((a, b) => a - b));
});

test('SSM-C-04 of some services, and of a period', async () => {
  const { page: ofLine } = await page('acme-manager', `(filter: { serviceIds: [${JSON.stringify(LINE)}] })`);
  expect(ofLine?.nodes.map((each) => each.service?.id)).toEqual([LINE, LINE, LINE]);
  const period = 'from: "2026-10-15T00:00:00Z", until: "2026-11-15T00:00:00Z"';
  const { page: ofMonth } = await page('acme-manager', `(filter: { ${period} })`);
  expect(ofMonth?.nodes.map(({ at }) => at)).toEqual([
    '2026-11-01T00:00:00.000Z',
    '2026-11-01T00:00:00.000Z',
  ]);
  const none = service('svc-acme-m-01');
  expect((await page('acme-manager', `(filter: { serviceIds: ["${none}"] })`)).page?.nodes).toEqual([]);
  expect((await page('acme-manager', '(filter: { serviceIds: [] })')).page?.nodes).toEqual([]);
});

test('SSM-C-04 below services: asked for all of them together', async () => {
  const asked = await world.ask(
    '{ services(first: 50) { nodes { id slaViolations(filter: { from: "2026-10-15T00:00:00Z" }) { at objective { indicator } } } } }',
    { as: 'acme-manager' },
  );
  expect(asked.errors).toEqual([]);
  const { nodes } = (asked.data as { services: { nodes: { id: string; slaViolations: object[] }[] } })
    .services; // as asked
  const violated = nodes.filter(({ slaViolations }) => slaViolations.length > 0);
  expect(violated.map(({ id }) => id).sort()).toEqual([LINE, DEPOT].sort());
  expect(violated.find(({ id }) => id === LINE)?.slaViolations).toEqual([
    { at: '2026-11-15T10:00:00.000Z', objective: { indicator: 'callSetupSuccess' } },
    { at: '2026-11-01T00:00:00.000Z', objective: { indicator: 'callSetupSuccess' } },
  ]);
  expect(apis(asked.calls)).toEqual(['TMF623', 'TMF638', 'TMF657']);
});

test('SSM-C-04 the credit of a violation, and the violation of a credit', async () => {
  const asked = await world.ask(
    `{ slaViolations(filter: { serviceIds: ["${DEPOT}"], until: "2026-10-15T00:00:00Z" }) { nodes { id comparator target actual deviation unit
      credits { isBilled taxIncluded { amount currency } slaViolation { id } } } } }`,
    { as: 'acme-manager' },
  );
  expect(asked.errors).toEqual([]);
  const id = encodeId('home', 'SlaViolation', '2026091082');
  expect(asked.data).toEqual({
    slaViolations: {
      nodes: [
        {
          id,
          comparator: 'AT_LEAST',
          target: 99.9,
          actual: 99.718,
          deviation: 0.182,
          unit: '%',
          credits: [
            {
              isBilled: true,
              taxIncluded: { amount: '-7.68', currency: 'EUR' },
              slaViolation: { id },
            },
          ],
        },
      ],
    },
  });
  const other = await world.ask(`{ slaViolation(id: "${id}") { at service { id } } }`, {
    as: 'acme-manager',
  });
  expect(other.data).toEqual({ slaViolation: { at: '2026-10-01T00:00:00.000Z', service: { id: DEPOT } } });
});

test('SSM-A-08 another customer has none, by whatever way; nor has who was granted another site', async () => {
  const id = encodeId('home', 'SlaViolation', '2026091082');
  for (const as of ['borealis-manager', 'family-manager', 'acme-check']) {
    for (const args of [
      '',
      `(filter: { serviceIds: ["${LINE}"] })`,
      `(filter: { customerId: "${customer('cust-acme')}" })`,
    ]) {
      const { page: found, errors } = await page(as, args);
      expect([as, args, found?.nodes, found?.totalCount, errors]).toEqual([as, args, [], 0, []]);
    }
    const one = await world.ask(`{ slaViolation(id: "${id}") { at } }`, { as });
    const absent = await world.ask(
      `{ slaViolation(id: "${encodeId('home', 'SlaViolation', '1')}") { at } }`,
      { as },
    );
    expect([one.data, one.errors]).toEqual([absent.data, absent.errors]);
    expect(one.data).toEqual({ slaViolation: null });
  }
});

test('SSM-A-03 SSM-C-04 who was granted a site sees those of the services there', async () => {
  const { page: found, errors } = await page('acme-depot', '');
  expect(errors).toEqual([]);
  expect(found?.nodes.map((each) => each.service?.id)).toEqual([DEPOT, DEPOT, DEPOT]);
});

test('SSM-A-08 SSM-C-04 staff sees those of every customer, and no name without the function; credits take theirs', async () => {
  const { page: found } = await page('soc-operator', `(filter: { customerId: "${customer('cust-acme')}" })`);
  expect(found?.totalCount).toBe(6);
  const none = await page('soc-operator', `(filter: { customerId: "${customer('cust-borealis')}" })`);
  expect(none.page?.nodes).toEqual([]);
  const dashboard = await world.ask('{ slaViolations(first: 1) { nodes { actual agreement comment } } }', {
    as: 'analytics',
  });
  expect(dashboard.data).toEqual({
    slaViolations: { nodes: [{ actual: 97.58, agreement: null, comment: null }] },
  });
  const credits = await world.ask('{ slaViolations(first: 1) { nodes { actual credits { id } } } }', {
    as: 'soc-operator',
  });
  expect(credits.errors.map(({ code }) => code)).toEqual(['FORBIDDEN']);
  for (const as of ['acme-billing', 'acme-user', 'partner'])
    expect((await page(as, '')).errors.map(({ code }) => code)).toEqual(['FORBIDDEN']);
});

test('SSM-C-04 what no list takes is refused', async () => {
  const reversed = 'from: "2026-11-15T00:00:00Z", until: "2026-10-15T00:00:00Z"';
  for (const [filter, code] of [
    [reversed, 'BAD_USER_INPUT'],
    ['serviceIds: ["nonsense"]', 'INVALID_ID'],
    [`serviceIds: ["${customer('cust-acme')}"]`, 'INVALID_ID'],
    ['customerId: "nonsense"', 'INVALID_ID'],
    [`serviceIds: [${Array.from({ length: 201 }, () => `"${LINE}"`).join()}]`, 'BAD_USER_INPUT'],
    [`serviceIds: ["${LINE}", "${encodeId('elsewhere', 'Service', 's')}"]`, 'BAD_USER_INPUT'],
  ] as const)
    expect([
      filter.slice(0, 40),
      (await page('acme-manager', `(filter: { ${filter} })`)).errors.map((each) => each.code),
    ]).toEqual([filter.slice(0, 40), [code]]);
});

test('SSM-C-04 the system that states them is gone: its own fields alone', async () => {
  world.simulator.setFault('TMF623', { kind: 'status', status: 503 });
  const asked = await world.ask(`{ service(id: "${DEPOT}") { name slaViolations { at } } }`, {
    as: 'acme-manager',
  });
  world.simulator.setFault('TMF623', undefined);
  expect(asked.data).toEqual({ service: { name: 'Business fibre, depot', slaViolations: null } });
  expect(asked.errors).toMatchObject([{ path: ['service', 'slaViolations'], code: 'BACKEND_UNAVAILABLE' }]);
});
