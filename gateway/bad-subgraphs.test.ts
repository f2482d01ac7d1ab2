// A subgraph elsewhere that misbehaves, as clients meet it: its own fields' errors, and nobody else's answer touched.
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testOperation } from './execute/test-graph.ts';
import { signing } from './identify.ts';
import { openPrincipalKeys } from './principal-keys.ts';
import { type RemoteSubgraph, remoteSubgraph } from './remote-subgraph.ts';
import { NOW_MS, type SampleGateway, sampleGateway, sampleSubgraph } from './sample-gateway.ts';

/** Instead of the entities, to the manager alone; everything else the subgraph answers as it should. */
let instead: (response: ServerResponse, request: IncomingMessage) => void;
let server: Server;
let remote: RemoteSubgraph;
let sample: SampleGateway;
let folder: string;
const unheard: unknown[] = [];
const hear = (reason: unknown): void => void unheard.push(reason);

beforeAll(async () => {
  process.on('unhandledRejection', hear);
  const catalogue = sampleSubgraph('catalogue');
  server = createServer((request, response) => {
    response.on('error', () => undefined);
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', async () => {
      const asked = JSON.parse(Buffer.concat(chunks).toString());
      const [, claims = ''] = asked.extensions.principal.split('.');
      const byManager = Buffer.from(claims, 'base64url').includes('"manager"');
      if (byManager && asked.query.includes('_entities')) instead(response, request);
      else response.end(JSON.stringify(await catalogue.run(asked, testOperation())));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  folder = await mkdtemp(join(tmpdir(), 'ssm-bad-subgraphs-'));
  const keys = await openPrincipalKeys({ dataFolder: folder });
  remote = remoteSubgraph({
    name: 'catalogue',
    url: `http://127.0.0.1:${port}/`,
    sdl: catalogue.sdl,
    identify: signing(keys.signing, () => NOW_MS),
    now: () => NOW_MS,
    onFault: () => undefined,
    maxAnswerBytes: 1024 * 1024,
  });
  sample = await sampleGateway(
    { OPERATION_TIMEOUT_MS: '1000' },
    {
      subgraphs: [sampleSubgraph('billing'), remote],
      elsewhere: new Set(['catalogue']),
      principalKeys: keys,
    },
  );
});
afterAll(async () => {
  process.off('unhandledRejection', hear);
  await sample.stop();
  await remote.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

const QUERY = '{ bills { id offering { name } } offerings { nodes { id } } }';
const answerOf = (offering: unknown) => ({
  bills: [{ id: 'b1', offering }],
  offerings: { nodes: [{ id: '1' }, { id: '2' }] },
});
const GOOD = { data: answerOf({ name: 'Offering 1' }) };

const says =
  (text: string, status = 200): typeof instead =>
  (response) =>
    void response.writeHead(status).end(text);
const entities = (...found: unknown[]): typeof instead =>
  says(JSON.stringify({ data: { _entities: found } }));
const ONE = { __typename: 'Offering', name: 'wrong' };

test.each<[string, typeof instead, string, offering?: unknown]>([
  ['malformed JSON', says('{"data":{"_entities":['), 'BACKEND_BAD_ANSWER'],
  ['HTML', says('<html>'), 'BACKEND_BAD_ANSWER'],
  ['HTML with 502', says('<html>', 502), 'BACKEND_UNAVAILABLE'],
  ['nothing', says(''), 'BACKEND_BAD_ANSWER'],
  ['null', says('null'), 'BACKEND_BAD_ANSWER'],
  ['a list', says('[]'), 'BACKEND_BAD_ANSWER'],
  ['data that is a text', says('{"data":"x"}'), 'BACKEND_BAD_ANSWER'],
  ['data without entities', says('{"data":{}}'), 'BACKEND_BAD_ANSWER'],
  ['entities that are an object', says('{"data":{"_entities":{}}}'), 'BACKEND_BAD_ANSWER'],
  ['too few entities', entities(), 'BACKEND_BAD_ANSWER'],
  ['too many entities', entities(ONE, ONE), 'BACKEND_BAD_ANSWER'],
  ['an entity that is a number', entities(7), 'BACKEND_BAD_ANSWER'],
  ['an entity that is a list', entities([ONE]), 'BACKEND_BAD_ANSWER'],
  [
    'an entity of a type that nobody knows',
    entities({ __typename: 'Alien', name: 'x' }),
    'BACKEND_BAD_ANSWER',
    null,
  ],
  ['hangs up', (_, request) => void request.socket.destroy(), 'BACKEND_UNAVAILABLE'],
  [
    'hangs up halfway',
    (response, request) => void response.write('{"data":{"_ent', () => request.socket.destroy()),
    'BACKEND_UNAVAILABLE',
  ],
  [
    'less than its content-length',
    (response, request) => {
      response.writeHead(200, { 'content-length': 1000 });
      response.write('{"data":{}}', () => request.socket.destroy());
    },
    'BACKEND_UNAVAILABLE',
  ],
  ['never', () => undefined, 'DEADLINE_EXCEEDED'],
])('%s', async (_, wrong, code, offering = { name: null }) => {
  instead = wrong;
  const as = async (actor: string) => ({ authorization: `Bearer ${await sample.token(actor)}` });
  const [bad, good] = await Promise.all(
    ['manager', 'biller'].map(async (actor) => sample.ask({ query: QUERY }, await as(actor))),
  );
  expect(bad?.status).toBe(200);
  expect(bad?.json.data).toEqual(answerOf(offering));
  expect(bad?.json.errors?.map(({ path, extensions }) => [path?.join('.'), extensions.code])).toEqual([
    ['bills.0.offering', code],
  ]);
  expect(good?.json).toEqual(GOOD);
  instead = entities({ __typename: 'Offering', name: 'Offering 1' });
  expect((await sample.ask({ query: QUERY }, await as('manager'))).json).toEqual(GOOD);
  expect(unheard).toEqual([]);
});
