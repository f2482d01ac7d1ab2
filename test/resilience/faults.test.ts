// A dead back end costs its own fields and nothing else: every named fault, on every API that a subgraph asks.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Fault } from '../../mocks/simulator.ts';
import { type Instance, startWorld, type World } from '../support/gateway.ts';
import { API_QUERIES, beside } from './api-queries.ts';

/** So long an operation may take where a back end never answers: the others have answered by then, also on a busy machine. */
const HANG_TIMEOUT_MS = 1_500;

interface Case {
  readonly title: string;
  readonly fault: Fault;
  readonly codes: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const CASES: readonly Case[] = [
  { title: 'a 503', fault: { kind: 'status', status: 503 }, codes: ['BACKEND_UNAVAILABLE'] },
  { title: 'a 400', fault: { kind: 'status', status: 400 }, codes: ['BACKEND_REFUSED'] },
  {
    title: 'a 429 for a minute',
    fault: { kind: 'status', status: 429, retryAfterS: 60 },
    codes: ['BACKEND_BUSY'],
  },
  { title: 'a page of HTML', fault: { kind: 'html-error' }, codes: ['BACKEND_UNAVAILABLE'] },
  { title: 'malformed JSON', fault: { kind: 'malformed-json' }, codes: ['BACKEND_BAD_ANSWER'] },
  {
    title: 'a truncated page',
    fault: { kind: 'truncated' },
    codes: ['BACKEND_UNAVAILABLE', 'BACKEND_BAD_ANSWER'],
  },
  {
    title: 'no answer at all',
    fault: { kind: 'hang' },
    codes: ['BACKEND_TIMEOUT', 'DEADLINE_EXCEEDED'],
    env: { OPERATION_TIMEOUT_MS: String(HANG_TIMEOUT_MS) },
  },
];

/** Their values are kept for all readers, so one operation's deadline doesn't end the question. */
const SHARED = new Set(['TMF628', 'TMF629', 'TMF677']);

/** What only a back end, a file of ours or this machine could have said. */
const UPSTREAM =
  /<|doctype|html|127\.0\.0\.1|localhost|https?:|tmf-api|node_modules|\.ts\b|\bat \w|simulator|ECONN|undici|stack/i;

function valueAt(data: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, step) => (value as Record<string, unknown> | null)?.[step], data); // objects, by the query
}

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

describe.each(CASES)('every API answers with $title', ({ fault, codes, env }) => {
  let gateway: Instance;
  beforeAll(async () => {
    gateway = env === undefined ? world.main : await world.another({ env });
    await gateway.ask(`{ ${beside('TMF620')} }`, { as: 'acme-manager' });
  });

  test.each(API_QUERIES)('$api', async ({ api, query, path }) => {
    world.simulator.setFault(api, fault);
    const startedMs = performance.now();
    const asked = await gateway.ask(`{ ${beside(api)} ${query} }`, { as: 'acme-manager' });
    const tookMs = performance.now() - startedMs;
    world.simulator.setFault(api, undefined);

    expect(asked.status).toBe(200);
    expect(asked.text).not.toMatch(UPSTREAM);
    expect(asked.calls.filter((call) => call.includes(api)).length).toBeLessThanOrEqual(3);
    if (fault.kind === 'hang') expect(tookMs).toBeLessThan(HANG_TIMEOUT_MS * 2 + 1000);
    // once a back end has failed often enough, its breaker answers for it
    const allowed = [...codes, 'BACKEND_UNAVAILABLE'];
    for (const { code } of asked.errors) expect(allowed).toContain(code);
    expect(asked.errors.length).toBeGreaterThan(0);

    expect(valueAt(asked.data, path)).toBeNull();
    expect(asked.errors.map((error) => error.path)).toEqual([path]);
    expect(asked.data).toMatchObject({ me: { actorId: 'acme-manager' }, others: { nodes: [{}] } });
    // what is around the field is given as well
    if (path.length > 1) expect(valueAt(asked.data, path.slice(0, -1))).toMatchObject({});

    // a question that hangs is asked for all readers: they wait with it until the API's own timeout ends it
    if (fault.kind === 'hang' && SHARED.has(api)) return;
    const again = await gateway.ask(`{ ${query} }`, { as: 'acme-manager' });
    expect(again.errors).toEqual([]);
    expect(valueAt(again.data, path)).not.toBeNull();
    // what has come back is kept no longer than till the next fault
    world.clock.advance(15 * 60 * 1000);
  });
});

describe('a back end that is only slow', () => {
  afterEach(() => {
    for (const { api } of API_QUERIES) world.simulator.setFault(api, undefined);
  });

  test('is waited for', async () => {
    for (const { api } of API_QUERIES) world.simulator.setFault(api, { kind: 'slow', delayMs: 40 });
    const query = `{ ${API_QUERIES.map(({ query: each }, index) => each.replace(/^\w+/, (name) => `q${index}: ${name}`)).join(' ')} }`;
    const asked = await world.ask(query, { as: 'acme-manager' });
    expect(asked.errors).toEqual([]);
    for (const [index, { path }] of API_QUERIES.entries())
      expect(valueAt(asked.data, [`q${index}`, ...path.slice(1)])).not.toBeNull();
  });
});

test('a back end that fails once is asked again', async () => {
  world.simulator.setFault('TMF637', { kind: 'status', status: 503, times: 1 });
  const asked = await world.ask('{ products(first: 1) { nodes { id } } }', { as: 'acme-config' });
  expect(asked.errors).toEqual([]);
  expect(asked.calls).toHaveLength(2);
});

test('a back end that keeps failing is left alone, and the answer says so at once', async () => {
  world.simulator.setFault('TMF639', { kind: 'status', status: 503 });
  const ask = () => world.main.ask('{ resources(first: 1) { nodes { id } } }', { as: 'acme-manager' });
  await ask();
  await ask();
  const third = await ask();
  world.simulator.setFault('TMF639', undefined);
  expect(third.calls).toEqual([]);
  expect(third.errors).toMatchObject([{ path: ['resources'], code: 'BACKEND_UNAVAILABLE' }]);
  const ready = await fetch(`${world.main.url}/readyz`);
  expect(ready.status).toBe(200);
  const { checks } = (await ready.json()) as { checks: readonly { name: string; state: string }[] }; // readyz's form
  expect(checks).toContainEqual(expect.objectContaining({ name: 'home/TMF639', state: 'DOWN' }));
});
