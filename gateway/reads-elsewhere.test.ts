// SSM-A-09: what provider staff read in a subgraph that keeps no record of its own is recorded by the gateway.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { AuditEntry, AuditSink } from '../schema/ports.ts';
import { unsigned } from './identify.ts';
import { remoteSubgraph } from './remote-subgraph.ts';
import { ACTORS, NOW_MS } from './sample-gateway.ts';

const ended: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

async function recorded(reads: unknown): Promise<readonly [AuditEntry, readonly string[]][]> {
  const server = createServer((_, response) => {
    response.end(JSON.stringify({ data: { bills: [] }, extensions: { reads } }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  ended.push(() => server.close());
  const records: [AuditEntry, readonly string[]][] = [];
  const audit: AuditSink = {
    record: () => {
      throw new Error('reads have a way of their own');
    },
    recordReads: (entry, customerIds) => void records.push([entry, customerIds]),
  };
  const remote = remoteSubgraph({
    name: 'billing',
    // it listens on a port, not on a path
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    sdl: '',
    identify: unsigned(() => 'anybody'),
    now: () => NOW_MS,
    onFault: () => undefined,
    maxAnswerBytes: 8 * 1024 * 1024,
    audit,
  });
  ended.push(() => remote.close());
  const [principal] = ACTORS;
  if (principal === undefined) throw new Error('no actor');
  const signal = AbortSignal.timeout(5_000);
  const operation = { requestId: 'r-1', principal, nowMs: NOW_MS, deadlineMs: NOW_MS + 5_000, signal };
  const { data, extensions } = await remote.run({ query: '{ bills { id } }', variables: {} }, operation);
  expect({ data, extensions }).toEqual({ data: { bills: [] }, extensions: undefined });
  return records;
}

test.each([
  ['one customer', ['Y3VzdA']],
  ['more customers than any page has', Array.from({ length: 10_001 }, (_, at) => `customer-${at}`)],
  ['an id as long as ids may be', ['a'.repeat(1024)]],
])('%s', async (_, customers) => {
  const [record, ...others] = await recorded(customers);
  expect(others).toEqual([]);
  expect(record?.[0]).toMatchObject({ action: 'read', outcome: 'DONE', detail: 'billing', requestId: 'r-1' });
  expect(record?.[1]).toEqual(customers);
});

test('what is no list of customers is nobody', async () => {
  expect(await recorded({ customer: 'x' })).toEqual([]);
});
