// Subgraphs that misbehave: each costs its own fields, with path and code, and nothing else.
import type { ExecutionResult } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { BAD_ANSWERS, type BadAnswer, UNSTOCKED, WHOLE } from './bad-answers.ts';
import { plain, type TestGraph, testGraph } from './test-graph.ts';

let graph: TestGraph;

beforeAll(async () => {
  graph = await testGraph({
    shop: {
      sdl: `type Query { products: [Product] best: Product tags: [String] found: Found hello: String }
        union Found = Product | Vendor
        type Vendor { name: String }
        type Hidden @inaccessible { name: String }
        type Product @key(fields: "id") { id: ID! name: String! count: Int }`,
      resolvers: {
        Query: {
          products: () => [
            { id: '1', name: 'one' },
            { id: '2', name: 'two' },
          ],
          best: () => ({ id: '2', name: 'two' }),
          hello: () => 'hello',
        },
      },
    },
    stock: {
      sdl: 'type Product @key(fields: "id") { id: ID! left: Int! note: String }',
      resolvers: { Product: { __resolveReference: ({ id }: { id: string }) => ({ id, left: Number(id) }) } },
    },
  });
});

function interfere({ shop, stock }: BadAnswer) {
  return ({ subgraph }: { subgraph: string }): Promise<ExecutionResult> | undefined => {
    const given = subgraph === 'shop' ? shop : stock;
    if (given === undefined) return undefined;
    // as an answer it breaks the type: that is the case under test
    return given instanceof Error
      ? Promise.reject(given)
      : Promise.resolve(structuredClone(given) as ExecutionResult);
  };
}

describe('a subgraph that', () => {
  it.each(BAD_ANSWERS)('$name', async (each) => {
    const result = await graph.ours(each.text, {}, { interfere: interfere(each) });
    expect(plain(result).data).toEqual(each.data);
    const errors = (result.errors ?? []).map(({ extensions, path }) => [extensions.code, path?.join('.')]);
    expect(errors).toEqual(each.errors);
    expect(JSON.stringify(result)).not.toContain('10.0.0.1');
  });

  it('throws where it should reject', async () => {
    const result = await graph.ours(
      '{ hello }',
      {},
      {
        options: {
          subgraph: () => {
            throw new Error('no such thing');
          },
        },
      },
    );
    expect(plain(result)).toMatchObject({
      data: { hello: null },
      errors: [{ path: ['hello'], extensions: { code: 'BACKEND_UNAVAILABLE' } }],
    });
  });

  it('does not exist', async () => {
    const result = await graph.ours('{ hello }', {}, { options: { subgraph: () => undefined } });
    expect(plain(result)).toMatchObject({
      errors: [{ path: ['hello'], extensions: { code: 'NOT_CONFIGURED' } }],
    });
  });

  it('gives values that do not fit: null, and said in valueCompletion as the stock gateway says it', async () => {
    const answer = {
      data: {
        products: [
          { __typename: 'Product', id: '1', name: null, count: 'many' },
          { __typename: 'Product', id: '2', name: 'n', count: 'many' },
        ],
        found: { __typename: 'Hidden' },
      },
    };
    const ask = { interfere: () => Promise.resolve(structuredClone(answer)) };
    const text = '{ products { name count } found { __typename } }';
    const ours = plain(await graph.ours(text, {}, ask));
    expect(ours).toEqual(plain(await graph.stock(text, {}, ask)));
    expect(ours.data).toEqual({ products: [null, { name: 'n', count: null }], found: null });
  });

  it('never answers: the deadline does, for its fields only', async () => {
    const controller = new AbortController();
    const result = graph.ours(
      WHOLE,
      {},
      {
        operation: { signal: controller.signal },
        interfere: ({ subgraph }) => {
          if (subgraph !== 'stock') return undefined;
          controller.abort();
          return new Promise(() => {});
        },
      },
    );
    expect(plain(await result)).toMatchObject({
      data: UNSTOCKED,
      errors: [{ path: ['products'], extensions: { code: 'DEADLINE_EXCEEDED' } }],
    });
  });

  it('answers after the deadline: nobody reads it, nothing more is called', async () => {
    const controller = new AbortController();
    let late: (result: ExecutionResult) => void = () => {};
    const result = await graph.ours(
      WHOLE,
      {},
      {
        operation: { signal: controller.signal },
        interfere: () => {
          controller.abort();
          return new Promise((resolve) => {
            late = resolve;
          });
        },
      },
    );
    const before = JSON.stringify(result);
    late({ data: { products: [{ __typename: 'Product', id: '1', name: 'late' }], hello: 'late' } });
    await new Promise(setImmediate);
    expect(JSON.stringify(result)).toBe(before);
    expect(graph.calls).toHaveLength(1);
  });
});
