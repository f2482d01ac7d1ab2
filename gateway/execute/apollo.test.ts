// The compiled executor behind ApolloServer: what the gateway must go on offering, and reloads with requests in flight.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { ApolloGateway } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { parse } from 'graphql';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { operationOf } from '../../schema/operation-of.ts';
import type { Operation, SubgraphRequest } from '../../schema/ports.ts';
import { compiledExecutor } from './apollo.ts';
import { testGraph, testOperation } from './test-graph.ts';

const stopping: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stopping.splice(0)) await stop();
});

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

async function supergraph(field: string): Promise<string> {
  return (await testGraph({ a: { sdl: `type Query { ${field}: String }` } })).supergraphSdl;
}

async function serve(run: (request: SubgraphRequest, operation: Operation) => Promise<object>) {
  let update: (sdl: string) => void = () => {};
  const first = await supergraph('old');
  const gateway = compiledExecutor(
    new ApolloGateway({
      logger: quiet,
      supergraphSdl: async (offered) => {
        update = offered.update;
        return { supergraphSdl: first };
      },
    }),
    {
      subgraph: (name) => ({ name, sdl: '', run }),
      operation: ({ context }) => testOperation({ requestId: String(context.requestId) }),
    },
  );
  const server = new ApolloServer<{ requestId: string }>({
    gateway,
    logger: quiet,
    stopOnTerminationSignals: false,
  });
  await server.start();
  stopping.push(() => server.stop());
  return {
    gateway,
    take: (sdl: string) => update(sdl),
    reload: async (field: string) => update(await supergraph(field)),
    async ask(query: string, variables = {}) {
      const { body } = await server.executeOperation(
        { query, variables },
        { contextValue: { requestId: 'r-7' } },
      );
      if (body.kind !== 'single') throw new Error('one answer is expected');
      return body.singleResult;
    },
  };
}

describe('the compiled executor', () => {
  it('answers through ApolloServer with the operation of the request', async () => {
    const seen: string[] = [];
    const { ask } = await serve(async (_, operation) => {
      seen.push(operation.requestId);
      return { data: { old: 'value' } };
    });
    expect(await ask('{ old }')).toEqual({ data: { old: 'value' } });
    expect(seen).toEqual(['r-7']);
  });

  it('plans an operation once', async () => {
    const documents: unknown[] = [];
    const { ask, gateway } = await serve(async ({ document }) => {
      documents.push(document);
      return { data: { old: 'value' } };
    });
    await ask('{ old }');
    await ask('{ old }');
    expect(documents).toHaveLength(2);
    expect(documents[1]).toBe(documents[0]);
    const document = parse('{ old }');
    const { operation } = operationOf(document, undefined);
    expect(gateway.compiled(document, operation)).toBe(gateway.compiled(document, operation));
  });

  it('finishes a request with the supergraph it began with, and starts the next with the new one', async () => {
    let release: (result: object) => void = () => {};
    const { ask, reload } = await serve(({ query }) =>
      query.includes('old')
        ? new Promise((resolve) => {
            release = resolve;
          })
        : Promise.resolve({ data: { fresh: 'new' } }),
    );
    const inFlight = ask('{ old __schema { queryType { fields { name } } } }');
    await vi.waitFor(() => expect(release.length).toBe(1));
    await reload('fresh');
    release({ data: { old: 'kept' } });
    expect(await inFlight).toEqual({
      data: { old: 'kept', __schema: { queryType: { fields: [{ name: 'old' }] } } },
    });
    expect(await ask('{ fresh }')).toEqual({ data: { fresh: 'new' } });
    expect((await ask('{ old }')).errors?.[0]?.extensions?.code).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  it('serves on with the old supergraph when a new one is refused', async () => {
    const { ask, take } = await serve(async () => ({ data: { old: 'value' } }));
    expect(() => take('type Query { new: String }')).toThrow();
    expect(() => take('type Query {')).toThrow();
    expect(await ask('{ old }')).toEqual({ data: { old: 'value' } });
  });

  it('leaves what ApolloServer says of variables as it is', async () => {
    const { ask } = await serve(async () => ({ data: { old: 'value' } }));
    const { errors } = await ask('query ($yes: Boolean!) { old @include(if: $yes) }', { yes: 'maybe' });
    expect(errors?.[0]).toMatchObject({
      message:
        'Variable "$yes" got invalid value "maybe"; Boolean cannot represent a non boolean value: "maybe"',
      extensions: { code: 'BAD_USER_INPUT' },
    });
  });
});

it('was written against this gateway: look at load(), onSchemaLoadOrUpdate and executeQueryPlan before moving on', async () => {
  const require = createRequire(import.meta.url);
  for (const name of ['gateway', 'query-planner', 'federation-internals']) {
    const path = require.resolve(`@apollo/${name}`).replace(/dist.*$/, 'package.json');
    expect(JSON.parse(await readFile(path, 'utf8')).version).toBe('2.14.4');
  }
  const gateway = new ApolloGateway({ supergraphSdl: await supergraph('old'), logger: quiet });
  const announced: unknown[] = [];
  gateway.onSchemaLoadOrUpdate((context) => announced.push(context));
  const { schema, executor } = await gateway.load();
  stopping.push(() => gateway.stop());
  expect(announced).toEqual([{ apiSchema: schema, coreSupergraphSdl: await supergraph('old') }]);
  expect(executor).toBe(gateway.executor);
});
