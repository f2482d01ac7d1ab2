// Processes of the benchmark start, answer, tell why they can't, and end.
import { afterEach, expect, test } from 'vitest';
import { createChildren } from './children.ts';
import type { LoadResult } from './load-process.ts';
import type { UrlReady } from './subgraphs-process.ts';

const children = createChildren();
afterEach(() => children.stopAll());

const HEADERS = { 'content-type': 'application/json' };

const orderFor = (url: string, query: string) => ({
  url: `${url}/products`,
  body: JSON.stringify({ query }),
  headers: [HEADERS],
  connections: 2,
  durationMs: 50,
});

test('load is counted on both sides, and an answer with errors has failed', async () => {
  const stub = await children.start<UrlReady>('stub', 'shop/stub-process.ts', { latencyMs: 0 });
  const load = await children.start('load', 'load-process.ts', {});
  const run = async (query: string) =>
    (await load.ask('load', orderFor(stub.ready.url, query))) as LoadResult; // load-process.ts answers it
  const good = await run('{topProducts(first:1){sku}}');
  expect(good.failed).toBe(0);
  expect(good.total).toBeGreaterThan(0);
  expect(good.bytes).toBe(good.total * JSON.stringify({ data: { topProducts: [{ sku: 'p1' }] } }).length);
  expect(await stub.ask('calls')).toEqual({ count: good.total, isLeast: false });
  const bad = await run('{nothing}');
  expect(bad.failed).toBeGreaterThan(0);
}, 60_000);

test('a process that is gone, or has no such command, is an error and no silence', async () => {
  const load = await children.start('load', 'load-process.ts', {});
  await expect(load.ask('dance')).rejects.toThrow('no command dance');
  const pending = load.ask('load', { ...orderFor('http://127.0.0.1:9', '{x}'), durationMs: 60_000 });
  const lost = expect(pending).rejects.toThrow('load ended');
  await children.stopAll();
  await lost;
}, 60_000);

test('settings may be as long as a supergraph', async () => {
  const settings = { latencyMs: 0, unused: 'x'.repeat(1_000_000) };
  const { ready } = await children.start<UrlReady>('stub', 'shop/stub-process.ts', settings);
  expect(ready.url).toMatch(/^http:/);
}, 60_000);

test('why a process could not start reaches whoever started it', async () => {
  const settings = { subgraphsUrl: 'not a URL' };
  await expect(children.start('hand', 'shop/hand-written-process.ts', settings)).rejects.toThrow(/URL/);
}, 60_000);
