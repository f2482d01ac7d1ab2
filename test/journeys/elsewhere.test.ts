// Subgraphs over HTTP give the same answers as in process: all of them, and a mix of both.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { actedOperations, isReading } from '../support/client-operations.ts';
import { type Instance, startWorld, type World } from '../support/gateway.ts';
import { readableJson } from '../support/readable-json.ts';

const APART_MS = 15 * 60 * 1000;
const operations = (await actedOperations()).filter(isReading);

let world: World;
let names: readonly string[];
let url: string;
beforeAll(async () => {
  world = await startWorld();
  names = [...world.main.running.contract.subgraphs.keys()];
  ({ url } = await world.subgraphs(names));
});
afterAll(() => world.stop());

const addresses = (some: readonly string[]) => some.map((name) => `${name}=${url}/${name}`).join(',');

describe.each([
  ['all subgraphs over HTTP', () => names],
  ['billing and usage over HTTP, the others in process', () => ['billing', 'usage']],
] as const)('%s', (_title, elsewhere) => {
  let gateway: Instance;
  beforeAll(async () => {
    gateway = await world.another({ env: { SUBGRAPHS: addresses(elsewhere()) } });
  });

  test.each(operations)('$name', async ({ text, options }) => {
    const here = await world.ask(text, options);
    const there = await gateway.ask(text, options);
    world.clock.advance(APART_MS);
    expect(here.errors).toEqual([]);
    // on one Redis the second reader is given what the first one brought
    const answer = (data: unknown) => readableJson(data).replaceAll('"CACHED"', '"LIVE"');
    expect(answer(there.data)).toBe(answer(here.data));
    expect(there.errors).toEqual([]);
    expect(gateway.log.filter((line) => !line.includes('"msg":"redis"'))).toEqual([]);
  });
});
