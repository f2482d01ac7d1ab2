// Every operation of a real client is answered in full, with the fewest REST calls that the APIs permit.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ActedOperation, actedOperations } from '../support/client-operations.ts';
import { startWorld, type World } from '../support/gateway.ts';
import { readableJson } from '../support/readable-json.ts';
import { LOWER_BOUNDS } from './lower-bounds.ts';

/** Longer than anything is kept, stale or not: each journey begins with cold caches. */
const APART_MS = 15 * 60 * 1000;

const operations = await actedOperations();
const named = (name: string): ActedOperation => {
  const found = operations.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no operation ${name}`);
  return found;
};

test('each client operation has its bound, with a reason', () => {
  const bounded = LOWER_BOUNDS.map(({ operation }) => operation);
  expect([...bounded].sort()).toEqual(operations.map(({ name }) => name).sort());
});

describe('from cold caches', () => {
  let world: World;
  beforeAll(async () => {
    // a back end's own event may drop a value while it is read back: then it is read once more
    world = await startWorld({ surroundings: { subscribes: false } });
  });
  afterAll(() => world.stop());

  test.each(LOWER_BOUNDS)(
    '$promise $operation: the fewest REST calls',
    async ({ operation, calls, because }) => {
      const { client, text, options } = named(operation);
      const asked = await world.ask(text, options);
      world.clock.advance(APART_MS);
      const { status, data, errors } = asked;
      await expect(`${readableJson({ status, errors, data })}\n`).toMatchFileSnapshot(
        `answers/${client}/${operation}.txt`,
      );
      expect(errors).toEqual([]);
      await expect(`${asked.calls.join('\n')}\n`).toMatchFileSnapshot(
        `answers/${client}/${operation}.calls.txt`,
      );
      expect(asked.calls, `${because}\n${asked.calls.join('\n')}`).toHaveLength(calls);
    },
  );

  test('nothing was logged as a warning', () => {
    // a machine that is too busy to answer for Redis in time is worked on without it
    expect(world.main.log.filter((line) => !line.includes('"msg":"redis"'))).toEqual([]);
  });
});
