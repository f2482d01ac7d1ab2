// SSM-A-08: with every kind of credential, in good days and bad, no secret is in the log, in an answer, in health or in metrics.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLog } from '../../gateway/log.ts';
import { type Simulator, startSimulator } from '../../mocks/simulator.ts';
import {
  CA,
  CLIENT_CERTIFICATE,
  CLIENT_KEY,
  SERVER_CERTIFICATE,
  SERVER_KEY,
} from '../../subgraphs/tmf/test-certificates.ts';
import { clockAt, startWorld, type World } from '../support/gateway.ts';

const SECRETS: Readonly<Record<string, string>> = {
  LOG_TEST_USER: 'user-q7Zk',
  LOG_TEST_PASSWORD: 'pass-w8Xc word',
  LOG_TEST_KEY: 'key-v3Mn',
  LOG_TEST_BEARER: 'bearer-t5Lp',
  LOG_TEST_CLIENT: 'client-r2Hd',
  LOG_TEST_CLIENT_SECRET: 'hush-b9Jf',
  LOG_TEST_HEADER: 'header-n4Gs',
};
const base64 = (...names: readonly string[]) =>
  Buffer.from(names.map((name) => SECRETS[name]).join(':')).toString('base64');
const linesOf = (pem: string) =>
  pem
    .trim()
    .split('\n')
    .filter((line) => !line.includes('-----'));

let world: World;
let simulator: Simulator;
let folder: string;
let inventory: Server;
const written: string[] = [];
const seen: { readonly authorized: boolean }[] = [];
let broken = false;

beforeAll(async () => {
  Object.assign(process.env, SECRETS);
  const clock = clockAt();
  simulator = await startSimulator({ now: clock.now });
  folder = await mkdtemp(join(tmpdir(), 'ssm-secrets-'));
  for (const [name, text] of Object.entries({ ca: CA, cert: CLIENT_CERTIFICATE, key: CLIENT_KEY }))
    await writeFile(join(folder, name), text);
  const addressOf = (api: string) => simulator.apis.find((each) => each.api === api)?.baseUrl ?? '';
  const tls = {
    cert: SERVER_CERTIFICATE,
    key: SERVER_KEY,
    ca: CA,
    requestCert: true,
    rejectUnauthorized: true,
  };
  inventory = createServer(tls, async (request, response) => {
    seen.push({ authorized: 'authorized' in request.socket && request.socket.authorized === true });
    if (broken) return void request.socket.destroy();
    const answer = await fetch(`${addressOf('TMF639')}${request.url}`);
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(await answer.text());
  });
  await new Promise<void>((resolve) => inventory.listen(0, '127.0.0.1', resolve));
  const { port } = inventory.address() as AddressInfo; // it listens on a port
  const own: Readonly<Record<string, object>> = {
    TMF678: { auth: { kind: 'basic', user: 'env:LOG_TEST_USER', password: 'env:LOG_TEST_PASSWORD' } },
    TMF666: {
      auth: { kind: 'apiKey', key: 'env:LOG_TEST_KEY' },
      headers: { 'x-own': `\${env:LOG_TEST_HEADER}` },
    },
    TMF629: { auth: { kind: 'bearer', token: 'env:LOG_TEST_BEARER' } },
    TMF637: {
      auth: {
        kind: 'oauth2ClientCredentials',
        tokenUrl: `${simulator.url}/_simulator/token`,
        clientId: 'env:LOG_TEST_CLIENT',
        clientSecret: 'env:LOG_TEST_CLIENT_SECRET',
      },
    },
    TMF638: { auth: { kind: 'userToken' } },
    TMF639: {
      url: `https://localhost:${port}`,
      tls: { ca: `file:${folder}/ca`, cert: `file:${folder}/cert`, key: `file:${folder}/key` },
    },
  };
  const apis = simulator.apis.map(({ api, version, baseUrl }) => [
    api,
    { url: baseUrl, version, ...own[api] },
  ]);
  const providersFile = join(folder, 'providers.json');
  await writeFile(
    providersFile,
    JSON.stringify({ providers: [{ id: 'home', apis: Object.fromEntries(apis) }] }),
  );
  const log = createLog('trace', { write: (line: string) => void written.push(line) });
  world = await startWorld({ clock, env: { LOG_LEVEL: 'trace' }, surroundings: { providersFile, log } });
});
afterAll(async () => {
  await world.stop();
  await simulator.close();
  inventory.close();
  inventory.closeAllConnections();
  for (const name of Object.keys(SECRETS)) delete process.env[name];
  await rm(folder, { recursive: true, force: true });
});

const QUERY = `{ me { customer { name } } bills(first: 1) { nodes { number account { name } } }
  products(first: 1) { nodes { name } } services(first: 1) { nodes { name resources { name } } } }`;

test('SSM-A-08 no secret is told', { timeout: 60_000 }, async () => {
  const told: string[] = [];
  const ask = async () => {
    world.clock.advance(15 * 60 * 1000);
    const answer = await world.ask(QUERY, { as: 'acme-manager' });
    told.push(answer.text);
    return answer.errors;
  };
  simulator.deviate('TMF637', 'token-demanded');
  expect(await ask()).toEqual([]);
  expect(seen.length).toBeGreaterThan(0);
  expect(seen.every(({ authorized }) => authorized)).toBe(true);
  // bad days: refused, an error page, no answer, and a token endpoint that is asked again
  for (const kind of ['status', 'html-error', 'truncated'] as const) {
    for (const api of ['TMF678', 'TMF666', 'TMF629', 'TMF637', 'TMF638'])
      simulator.setFault(api, kind === 'status' ? { kind, status: 401 } : { kind });
    broken = true;
    expect((await ask()).length).toBeGreaterThan(0);
  }
  const base = world.main.url;
  for (const path of ['/readyz', '/metrics']) told.push(await (await fetch(`${base}${path}`)).text());

  const user = await world.token('acme-manager');
  const secrets = [
    ...Object.values(SECRETS),
    base64('LOG_TEST_USER', 'LOG_TEST_PASSWORD'),
    base64('LOG_TEST_CLIENT', 'LOG_TEST_CLIENT_SECRET'),
    'simulated-1',
    user,
    user.split('.')[2] ?? user,
    ...linesOf(CLIENT_KEY),
  ];
  const all = [...written, ...told].join('\n');
  expect(written.length).toBeGreaterThan(0);
  for (const secret of secrets) expect(all.includes(secret), secret).toBe(false);
});
