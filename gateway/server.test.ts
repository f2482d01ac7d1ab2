// The pipeline end to end: answers, masked errors, deadlines, and clients that hang up; with either executor.
import { request } from 'node:http';
import { GraphQLError } from 'graphql';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { clientError } from '../schema/errors.ts';
import type { Operation } from '../schema/ports.ts';
import { NOW_MS, type SampleGateway, sampleGateway } from './sample-gateway.ts';

describe.each(['COMPILED', 'SERVED', 'STOCK'] as const)('%s execution', (execution) => {
  let sample: SampleGateway;
  let as: Record<'manager' | 'biller' | 'staff', { authorization: string }>;
  beforeAll(async () => {
    sample = await sampleGateway({ OPERATION_TIMEOUT_MS: '300' }, { execution });
    const bearer = async (actor: string) => ({ authorization: `Bearer ${await sample.token(actor)}` });
    as = { manager: await bearer('manager'), biller: await bearer('biller'), staff: await bearer('staff') };
  });
  beforeEach(() => {
    sample.subgraphs.billing.instead = undefined;
    sample.subgraphs.catalogue.instead = undefined;
  });
  afterAll(() => sample.stop());

  const BILLS = '{ bills { id offering { name } } }';

  test('an operation over two subgraphs, in one answer', async () => {
    const { status, json, headers } = await sample.ask({ query: BILLS }, as.biller);
    expect(status).toBe(200);
    expect(json).toEqual({ data: { bills: [{ id: 'b1', offering: { name: 'Offering 1' } }] } });
    expect(headers.get('vary')).toBe('accept, accept-encoding');
  });

  test('GET answers queries, and refuses mutations', async () => {
    const ask = (query: string) =>
      fetch(`${sample.url}/graphql?query=${encodeURIComponent(query)}`, { headers: as.biller });
    expect(await (await ask('{ bills { id } }')).json()).toEqual({ data: { bills: [{ id: 'b1' }] } });
    const refused = await ask('mutation { touch }');
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'POST']);
    expect((await sample.ask({ query: 'mutation { touch }' })).json).toEqual({ data: { touch: true } });
  });

  test('every subgraph gets the operation: who asks, under which id, and until when', async () => {
    let seen: Operation | undefined;
    sample.subgraphs.billing.instead = async (_, operation) => {
      seen = operation;
      return { data: { bills: [] } };
    };
    await sample.ask({ query: '{ bills { id } }' }, { ...as.biller, 'x-request-id': 'abc-1' });
    expect(seen).toMatchObject({
      requestId: 'abc-1',
      principal: { actorId: 'biller', customerId: 'customer', grantVersion: '1' },
      nowMs: NOW_MS,
      deadlineMs: NOW_MS + 270,
    });
    expect(seen?.signal.aborted).toBe(false);
  });

  test('a long answer is compressed for those who can read it', async () => {
    sample.subgraphs.billing.instead = async () => ({
      data: { bills: Array.from({ length: 500 }, (_, at) => ({ id: `bill-${at}` })) },
    });
    const { headers, json } = await sample.ask(
      { query: '{ bills { id } }' },
      { ...as.biller, 'accept-encoding': 'br' },
    );
    expect(headers.get('content-encoding')).toBe('br');
    expect(json.data?.bills).toHaveLength(500);
  });

  describe('errors on the way out', () => {
    test.each([
      ['a known code passes', clientError('BACKEND_TIMEOUT'), 'BACKEND_TIMEOUT', /did not answer in time/],
      [
        'no code is masked',
        new Error('password=hunter2 at /srv/app.ts'),
        'INTERNAL_SERVER_ERROR',
        /request id/,
      ],
      [
        'an unknown code is masked',
        new GraphQLError('secret', { extensions: { code: 'SQLSTATE_42P01' } }),
        'INTERNAL_SERVER_ERROR',
        /request id/,
      ],
      [
        "a subgraph's validation fault is ours",
        new GraphQLError('secret', { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }),
        'INTERNAL_SERVER_ERROR',
        /request id/,
      ],
      [
        'extensions are dropped',
        new GraphQLError('m', {
          extensions: { code: 'BACKEND_BUSY', body: 'secret', stacktrace: ['secret'] },
        }),
        'BACKEND_BUSY',
        /^m$/,
      ],
      [
        'suggestions are dropped',
        new GraphQLError('No. Did you mean "secret"?', { extensions: { code: 'BAD_USER_INPUT' } }),
        'BAD_USER_INPUT',
        /^No\.$/,
      ],
    ])('%s', async (_, error, code, message) => {
      sample.subgraphs.billing.instead = async () => ({
        data: { bills: [{ id: 'b1', number: null }] },
        errors: [
          error instanceof GraphQLError
            ? new GraphQLError(error.message, { path: ['bills', 0, 'number'], extensions: error.extensions })
            : new GraphQLError(error.message, { path: ['bills', 0, 'number'] }),
        ],
      });
      const restricted = await sampleGateway({ INTROSPECTION: 'off' }, { execution });
      restricted.subgraphs.billing.instead = sample.subgraphs.billing.instead;
      const authorization = `Bearer ${await restricted.token('biller')}`;
      const { status, json } = await restricted.ask(
        { query: '{ bills { id number } }' },
        { authorization, 'x-request-id': 'r1' },
      );
      await restricted.stop();
      expect(status).toBe(200);
      expect(json.data).toEqual({ bills: [{ id: 'b1', number: null }] });
      expect(json.errors).toEqual([
        {
          message: expect.stringMatching(message),
          path: ['bills', 0, 'number'],
          extensions: { code, requestId: 'r1' },
        },
      ]);
      expect(JSON.stringify(json)).not.toMatch(/secret|hunter2|serviceName/);
    });

    test('what is masked is in the log, under the request id', async () => {
      await sample.ask({ query: '{ broken(how: "") { id } }' }, { 'x-request-id': 'lookup-1' });
      const line = sample.logged.find((each) => each.includes('masked') && each.includes('lookup-1'));
      expect(line).toContain('secret upstream body');
    });

    test('a subgraph that rejects, or has gone, costs its own fields', async () => {
      sample.subgraphs.catalogue.instead = async () => {
        throw new Error('secret');
      };
      const { status, json } = await sample.ask({ query: BILLS }, as.biller);
      expect(status).toBe(200);
      expect(json.data).toEqual({ bills: [{ id: 'b1', offering: { name: null } }] });
      expect(json.errors?.map(({ extensions }) => extensions.code)).toEqual(['INTERNAL_SERVER_ERROR']);
      expect(JSON.stringify(json)).not.toContain('secret');
      expect(sample.logged.find((line) => line.includes('subgraph failed'))).toContain('"message":"secret"');
    });
  });

  describe('time', () => {
    test('at the deadline, what there is is answered', async () => {
      sample.subgraphs.catalogue.instead = () => new Promise(() => undefined);
      const { status, json } = await sample.ask({ query: BILLS }, as.biller);
      expect(status).toBe(200);
      expect(json.data).toEqual({ bills: [{ id: 'b1', offering: { name: null } }] });
      expect(json.errors?.map(({ extensions }) => extensions.code)).toEqual(['DEADLINE_EXCEEDED']);
    });

    test('a client that hangs up aborts its operation', async () => {
      let signal: AbortSignal | undefined;
      sample.subgraphs.billing.instead = (_, operation) => {
        signal = operation.signal;
        return new Promise(() => undefined);
      };
      const call = request(`${sample.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...as.biller },
      });
      call.on('error', () => undefined);
      call.end(JSON.stringify({ query: '{ bills { id } }' }));
      await expect.poll(() => signal).toBeDefined();
      const startedMs = performance.now();
      call.destroy();
      await expect.poll(() => signal?.aborted).toBe(true);
      expect(performance.now() - startedMs).toBeLessThan(250);
    });
  });

  describe('who may introspect', () => {
    const query = '{ __type(name: "Offering") { name } }';
    const typo = '{ offering(id: 1) { nmae } }';
    test('in demo mode everybody, suggestions included', async () => {
      expect((await sample.ask({ query })).json.data).toEqual({ __type: { name: 'Offering' } });
      expect((await sample.ask({ query: typo })).json.errors?.[0]?.message).toContain('Did you mean "name"');
    });

    test('otherwise provider staff alone', async () => {
      const live = await sampleGateway({}, { execution, live: true });
      const ask = async (actor: string, text: string) =>
        (await live.ask({ query: text }, { authorization: `Bearer ${await live.token(actor)}` })).json;
      expect((await ask('staff', query)).data).toEqual({ __type: { name: 'Offering' } });
      expect((await ask('staff', typo)).errors?.[0]?.message).toContain('Did you mean');
      expect((await ask('manager', query)).errors?.[0]?.extensions.code).toBe('INTROSPECTION_DISABLED');
      expect((await ask('manager', typo)).errors?.[0]?.message).not.toContain('Did you mean');
      await live.stop();
    });
  });

  test('grants are read for each operation: a revocation takes effect on the next request', async () => {
    let revoked = false;
    const mutable = await sampleGateway(
      {},
      {
        execution,
        grants: {
          read: async (actorId) => ({
            actorId,
            kind: 'AUTHORIZED_USER',
            customerId: 'customer',
            grantVersion: '1',
            grants: revoked ? [] : [{ functions: ['BILL_VIEW'], scope: { kind: 'CUSTOMER' } }],
          }),
        },
      },
    );
    const authorization = `Bearer ${await mutable.token('anyone')}`;
    const ask = async () => (await mutable.ask({ query: '{ bills { id } }' }, { authorization })).status;
    expect(await ask()).toBe(200);
    revoked = true;
    expect(await ask()).toBe(403);
    await mutable.stop();
  });
});
