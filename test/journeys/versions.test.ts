// The operations of real clients over back ends of version 5, and of version 3: the same answers as over version 4.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { actedOperations, isReading } from '../support/client-operations.ts';
import { type Instance, startWorld, type World } from '../support/gateway.ts';
import { atVersion, V3, V5, type Versioned } from '../support/other-versions.ts';

const operations = (await actedOperations()).filter(isReading);
let world: World;
const servers: Versioned[] = [];

beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => {
  await world.stop();
  for (const each of servers) await each.close();
});

describe.each([
  ['v5', V5],
  ['v3', V3],
] as const)('over back ends of %s', (version, dialects) => {
  let other: World;
  let instance: Instance;

  beforeAll(async () => {
    const versioned = await atVersion(world.simulator, version, dialects);
    servers.push(versioned);
    other = await startWorld({ clock: world.clock, apis: versioned.apis });
    instance = other.main;
  });
  afterAll(() => other.stop());

  test.each(operations)('$name', async ({ text, options }) => {
    const expected = await world.ask(text, options);
    const { data, errors } = await instance.ask(text, options);
    expect(errors).toEqual(expected.errors);
    // who asks first finds nothing kept
    const told = (answer: unknown) => JSON.stringify(answer, undefined, 1).replaceAll('"CACHED"', '"LIVE"');
    expect(told(data)).toBe(told(expected.data));
  });
});
