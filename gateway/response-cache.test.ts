// Kept answers: PUBLIC only, clean only, each to its own question, and one execution for those who ask at once.
import { afterEach, describe, expect, test } from 'vitest';
import { memoryStore, type SampleGateway, sampleGateway } from './sample-gateway.ts';

let sample: SampleGateway;
afterEach(() => sample.stop());

const PUBLIC = 'query Offering($id: ID!) { offering(id: $id) { id name } }';
const calls = (): number => sample.subgraphs.catalogue.requests.length;

async function start(parts: Parameters<typeof sampleGateway>[1] = {}) {
  const store = memoryStore();
  sample = await sampleGateway({ METRICS: 'on' }, { responseStore: store, ...parts });
  return store;
}

describe('what is kept', () => {
  test('a PUBLIC answer, for everybody', async () => {
    const store = await start();
    const first = await sample.ask({ query: PUBLIC, variables: { id: '1' } });
    const authorization = `Bearer ${await sample.token('manager')}`;
    const second = await sample.ask({ query: PUBLIC, variables: { id: '1' } }, { authorization });
    expect(second.json).toEqual({ data: { offering: { id: '1', name: 'Offering 1' } } });
    expect(second.json).toEqual(first.json);
    expect([first, second].map(({ headers }) => headers.get('cache-control'))).toEqual(
      Array(2).fill('public, max-age=60'),
    );
    expect(calls()).toBe(1);
    expect(store.kept.size).toBe(1);
  });

  test('it is made for the anonymous principal, whoever asked first', async () => {
    await start();
    const asked: string[] = [];
    sample.subgraphs.catalogue.instead = async (_, operation) => {
      asked.push(operation.principal.actorId);
      return { data: { offering: { id: '1', name: 'x' } } };
    };
    await sample.ask(
      { query: PUBLIC, variables: { id: '1' } },
      { authorization: `Bearer ${await sample.token('manager')}` },
    );
    expect(asked).toEqual(['anonymous']);
  });

  test('other variables, another name or another text are another question', async () => {
    await start();
    const two = `${PUBLIC} query Other($id: ID!) { offering(id: $id) { id } }`;
    const asked = [
      { query: PUBLIC, variables: { id: '1' } },
      { query: PUBLIC, variables: { id: '2' } },
      { query: `${PUBLIC} `, variables: { id: '1' } },
      { query: two, operationName: 'Offering', variables: { id: '1' } },
      { query: two, operationName: 'Other', variables: { id: '1' } },
    ];
    for (const each of asked) expect((await sample.ask(each)).json.errors).toBeUndefined();
    expect(calls()).toBe(asked.length);
  });

  test('undeclared variables, and the order of members, make no new question', async () => {
    await start();
    await sample.ask({ query: PUBLIC, variables: { id: '1', junk: 1 } });
    await sample.ask({ query: PUBLIC, variables: { junk: 2, id: '1' } });
    expect(calls()).toBe(1);
  });

  test('each media type gets its own content type', async () => {
    await start();
    for (const accept of ['application/json', 'application/graphql-response+json', 'application/json']) {
      const { headers, json } = await sample.ask({ query: PUBLIC, variables: { id: '1' } }, { accept });
      expect(headers.get('content-type')).toBe(`${accept}; charset=utf-8`);
      expect(json).toEqual({ data: { offering: { id: '1', name: 'Offering 1' } } });
    }
    expect(calls()).toBe(2);
  });
});

describe('what is not kept', () => {
  test('a PRIVATE answer, nor one with a PRIVATE part', async () => {
    const store = await start();
    const authorization = `Bearer ${await sample.token('manager')}`;
    for (const query of [
      '{ bills { id } }',
      '{ bills { id offering { name } } offerings { nodes { id } } }',
    ]) {
      for (const _ of [1, 2]) {
        const { headers, json } = await sample.ask({ query }, { authorization });
        expect(json.errors).toBeUndefined();
        expect(headers.get('cache-control')).toBe('no-store');
      }
    }
    expect(sample.subgraphs.billing.requests).toHaveLength(4);
    expect(store.kept.size).toBe(0);
  });

  test('an answer with errors', async () => {
    const store = await start();
    const query = '{ broken(how: "BACKEND_UNAVAILABLE") { id } }';
    const { headers, json } = await sample.ask({ query });
    expect(json.errors?.[0]?.extensions.code).toBe('BACKEND_UNAVAILABLE');
    expect(headers.get('cache-control')).toBe('no-store');
    await sample.ask({ query });
    expect(calls()).toBe(2);
    expect(store.kept.size).toBe(0);
  });
});

describe('identical misses at once', () => {
  test('share one execution', async () => {
    await start();
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    sample.subgraphs.catalogue.instead = async () => {
      await gate;
      return { data: { offering: { id: '1', name: 'x' } } };
    };
    const ask = () => sample.ask({ query: PUBLIC, variables: { id: '1' } });
    const answers = Promise.all(Array.from({ length: 20 }, ask));
    await expect.poll(calls).toBe(1);
    release();
    const texts = new Set((await answers).map(({ json }) => JSON.stringify(json)));
    expect([...texts]).toEqual(['{"data":{"offering":{"id":"1","name":"x"}}}']);
    expect(calls()).toBe(1);
  });

  test("a client that hangs up doesn't end it for the others", async () => {
    await start();
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    sample.subgraphs.catalogue.instead = async () => {
      await gate;
      return { data: { offering: { id: '1', name: 'x' } } };
    };
    const leaving = new AbortController();
    const left = fetch(`${sample.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
      body: JSON.stringify({ query: PUBLIC, variables: { id: '1' } }),
      signal: leaving.signal,
    }).catch(() => 'left');
    await expect.poll(calls).toBe(1);
    const stayed = sample.ask({ query: PUBLIC, variables: { id: '1' } });
    const counted = async () => (await fetch(`${sample.url}/metrics`)).text();
    await expect.poll(counted).toContain('ssm_response_cache_total{event="SHARED"} 1');
    leaving.abort();
    expect(await left).toBe('left');
    // the server has read the other socket's end by the time it has answered these
    for (const _ of [1, 2, 3]) await fetch(`${sample.url}/livez`);
    release();
    expect((await stayed).json).toEqual({ data: { offering: { id: '1', name: 'x' } } });
  });
});

test('a store that fails costs nothing but the saving', async () => {
  const fail = async (): Promise<never> => {
    throw new Error('store is down');
  };
  await start({ responseStore: { get: fail, set: fail } });
  for (const _ of [1, 2]) {
    const { status, json } = await sample.ask({ query: PUBLIC, variables: { id: '1' } });
    expect({ status, json }).toEqual({
      status: 200,
      json: { data: { offering: { id: '1', name: 'Offering 1' } } },
    });
  }
  expect(calls()).toBe(2);
  expect(sample.logged.some((line) => line.includes('response store failed'))).toBe(true);
});
