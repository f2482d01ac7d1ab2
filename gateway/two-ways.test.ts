// Around ApolloServer's pipeline and through it: the same answers, to good and to bad requests, whatever subgraphs do.

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type ExecutionResult, GraphQLError, getOperationAST, parse } from 'graphql';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Operation, Subgraph } from '../schema/ports.ts';
import { ANONYMOUS } from '../schema/principal.ts';
import { readOperations } from './client-operations.ts';
import { createEngine, type Engine } from './engine.ts';
import { NOW_MS, type SampleGateway, sampleGateway } from './sample-gateway.ts';

describe('requests to a gateway', () => {
  let direct: SampleGateway;
  let served: SampleGateway;
  beforeAll(async () => {
    direct = await sampleGateway({ INTROSPECTION: 'on' });
    served = await sampleGateway({ INTROSPECTION: 'on' }, { execution: 'SERVED' });
  });
  afterAll(() => Promise.all([direct.stop(), served.stop()]));

  const VARIABLE =
    'query Q($id: ID! = 7, $with: Boolean = true) { offering(id: $id) { id name @include(if: $with) } }';
  test.each<[string, unknown]>([
    ['one subgraph', { query: '{ offering(id: 1) { id name } }' }],
    ['two subgraphs', { query: '{ bills { id offering { name } } }' }],
    ['aliases', { query: '{ a: offering(id: 1) { x: name } b: offering(id: 2) { x: id } }' }],
    ['defaults', { query: VARIABLE }],
    ['variables that need coercion', { query: VARIABLE, variables: { id: 12, with: false } }],
    ['null variables', { query: VARIABLE, variables: { with: null } }],
    ['a null id', { query: VARIABLE, variables: { id: null } }],
    ['variables that are not declared', { query: VARIABLE, variables: { other: 1 } }],
    ['one of two operations', { query: 'query A { __typename } query B { spend }', operationName: 'B' }],
    ['an operation that is not there', { query: 'query A { __typename }', operationName: 'B' }],
    ['a mutation', { query: 'mutation { touch }' }],
    ['introspection', { query: '{ __schema { queryType { name } } offering(id: 1) { __typename } }' }],
    ['a failing field', { query: '{ broken(how: "BACKEND_BUSY") { id } spend }' }],
    ['a masked failure', { query: '{ broken(how: "") { id } offering(id: 1) { id } }' }],
    ['a failure that is nobody’s', { query: '{ broken(how: "INTERNAL_SERVER_ERROR") { id } }' }],
    ['syntax', { query: '{ offering' }],
    ['an unknown field', { query: '{ offering(id: 1) { nmae } }' }],
    ['no subscription', { query: 'subscription { bills { id } }' }],
  ])('%s', async (_, body) => {
    const answers = [direct, served].map(async (gateway) => {
      const authorization = `Bearer ${await gateway.token('manager')}`;
      const { status, json, headers } = await gateway.ask(body, { authorization, 'x-request-id': 'r' });
      return { status, json, cache: headers.get('cache-control') };
    });
    const [one, other] = await Promise.all(answers);
    expect(one).toEqual(other);
    expect(one?.json.data !== undefined || one?.json.errors !== undefined).toBe(true);
  });
});

const ANSWERS: Readonly<Record<string, () => Promise<ExecutionResult>>> = {
  nothing: async () => ({ data: {} }),
  nulls: async () => ({
    data: null,
    errors: [new GraphQLError('no', { extensions: { code: 'BACKEND_BUSY' } })],
  }),
  'an error without a code': async () => ({ data: {}, errors: [new GraphQLError('no', { path: ['x', 0] })] }),
  'a rejection': () => Promise.reject(new Error('gone')),
  'no result': async () => ({ data: [] }) as unknown as ExecutionResult, // what a subgraph elsewhere may send
};

describe.each(Object.entries(ANSWERS))('client operations, subgraphs that answer %s', (_, run) => {
  test('are answered alike', async () => {
    const supergraphSdl = await readFile(new URL('../schema/supergraph.graphql', import.meta.url), 'utf8');
    const operations = await readOperations(fileURLToPath(new URL('../schema/operations/', import.meta.url)));
    const subgraph = (name: string): Subgraph => ({ name, sdl: '', run });
    const log = pino({ level: 'silent' });
    const engine = (execution: 'COMPILED' | 'SERVED') =>
      createEngine({
        supergraphSdl,
        subgraph,
        onCall: () => undefined,
        onFault: () => undefined,
        log,
        execution,
      });
    const engines = await Promise.all([engine('COMPILED'), engine('SERVED')]);
    const operation: Operation = {
      requestId: 'r',
      principal: ANONYMOUS,
      nowMs: NOW_MS,
      deadlineMs: NOW_MS + 1000,
      signal: new AbortController().signal,
    };
    expect(operations.length).toBeGreaterThan(5);
    for (const { text, variables: json } of operations) {
      const document = parse(text);
      const node = getOperationAST(document);
      if (!node) throw new Error('each file holds one operation');
      // its runs are queries
      if (node.operation === 'subscription') continue;
      const variables = json === '' ? {} : JSON.parse(json);
      const ask = (each: Engine) =>
        each.execute({ query: text, document, node, variables, coerced: variables }, operation);
      const [one, other] = await Promise.all(engines.map(ask));
      // codes that are missing are put in where errors are published
      const coded = JSON.stringify(other).replaceAll(/,?"code":"INTERNAL_SERVER_ERROR"/g, '');
      expect(JSON.parse(JSON.stringify(one).replaceAll(/,?"code":"INTERNAL_SERVER_ERROR"/g, ''))).toEqual(
        JSON.parse(coded),
      );
    }
    await Promise.all(engines.map((each) => each.stop()));
  });
});
