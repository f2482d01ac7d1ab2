// A back end that takes the user's own token: it gets the reader's, and what it says is kept for no other reader.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLog } from '../../gateway/log.ts';
import { type Simulator, startSimulator } from '../../mocks/simulator.ts';
import { clockAt, type Instance, startWorld, type World } from '../support/gateway.ts';

let world: World;
let simulator: Simulator;
let folder: string;
const seen: (string | undefined)[] = [];
/** What gateways and subgraphs have logged, everything. */
const written: string[] = [];

/** The service inventory, which names who reads. */
const inventory = createServer(async (request, response) => {
  seen.push(request.headers.authorization);
  const target = simulator.apis.find(({ api }) => api === 'TMF638')?.baseUrl;
  const answer = await fetch(`${target}${request.url}`);
  const claims = JSON.parse(
    Buffer.from(request.headers.authorization?.split('.')[1] ?? 'e30', 'base64url').toString(),
  );
  const rename = (each: object) => ({ ...each, name: `read by ${claims.sub}` });
  const body: unknown = await answer.json();
  response.writeHead(answer.status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(Array.isArray(body) ? body.map(rename) : rename(Object(body))));
});

beforeAll(async () => {
  await new Promise<void>((resolve) => inventory.listen(0, '127.0.0.1', resolve));
  const { port } = inventory.address() as AddressInfo; // it listens on a port
  const clock = clockAt();
  simulator = await startSimulator({ now: clock.now });
  folder = await mkdtemp(join(tmpdir(), 'ssm-user-token-'));
  const apis = Object.fromEntries(
    simulator.apis.map(({ api, version, baseUrl }) => [api, { url: baseUrl, version }]),
  );
  const own = { url: `http://127.0.0.1:${port}`, version: 'v4', auth: { kind: 'userToken' } };
  const file = join(folder, 'providers.json');
  await writeFile(file, JSON.stringify({ providers: [{ id: 'home', apis: { ...apis, TMF638: own } }] }));
  const log = createLog('trace', { write: (line: string) => void written.push(line) });
  world = await startWorld({
    clock,
    env: { LOG_LEVEL: 'trace' },
    surroundings: { providersFile: file, log },
  });
});

afterAll(async () => {
  await world.stop();
  await simulator.close();
  inventory.close();
  inventory.closeAllConnections();
  await rm(folder, { recursive: true, force: true });
});

test('a subgraph that runs alone would never get one: it says so and does not start', async () => {
  await expect(world.subgraphs(['inventory'])).rejects.toThrow(
    'home/TMF638: no userToken: USER_TOKEN_TO names not every subgraph that is served here, so that none is sent one',
  );
  await expect(world.subgraphs(['inventory', 'billing'], { USER_TOKEN_TO: 'inventory' })).rejects.toThrow(
    'home/TMF638: no userToken',
  );
  await expect(world.another({ env: { USER_TOKEN_TO: 'inventory' } })).rejects.toThrow(
    'USER_TOKEN_TO: inventory is not among SUBGRAPHS',
  );
});

test('a subgraph that runs alone is sent it where both sides say so, and nowhere else is it written', async () => {
  const inventory = await world.subgraphs(['inventory'], { USER_TOKEN_TO: 'inventory' });
  const gateway = await world.another({
    env: { SUBGRAPHS: `inventory=${inventory.url}/inventory`, USER_TOKEN_TO: 'inventory' },
  });
  seen.length = 0;
  await readsAsThemselves(gateway);
  const unsent = await world.another({ env: { SUBGRAPHS: `inventory=${inventory.url}/inventory` } });
  const { data, errors } = await unsent.ask('{ services(first: 1) { nodes { name } } }', {
    as: 'acme-manager',
  });
  expect(data).toEqual({ services: null });
  expect(errors.map(({ code }) => code)).toEqual(['BACKEND_REFUSED']);
});

async function readsAsThemselves(gateway: Instance): Promise<void> {
  const listed = await gateway.ask('{ services(first: 1) { nodes { id name } } }', { as: 'acme-manager' });
  expect(listed.errors).toEqual([]);
  const [first] = (listed.data as { services: { nodes: { id: string; name: string }[] } }).services.nodes; // as asked
  const one = 'query ($id: ID!) { service(id: $id) { name } }';
  for (const as of ['acme-manager', 'acme-config', 'acme-manager']) {
    const { data } = await gateway.ask(one, { as, variables: { id: first?.id } });
    expect(data).toEqual({ service: { name: `read by ${as}` } });
  }
  expect(seen.every((header) => header?.startsWith('Bearer ey'))).toBe(true);
  const tokens = [...new Set(seen)].map((header) => header?.slice('Bearer '.length) ?? '');
  expect(tokens.length).toBeGreaterThan(1);
  expect(written.length).toBeGreaterThan(0);
  for (const token of tokens) {
    expect(written.join()).not.toContain(token);
    expect(written.join()).not.toContain(token.split('.')[2]);
  }
}

test("each reader's own token goes there, and nobody reads what another's token got", async () => {
  seen.length = 0;
  await readsAsThemselves(world.main);
});
