// A back end that takes the user's own token: it gets the reader's, and what it says is kept for no other reader.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../mocks/simulator.ts';
import { clockAt, startWorld, type World } from '../support/gateway.ts';

let world: World;
let simulator: Simulator;
let folder: string;
const seen: (string | undefined)[] = [];

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
  world = await startWorld({ clock, surroundings: { providersFile: file } });
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
    'home/TMF638: no userToken: a subgraph over HTTP is never sent one; serve it in the gateway',
  );
});

test("each reader's own token goes there, and nobody reads what another's token got", async () => {
  const listed = await world.ask('{ services(first: 1) { nodes { id name } } }', { as: 'acme-manager' });
  expect(listed.errors).toEqual([]);
  const [first] = (listed.data as { services: { nodes: { id: string; name: string }[] } }).services.nodes; // as asked
  const one = 'query ($id: ID!) { service(id: $id) { name } }';
  for (const as of ['acme-manager', 'acme-config', 'acme-manager']) {
    const { data } = await world.ask(one, { as, variables: { id: first?.id } });
    expect(data).toEqual({ service: { name: `read by ${as}` } });
  }
  expect(seen.every((header) => header?.startsWith('Bearer ey'))).toBe(true);
  const tokens = [...new Set(seen)].map((header) => header?.slice('Bearer '.length) ?? '');
  expect(tokens.length).toBeGreaterThan(1);
  for (const token of tokens) expect(world.main.log.join()).not.toContain(token);
});
