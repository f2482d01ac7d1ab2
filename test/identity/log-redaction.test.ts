// SSM-A-11: the log of a whole journey, with everything going wrong in it, names no person and holds no secret.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLog } from '../../gateway/log.ts';
import type { Sender } from '../../schema/ports.ts';
import { startWorld, type World } from '../support/gateway.ts';
import { deviceOf, mutate, send, signedIn } from './sign-in-world.ts';

const lines: string[] = [];
const links: string[] = [];
const sender: Sender = { send: async ({ token }) => void links.push(token) };
const password = 'an umbrella for the harbour';
const secrets: string[] = [password];
let world: World;
let url = '';

beforeAll(async () => {
  const log = createLog('trace', { write: (line) => void lines.push(line) });
  world = await startWorld({
    surroundings: { log, sender },
    env: { TRUSTED_PROXIES: '1', ALARM_FAILED_SIGN_INS: '3' },
  });
  url = world.main.url;
});
afterAll(() => world.stop());

async function fault(api: string, body: object | undefined): Promise<void> {
  const { origin } = new URL(world.simulator.apis[0]?.baseUrl ?? '');
  const response = await fetch(`${origin}/_simulator/faults/${api}`, {
    method: body === undefined ? 'DELETE' : 'PUT',
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`the simulator takes no fault: ${response.status}`);
}

const from = '198.51.100.44';
const HOME = `{ me { name } customers { nodes { name contacts { email phone street } } }
  services { nodes { id name number userName usage { freshness } } }
  bills { nodes { id number } } billingAccounts { nodes { id } } usageRecords(first: 3) { nodes { id } } }`;

/** Texts of the world that name or reach a person, as its own back ends give them. */
async function personal(): Promise<ReadonlySet<string>> {
  const texts = new Set<string>();
  for (const [api, resource] of [
    ['TMF629', 'customer'],
    ['TMF632', 'individual'],
    ['TMF639', 'resource'],
  ] as const) {
    const base = world.simulator.apis.find((each) => each.api === api)?.baseUrl ?? '';
    const rows: unknown = await (await fetch(`${base}/${resource}?limit=1000`)).json();
    const walk = (value: unknown, name: string): void => {
      if (typeof value === 'string' && /name|email|phone|street|value/i.test(name) && value.length > 7)
        texts.add(value);
      if (typeof value === 'object' && value !== null)
        for (const [key, each] of Object.entries(value)) walk(each, key);
    };
    walk(rows, '');
  }
  return texts;
}

async function journey(): Promise<void> {
  const tokens = await signedIn(url, 'family-manager', from);
  secrets.push(tokens.accessToken, tokens.refreshToken);
  const token = tokens.accessToken;
  for (const wrong of ['hunter2-hunter2-hunter2', 'Claire Moreau'])
    for (let count = 0; count < 3; count += 1)
      await mutate(url, 'signIn', { input: { actorId: 'Claire Moreau', password: wrong }, from });
  secrets.push('hunter2');
  const enrolment = await mutate(url, 'enrolDynamicPassword', {
    token,
    input: { password: 'try-the-demo-now' },
  });
  const device = deviceOf(enrolment.uri ?? '');
  secrets.push(new URL(enrolment.uri ?? '').searchParams.get('secret') ?? '');
  const codes = await mutate(url, 'confirmDynamicPassword', {
    token,
    input: { code: device(world.clock.now()) },
  });
  secrets.push(...(codes.recoveryCodes ?? []));
  await mutate(url, 'requestPasswordReset', { input: { actorId: 'acme-manager' }, from });
  await mutate(url, 'changePassword', {
    token,
    input: { password: 'try-the-demo-now', newPassword: password },
    from,
  });
  const next = await mutate(url, 'refresh', { input: { refreshToken: tokens.refreshToken }, from });
  secrets.push(next.tokens?.accessToken ?? '', next.tokens?.refreshToken ?? '');
  await mutate(url, 'refresh', { input: { refreshToken: tokens.refreshToken }, from });
  await send(url, HOME, { token, from });
  await send(url, HOME, { token: await world.token('family-manager'), from });
  await send(url, HOME, { token: await world.token('acme-user'), from });
  await send(url, '{ bills { nodes { id } } }', { token: await world.token('acme-user'), from });
  await send(url, '{ services(filter: { search: "Claire Moreau" }) { nodes { id } } }', {
    token: 'nonsense',
    from,
  });
  const variables = { id: 'Claire Moreau 33639982001' };
  await send(url, 'query ($id: ID!) { service(id: $id) { id } }', { token, variables, from });
  await send(url, 'query ($id: Int!) { service(id: $id) { id } }', { token, variables, from });
  await send(url, '{ service(id: "33639982001") { clairemoreau } }', { token, from });
}

test('SSM-A-11 the log of a whole journey holds no name, number, address, token or password', async () => {
  const people = await personal();
  await journey();
  const broken = [
    { kind: 'status', status: 500 },
    { kind: 'html-error' },
    { kind: 'malformed-json' },
    { kind: 'truncated' },
  ];
  const token = await world.token('family-manager');
  for (const body of broken) {
    for (const api of ['TMF638', 'TMF629', 'TMF678', 'TMF639', 'TMF677', 'TMF635']) await fault(api, body);
    await send(url, HOME, { token, from });
    world.clock.advance(120_000);
  }
  const { store } = world.main.running.own ?? {};
  await store?.close();
  await send(url, HOME, { token: await world.token('acme-billing'), from });
  await send(
    url,
    'mutation { signIn(input: { actorId: "Claire Moreau", password: "hunter2" }) { tokens { accessToken } } }',
  );
  expect(links).toHaveLength(1);
  secrets.push(...links);

  const log = lines.join('');
  expect(lines.length).toBeGreaterThan(5);
  expect(log).toContain('FORBIDDEN');
  expect(people.size).toBeGreaterThan(100);
  expect([...people]).toEqual(expect.arrayContaining(['33639982001', 'Claire Moreau']));
  const found = [...people, ...secrets, from].filter((text) => text !== '' && log.includes(text));
  expect(found).toEqual([]);
});
