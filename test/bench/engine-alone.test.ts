// `npm run engine`: a supergraph's file and its subgraphs' own addresses are all that it needs.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { afterEach, expect, test } from 'vitest';
import { WITH_TYPESCRIPT } from '../support/typescript.ts';

const ended: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

test('answers a query by the subgraphs that the supergraph names, and a fault with its error', async () => {
  const subgraph = createServer((_, response) => {
    response.setHeader('content-type', 'application/json').end('{"data":{"parcel":{"id":"p1"}}}');
  }).listen(0, '127.0.0.1');
  await once(subgraph, 'listening');
  ended.push(() => subgraph.close());
  // it listens on a port, not on a path
  const url = `http://127.0.0.1:${(subgraph.address() as AddressInfo).port}/`;
  const typeDefs = parse('type Query { parcel: Parcel } type Parcel { id: ID! }');
  const { supergraphSdl = '' } = composeServices([{ name: 'parcels', url, typeDefs }]);
  const folder = await mkdtemp(join(tmpdir(), 'ssm-engine-'));
  ended.push(() => rm(folder, { recursive: true }));
  const file = join(folder, 'supergraph.graphql');
  await writeFile(file, supergraphSdl);

  const command = fileURLToPath(new URL('./engine-alone.ts', import.meta.url));
  const child = spawn(process.execPath, [...WITH_TYPESCRIPT, command, '--supergraph', file, '--port', '0']);
  ended.push(async () => {
    child.kill();
    await once(child, 'exit');
  });
  const [said]: unknown[] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  const address = /http:\S+/.exec(String(said))?.[0] ?? '';
  const ask = async (query: string): Promise<unknown> => {
    const headers = { 'content-type': 'application/json' };
    return (await fetch(address, { method: 'POST', headers, body: JSON.stringify({ query }) })).json();
  };
  expect(await ask('{ parcel { id } }')).toEqual({ data: { parcel: { id: 'p1' } } });
  expect(await ask('{ parcel { weight } }')).toMatchObject({
    errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
  });
});
