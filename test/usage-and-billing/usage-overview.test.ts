// SSM-D-03: real-time usage of a line, forty lines and 500 services: in the fewest calls, shared allowances once, empty states told apart.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeId } from '../../schema/id.ts';
import { ALL_SEEING } from '../support/all-seeing.ts';
import { startWorld, type World } from '../support/gateway.ts';

const OVERVIEW = `query ($filter: UsageFilter) { usageOverview(filter: $filter) {
  serviceCount isComplete freshness asOf
  services { state service { name number } allowances { id kind isShared } }
  shared { id used { amount unit } remaining { amount } product { name }
    overLimitPrice { taxIncluded { amount currency } per { amount unit } }
    sharers { used { amount unit } isThisOne service { name } } } } }`;

interface Allowance {
  readonly id: string;
  readonly kind: string;
  readonly isShared: boolean;
  readonly used: { readonly amount: number };
  readonly product: { readonly name: string } | null;
  readonly overLimitPrice: unknown;
  readonly sharers: readonly {
    readonly used: { readonly amount: number } | null;
    readonly isThisOne: boolean;
    readonly service: { readonly name: string };
  }[];
}
interface Overview {
  readonly serviceCount: number;
  readonly isComplete: boolean;
  readonly freshness: string | null;
  readonly asOf: string | null;
  readonly services: readonly {
    readonly state: string;
    readonly service: { readonly name: string; readonly number: string | null };
    readonly allowances: readonly Allowance[];
  }[];
  readonly shared: readonly Allowance[];
}

/** The simulator draws a month of a subscriber's usage when it is first asked: before the tests, and not within a deadline. */
async function drawn({ simulator }: World): Promise<void> {
  const base = (api: string) => simulator.apis.find((each) => each.api === api)?.baseUrl;
  const services = await fetch(`${base('TMF638')}/service?limit=600&sort=name&fields=id`);
  const ids = (await services.json()) as { id: string }[]; // TMF630
  await fetch(`${base('TMF677')}/queryUsageConsumption`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ searchCriteria: { service: ids.map(({ id: service }) => ({ id: service })) } }),
  });
}

const over = (actorId: string, ...functions: string[]) =>
  ({
    ...ALL_SEEING,
    actorId,
    grants: [{ functions, scope: { kind: 'EVERY_CUSTOMER' } }],
  }) as const;
const METER = over('meter-reader', 'USAGE_VIEW', 'SERVICE_VIEW');
const NAMING = over('naming-reader', 'USAGE_VIEW', 'SERVICE_VIEW', 'PERSON_VIEW', 'CUSTOMER_VIEW');

let world: World;
beforeAll(async () => {
  world = await startWorld({ actors: [ALL_SEEING, METER, NAMING], simulator: { subscribers: 600 } });
  await drawn(world);
}, 120_000);
afterAll(() => world.stop());

const id = (service: string) => encodeId('home', 'Service', service);
async function overview(as: string, filter?: object) {
  world.clock.advance(15 * 60 * 1000);
  const asked = await world.ask(OVERVIEW, { as, variables: { filter } });
  // as the query has it
  return { ...asked, overview: (asked.data as { usageOverview: Overview }).usageOverview };
}
const apis = (calls: readonly string[]) => calls.map((call) => call.split(' ')[1]);

describe('SSM-D-03 the fewest calls', () => {
  test('SSM-D-03 one line: its service and one question to the charging system', async () => {
    const { calls, errors, overview: found } = await overview('acme-user');
    expect(errors).toEqual([
      { path: ['usageOverview', 'shared', 0, 'product'], code: 'FORBIDDEN', message: expect.any(String) },
    ]);
    // besides: the product of the shared allowance for its price, and the lines that share it
    expect(apis(calls)).toEqual(['TMF638', 'TMF638', 'TMF637', 'TMF677'].sort());
    expect(found.serviceCount).toBe(1);
  });

  test('SSM-D-03 forty lines and all else of a company: one call for each API', async () => {
    const { calls, errors, overview: found } = await overview('acme-manager');
    expect(errors).toEqual([]);
    expect(apis(calls), calls.join('\n')).toEqual(['TMF637', 'TMF638', 'TMF677']);
    expect(found).toMatchObject({ serviceCount: 43, isComplete: true, freshness: 'LIVE' });
    expect(found.services).toHaveLength(43);
    expect(found.shared.map((each) => each.id)).toEqual(['bkt-acme-group-data']);
  });

  test('SSM-D-03 500 services: one page, one question; that there are more is said', async () => {
    const query = '{ usageOverview { serviceCount isComplete services { allowances { id } } } }';
    const { calls, errors, data } = await world.ask(query, { as: 'all-seeing' });
    expect(errors).toEqual([]);
    expect(apis(calls), calls.join('\n')).toEqual(['TMF638', 'TMF677']);
    expect(data).toMatchObject({ usageOverview: { serviceCount: 500, isComplete: false } });
  });
});

describe('SSM-D-03 what is shared', () => {
  test('SSM-D-03 each line with its part; the parts add up to what is used', async () => {
    const { overview: found } = await overview('acme-manager');
    const [group] = found.shared;
    expect(group?.product).toEqual({ name: 'Mobile business group' });
    expect(group?.overLimitPrice).toEqual({
      taxIncluded: { amount: expect.stringMatching(/^\d+\.\d\d$/), currency: 'EUR' },
      per: { amount: 1, unit: 'GB' },
    });
    // of forty lines one is not switched on yet
    expect(group?.sharers).toHaveLength(39);
    const sum = group?.sharers.reduce((total, { used }) => total + (used?.amount ?? Number.NaN), 0);
    expect(sum).toBeCloseTo(group?.used.amount ?? Number.NaN, 1);
    expect(group?.sharers.filter(({ isThisOne }) => isThisOne)).toHaveLength(1);
  });

  test('SSM-A-08 the user of one line is told of no other line', async () => {
    const { overview: found, text } = await overview('acme-user');
    expect(found.shared[0]?.sharers.map(({ service }) => service.name)).toEqual(['Mobile line 01']);
    expect(text).not.toContain('Mobile line 02');
  });

  test('SSM-D-03 a private allowance has no sharers', async () => {
    const query = `{ usage(serviceId: "${id('svc-acme-m-01')}") { allowances { isShared sharers { isThisOne } } } }`;
    const { data } = await world.ask(query, { as: 'acme-manager' });
    const { allowances } = (data as { usage: { allowances: { isShared: boolean; sharers: unknown }[] } })
      .usage;
    for (const { isShared, sharers } of allowances) expect(sharers === null).toBe(!isShared);
  });
});

describe('SSM-A-11 names that the reader may not read', () => {
  const THREE = {
    serviceIds: ['svc-family-tv-1', 'svc-family-m-1', 'svc-acme-m-01'].map(id),
  };
  const names = async (as: string) => {
    const { overview: found, text } = await overview(as, THREE);
    return { text, order: found.services.map(({ allowances }) => allowances.map((each) => each.id).join()) };
  };

  test('SSM-A-11 the name of an allowance tells that of its service: withheld alike', async () => {
    const query = `{ usage(serviceId: "${id('svc-acme-m-01')}") { allowances { id name } } }`;
    const withheld = await world.ask(query, { as: METER.actorId });
    expect(withheld.errors).toEqual([]);
    expect(withheld.text).not.toContain('Mobile line');
    expect((await world.ask(query, { as: NAMING.actorId })).text).toContain('Data of Mobile line 01');
    expect((await world.ask(query, { as: 'acme-user' })).text).toContain('Data of Mobile line 01');
  });

  test('SSM-A-11 the order of services tells no name', async () => {
    const rename = async (name: string) => {
      const base = world.simulator.apis.find(({ api }) => api === 'TMF638')?.baseUrl;
      await fetch(`${base}/service/svc-acme-m-01`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ name }),
      });
    };
    const [before, shown] = [await names(METER.actorId), await names(NAMING.actorId)];
    await rename('AAA of Claire');
    const [after, first] = [await names(METER.actorId), await names(NAMING.actorId)];
    await rename('Mobile line 01');
    expect(after.order).toEqual(before.order);
    expect(first.order).not.toEqual(shown.order);
  });

  test('SSM-A-08 whose services they are is told by no filter', async () => {
    const filter = { customerId: encodeId('home', 'Customer', 'cust-acme') };
    const ask = (as: string) => world.ask(OVERVIEW, { as, variables: { filter } });
    expect((await ask(METER.actorId)).errors).toMatchObject([{ code: 'FORBIDDEN' }]);
    expect((await ask(NAMING.actorId)).data).toMatchObject({ usageOverview: { serviceCount: 43 } });
  });
});

describe('SSM-D-03 by service, number and kind', () => {
  test('SSM-D-03 one number', async () => {
    const { overview: found } = await overview('acme-manager', { numbers: ['33639980007'] });
    expect(found.services.map(({ service }) => service.number)).toEqual(['33639980007']);
  });

  test('SSM-D-03 one kind, and shared alone', async () => {
    const voice = await overview('acme-manager', { kind: ['VOICE'] });
    const kinds = voice.overview.services.flatMap(({ allowances }) => allowances.map(({ kind }) => kind));
    expect(new Set(kinds)).toEqual(new Set(['VOICE']));
    const shared = await overview('acme-manager', { isShared: true, serviceIds: [id('svc-acme-m-02')] });
    expect(shared.overview.services[0]?.allowances.map((each) => each.id)).toEqual(['bkt-acme-group-data']);
  });

  test.each([
    ['of another customer', { serviceIds: [id('svc-acme-m-02')] }, 'borealis-manager'],
    ['that is not there', { serviceIds: [id('svc-acme-m-99')] }, 'acme-manager'],
    ['nobody has', { numbers: ['0'] }, 'acme-manager'],
  ])('SSM-A-08 a service %s is no service', async (_title, filter, as) => {
    const { overview: found, errors } = await overview(as, filter);
    expect(errors).toEqual([]);
    expect(found).toEqual({
      serviceCount: 0,
      isComplete: true,
      freshness: null,
      asOf: null,
      services: [],
      shared: [],
    });
  });

  test.each([
    [{ serviceIds: ['nonsense'] }, 'INVALID_ID'],
    [{ serviceIds: Array.from({ length: 501 }, () => id('svc-acme-m-01')) }, 'BAD_USER_INPUT'],
  ])('SSM-D-03 bad input: a clear answer', async (filter, code) => {
    const { errors } = await world.ask(OVERVIEW, { as: 'acme-manager', variables: { filter } });
    expect(errors).toMatchObject([{ code }]);
  });
});

describe('SSM-D-03 empty states', () => {
  test.each([
    ['svc-acme-m-01', 'acme-manager', 'COUNTED'],
    ['svc-family-tv-1', 'family-manager', 'NOTHING_COUNTED'],
    ['svc-acme-m-40', 'acme-manager', 'UNKNOWN_SERVICE'],
  ])('SSM-D-03 %s: %s is told %s', async (service, as, state) => {
    const { errors, data } = await world.ask(
      `{ usage(serviceId: "${id(service)}") { state freshness allowances { id } } }`,
      { as },
    );
    expect(errors).toEqual([]);
    const { usage } = data as { usage: { state: string; allowances: readonly unknown[] } }; // as the query has it
    expect(usage.state).toBe(state);
    expect(usage.allowances.length > 0).toBe(state === 'COUNTED');
  });
});
