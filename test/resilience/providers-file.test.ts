// The providers file of a running gateway: reloaded without dropping anything, and refused where it is bad.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Simulator, startSimulator } from '../../mocks/simulator.ts';
import { clockAt, startWorld, type World } from '../support/gateway.ts';

let world: World;
let simulator: Simulator;
let folder: string;
let file: string;
/** A catalogue that answers when it is told to. */
const held: (() => void)[] = [];
const slow = createServer((_, response) => {
  held.push(() =>
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify([{ id: 'o-1', name: 'Slow', lifecycleStatus: 'Active', isSellable: true }])),
  );
});

function document(catalogueUrl?: string, others = ''): string {
  const entries = simulator.apis.map(({ api, version, baseUrl }) => {
    const url = api === 'TMF620' && catalogueUrl !== undefined ? catalogueUrl : baseUrl;
    // wide enough for a machine that does much else: what is looked at is what is answered, not how fast
    return `      ${api}: { url: '${url}', version: ${version}, timeoutMs: 30000 }`;
  });
  return `providers:\n  - id: home\n    profile: { totals: filtered }\n    apis:\n${entries.join('\n')}\n${others}`;
}

const checks = async () => {
  const response = await fetch(`${world.main.url}/readyz`);
  const { checks } = (await response.json()) as {
    checks: { name: string; state: string; detail?: string }[];
  }; // server.test.ts proves it
  return checks;
};
const providersCheck = async () => (await checks()).find(({ name }) => name === 'providers');

const address = () => `http://127.0.0.1:${(slow.address() as AddressInfo).port}`; // it listens on a port

beforeAll(async () => {
  await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
  const clock = clockAt();
  simulator = await startSimulator({ now: clock.now });
  folder = await mkdtemp(join(tmpdir(), 'ssm-providers-'));
  file = join(folder, 'providers.yaml');
  await writeFile(file, document(address()));
  world = await startWorld({
    clock,
    env: { OPERATION_TIMEOUT_MS: '60000' },
    surroundings: { providersFile: file },
  });
});

afterAll(async () => {
  await world.stop();
  await simulator.close();
  slow.close();
  slow.closeAllConnections();
  await rm(folder, { recursive: true, force: true });
});

const OFFERINGS = '{ productOfferings(first: 1) { nodes { name } } }';
const names = (data: unknown) => JSON.stringify(data).match(/"name":"[^"]+"/g);

test('another file is in force when it has been read; what is under way ends as it began', async () => {
  const before = world.ask(OFFERINGS);
  await vi.waitFor(() => expect(held).toHaveLength(1), { timeout: 10_000 });
  await writeFile(file, document());
  expect(await world.main.running.reload?.()).toBe(true);
  const after = await world.ask(`${OFFERINGS} # now`);
  expect(after.errors).toEqual([]);
  expect(names(after.data)).not.toEqual(['"name":"Slow"']);
  held[0]?.();
  const answer = await before;
  expect(answer.errors).toEqual([]);
  expect(names(answer.data)).toEqual(['"name":"Slow"']);
  expect(held).toHaveLength(1);
  expect(await providersCheck()).toMatchObject({ state: 'UP' });
});

test('a bad one is refused as soon as it is written, in the log and in readyz, each fault with its line; the former serves on', async () => {
  await writeFile(
    file,
    document(
      'ftp://x',
      '  - id: home\n    apis: { TMF620: { url: env:X, auth: { kind: bearer, token: hunter2 } } }\n',
    ),
  );
  await vi.waitFor(async () => expect(await providersCheck()).toMatchObject({ state: 'DEGRADED' }), {
    timeout: 10_000,
  });
  const { detail } = (await providersCheck()) ?? {};
  expect(detail).toMatch(/line 5: providers\.0\.apis\.TMF620\.url: an absolute http/);
  expect(detail).toMatch(/providers\.1\.apis\.TMF620\.auth\.token: a secret is a reference/);
  expect(world.main.log.join()).toMatch(/the new providers file is refused/);
  expect(`${detail}${world.main.log.join()}`).not.toContain('hunter2');
  expect(
    (await world.ask('{ services(first: 1) { nodes { name } } }', { as: 'acme-manager' })).errors,
  ).toEqual([]);
});

test('a good one mends it; a provider that is no longer named costs its own fields only; a new one serves', async () => {
  const other = `  - id: other\n    apis: { TMF620: { url: '${simulator.apis.find(({ api }) => api === 'TMF620')?.baseUrl}' } }\n`;
  const without = document(undefined, other).replace(/\n {6}TMF638:[^\n]*/, '');
  await writeFile(file, without);
  expect(await world.main.running.reload?.()).toBe(true);
  expect(await providersCheck()).toMatchObject({ state: 'UP' });
  const asked = '{ services(first: 1) { nodes { name } } productOfferings(first: 100) { nodes { id } } }';
  const { data, errors } = await world.ask(asked, { as: 'acme-manager' });
  expect(errors.map(({ code }) => code)).toEqual(['NOT_CONFIGURED']);
  const { productOfferings } = data as { productOfferings: { nodes: { id: string }[] } };
  const ids = productOfferings.nodes.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const providers = ids.map(
    (id) =>
      Buffer.from(id, 'base64url')
        .toString('utf8')
        .split(/[^a-z]/)[0],
  );
  expect(new Set(providers)).toEqual(new Set(['home', 'other']));
});

test("a user's own token is for nothing that is shared", async () => {
  await writeFile(file, document().replace('{ url', '{ auth: { kind: userToken }, url'));
  expect(await world.main.running.reload?.()).toBe(false);
  expect((await providersCheck())?.detail).toMatch(/home\/TMF620: no userToken/);
});
