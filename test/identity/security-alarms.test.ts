// SSM-A-09 SSM-A-10: what is recorded of sign-ins and refusals, and the alarms that come of them.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { desc } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { DEMO_PASSWORD } from '../../gateway/demo.ts';
import { startSimulator } from '../../mocks/simulator.ts';
import { verifyChain } from '../../subgraphs/store/audit-chain.ts';
import { clockAt, startWorld, type World } from '../support/gateway.ts';
import { mutate, ownOf, send, signedIn } from './sign-in-world.ts';

const ALARMS = `{ securityAlarms(first: 50) { totalCount nodes { kind actorId origin times isReported } } }`;

let world: World;
let url = '';
let management: Server;
const reported: Record<string, unknown>[] = [];
let managementStatus = 201;

beforeAll(async () => {
  management = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    request.on('end', () => {
      if (request.method === 'GET') return response.end('[]');
      if (managementStatus === 201) reported.push({ path: request.url, ...JSON.parse(text) });
      response.writeHead(managementStatus, { 'content-type': 'application/json' }).end(text || '{}');
    });
  });
  await new Promise<void>((resolve) => management.listen(0, '127.0.0.1', resolve));
  const { port } = management.address() as AddressInfo; // it listens on a port
  const clock = clockAt();
  const simulator = await startSimulator({ now: clock.now });
  const alarmApi = { api: 'TMF642', version: 'v4', baseUrl: `http://127.0.0.1:${port}` };
  world = await startWorld({
    clock,
    apis: [...simulator.apis.filter(({ api }) => api !== 'TMF642'), alarmApi],
    env: {
      TRUSTED_PROXIES: '1',
      METRICS: 'on',
      ALARM_FAILED_SIGN_INS: '4',
      ALARM_REFUSALS: '5',
      ALARM_PLACE_CHANGE_MINUTES: '10',
    },
  });
  url = world.main.url;
  stopSimulator = () => simulator.close();
});
let stopSimulator = async () => {};
afterAll(async () => {
  await world.stop();
  await stopSimulator();
  management.closeAllConnections();
  await new Promise((resolve) => management.close(resolve));
});

async function alarms(): Promise<readonly Record<string, unknown>[]> {
  const { data } = await send(url, ALARMS, { token: await world.token('soc-operator') });
  // what the query above selects
  return (data as { securityAlarms: { nodes: Record<string, unknown>[] } }).securityAlarms.nodes;
}
const raised = (expected: object) =>
  vi.waitFor(async () => expect(await alarms()).toContainEqual(expect.objectContaining(expected)), {
    timeout: 5_000,
  });

async function entries(): Promise<readonly Record<string, unknown>[]> {
  const { store, audit } = ownOf(world.main);
  await audit.flush();
  return store.db.select().from(store.tables.auditEntry).orderBy(desc(store.tables.auditEntry.seq)).limit(50);
}

describe('SSM-A-09 is recorded', () => {
  test('a sign-in, with actor, customer and a reference to the place; a failed one; a sign-out', async () => {
    const { accessToken: token } = await signedIn(url, 'acme-manager', '198.51.100.7');
    await mutate(url, 'signIn', { input: { actorId: 'acme-manager', password: 'x' }, from: '198.51.100.7' });
    await mutate(url, 'signIn', {
      input: { actorId: 'Marta Lindqvist', password: 'x' },
      from: '198.51.100.7',
    });
    await mutate(url, 'signOut', { token, from: '198.51.100.7' });
    const found = await entries();
    const place = found.find(({ action }) => action === 'signOut')?.origin;
    expect(place).toMatch(/^[0-9a-f-]{36}$/);
    const customerId = expect.any(String);
    expect(found.slice(0, 4)).toMatchObject([
      { action: 'signOut', actorId: 'acme-manager', customerId, outcome: 'DONE', origin: place },
      {
        action: 'signIn',
        actorId: 'unknown',
        customerId: null,
        outcome: 'REFUSED',
        detail: 'WRONG_CREDENTIALS',
      },
      { action: 'signIn', actorId: 'acme-manager', customerId, outcome: 'REFUSED', origin: place },
      { action: 'signIn', actorId: 'acme-manager', customerId, outcome: 'DONE', origin: place },
    ]);
    // nothing that was typed for nobody, no address and no name
    expect(JSON.stringify(found)).not.toMatch(/Marta|198\.51/);
  });

  test('a refusal by the gate, by the guard, and of a token: who, what, on what', async () => {
    const token = await world.token('acme-user');
    const id = 'aG9tZTpDdXN0b21lckJpbGw6YmlsbC0x';
    await send(url, 'query ($id: ID!) { bill(id: $id) { id } }', { token, variables: { id } });
    await send(url, '{ services { nodes { id } } billingAccounts { nodes { id } } }', { token });
    await send(url, '{ me { actorId } }', { token: 'nonsense' });
    const customerId = expect.any(String);
    expect(await entries()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          actorId: 'acme-user',
          customerId,
          action: 'bill',
          objectId: id,
          detail: 'FORBIDDEN',
        }),
        expect.objectContaining({ actorId: 'acme-user', action: 'billingAccounts', outcome: 'REFUSED' }),
        expect.objectContaining({ actorId: 'anonymous', action: 'request', detail: 'UNAUTHENTICATED' }),
      ]),
    );
    expect((await verifyChain(ownOf(world.main).store)).faults).toEqual([]);
  });
});

describe('SSM-A-10 an alarm is raised', () => {
  test('by repeated failures, once, counted while they go on, and told to the alarm management', async () => {
    for (let count = 0; count < 4; count += 1)
      await mutate(url, 'signIn', {
        input: { actorId: 'family-manager', password: 'x' },
        from: '203.0.113.9',
      });
    await raised({
      kind: 'BRUTE_FORCE',
      actorId: 'family-manager',
      origin: '203.0.113.9',
      times: 1,
      isReported: true,
    });
    // marked before it is sent
    await vi.waitFor(() =>
      expect(reported.filter(({ path }) => path === '/alarm')).toMatchObject([
        {
          path: '/alarm',
          specificProblem: 'BRUTE_FORCE',
          alarmType: 'securityService',
          perceivedSeverity: 'major',
          state: 'raised',
          alarmedObject: { id: 'family-manager' },
          alarmRaisedTime: '2026-11-15T10:00:00.000Z',
        },
      ]),
    );
    expect(JSON.stringify(reported)).not.toContain('203.0.113');
  });

  test('by a refresh token that is used twice; one that could not be told is told with the next', async () => {
    managementStatus = 503;
    const { refreshToken } = await signedIn(url, 'borealis-manager');
    await mutate(url, 'refresh', { input: { refreshToken } });
    await mutate(url, 'refresh', { input: { refreshToken } });
    await raised({ kind: 'TOKEN_REUSE', actorId: 'borealis-manager', isReported: false });
    managementStatus = 201;
    const again = await signedIn(url, 'prepaid-customer');
    await mutate(url, 'refresh', { input: { refreshToken: again.refreshToken } });
    await mutate(url, 'refresh', { input: { refreshToken: again.refreshToken } });
    await raised({ kind: 'TOKEN_REUSE', actorId: 'borealis-manager', isReported: true });
    await raised({ kind: 'TOKEN_REUSE', actorId: 'prepaid-customer', isReported: true });
  });

  test('by probing beyond authorization: of an actor, and of nobody from one address', async () => {
    const token = await world.token('acme-check');
    for (let count = 0; count < 5; count += 1) await send(url, '{ bills { nodes { id } } }', { token });
    for (let count = 0; count < 5; count += 1)
      await send(url, '{ me { actorId } }', { token: 'x', from: '192.0.2.66' });
    await raised({ kind: 'PROBING', actorId: 'acme-check' });
    await raised({ kind: 'PROBING', actorId: null, origin: '192.0.2.66' });
  });

  test('by a change of place within minutes, where that is switched on', async () => {
    await signedIn(url, 'acme-config', '198.51.100.20');
    await signedIn(url, 'acme-config', '198.51.9.9');
    await signedIn(url, 'acme-config', '203.0.113.20');
    await raised({ kind: 'PLACE_CHANGE', actorId: 'acme-config', origin: '203.0.113.20', times: 1 });
    expect((await alarms()).filter(({ kind }) => kind === 'PLACE_CHANGE')).toHaveLength(1);
  });

  test('and is counted in the metrics, and read by provider staff alone', async () => {
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toContain('ssm_security_alarms_total{kind="BRUTE_FORCE"} 1');
    for (const actor of ['acme-manager', 'acme-user', 'marketing', 'analytics', 'partner'])
      expect((await send(url, ALARMS, { token: await world.token(actor) })).code, actor).toBe('FORBIDDEN');
    const { accessToken } = await signedIn(url, 'soc-operator');
    const page = `{ securityAlarms(first: 2) { totalCount nodes { kind } pageInfo { hasNextPage endCursor } } }`;
    const { data } = await send(url, page, { token: accessToken });
    expect(data).toMatchObject({ securityAlarms: { nodes: [{}, {}], pageInfo: { hasNextPage: true } } });
    const input = { actorId: 'soc-operator', password: DEMO_PASSWORD };
    expect((await mutate(url, 'signIn', { input })).tokens).not.toBeNull();
  });
});
