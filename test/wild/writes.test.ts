// Writes before back ends that deviate: done once, read back, or said not to be done; with the calls that it took.
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../mocks/simulator.ts';
import { BackEndError } from '../../subgraphs/tmf/back-end-error.ts';
import { createTmfClient, type TmfClient } from '../../subgraphs/tmf/client.ts';
import { readProviders } from '../../subgraphs/tmf/providers.ts';

const CHANGE = 'PATCH, GET';
const CREATE = 'POST';

let simulator: Simulator;
let client: TmfClient;
let requestId = '';
beforeAll(async () => {
  simulator = await startSimulator();
  const apis = simulator.apis.map(({ api, baseUrl, version }) => [api, { url: baseUrl, version }]);
  const document = { providers: [{ id: 'home', apis: Object.fromEntries(apis) }] };
  const read = readProviders(JSON.stringify(document), () => undefined);
  if (!read.ok) throw new Error(read.faults.join('\n'));
  client = createTmfClient({ providers: read.providers });
});
afterEach(() => simulator.deviate('*'));
afterAll(async () => {
  await client.close();
  await simulator.close();
});

const MESSAGES = { provider: 'home', api: 'TMF681', resource: 'communicationMessage' } as const;
const SERVICES = { provider: 'home', api: 'TMF638', resource: 'service' } as const;
const MESSAGE = { content: 'x', messageType: 'SMS', sender: { name: 'a' }, receiver: [{ id: 'b' }] };

function call() {
  requestId = randomUUID();
  return { requestId, deadlineMs: Date.now() + 30_000, signal: new AbortController().signal };
}
const calls = () =>
  simulator
    .requests(requestId)
    .map(({ method }) => method)
    .join(', ');
const messages = async () =>
  (await client.page(MESSAGES, { offset: 0, limit: 1 }, call())).total ?? Number.NaN;
const outcome = async (written: Promise<{ readonly kind: string }>) =>
  written.then(
    ({ kind }) => kind,
    (error: unknown) => (error instanceof BackEndError ? error.code : String(error)),
  );

describe('SSM-D-08 a change', () => {
  test.each([
    ['patch-201', 'DONE', CHANGE],
    ['patch-204', 'DONE', CHANGE],
    ['patch-dropped', 'CHANGE_NOT_APPLIED', 'PATCH, GET, GET, GET'],
    ['patch-merge-type-only', 'DONE', 'PATCH, PATCH, GET'],
    ['fields-ignored', 'DONE', CHANGE],
    ['id-leaked', 'DONE', CHANGE],
    ['href-elsewhere', 'DONE', CHANGE],
    ['href-other-scheme', 'DONE', CHANGE],
    ['states-padded', 'DONE', CHANGE],
    ['errors-as-200', 'DONE', CHANGE],
    ['html-as-200', 'UNKNOWN', undefined],
    ['redirects', 'UNKNOWN', undefined],
  ])('SSM-D-08 %s: %s after %s', async (deviation, kind, took) => {
    const description = `changed by ${deviation}`;
    simulator.deviate('TMF638', deviation);
    const written = outcome(client.change(SERVICES, 'svc-acme-m-01', { changes: { description } }, call()));
    expect(await written).toBe(kind);
    if (took !== undefined) expect(calls()).toBe(took);
    simulator.deviate('TMF638');
    const read = await client.one(SERVICES, 'svc-acme-m-01', {}, call());
    if (kind === 'DONE') expect(read).toMatchObject({ description });
    if (kind === 'CHANGE_NOT_APPLIED') expect(read?.description).not.toBe(description);
  });
});

describe('SSM-D-08 a creation', () => {
  test.each([
    ['create-demands-id', 'REFUSED', CREATE, 0],
    ['create-stateless', 'DONE', CREATE, 1],
    ['create-202', 'DONE', 'POST, GET', 1],
    ['create-monitored', 'DONE', 'POST, GET, GET, GET', 1],
    ['create-200', 'DONE', CREATE, 1],
    ['create-without-body', 'DONE', 'POST, GET', 1],
    ['href-link-local', 'DONE', CREATE, 1],
    ['nan-literal', 'DONE', CREATE, 1],
    ['html-as-200', 'UNKNOWN', CREATE, 1],
    ['redirects', 'UNKNOWN', CREATE, 1],
  ])('SSM-D-08 %s: %s after %s, made %i time', async (deviation, kind, took, made) => {
    const before = await messages();
    simulator.deviate('TMF681', deviation);
    const written = outcome(client.create(MESSAGES, { body: MESSAGE }, call()));
    expect(await written).toBe(kind);
    expect(calls()).toBe(took);
    simulator.deviate('TMF681');
    expect((await messages()) - before).toBe(made);
  });
});

test('nobody came where nobody should come', () => {
  expect(simulator.requests().filter(({ api }) => api === 'trap')).toEqual([]);
});
