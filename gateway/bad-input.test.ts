// Bad input of every kind: each with its HTTP status and its code, and nothing of the inside in the answer.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type SampleGateway, sampleGateway } from './sample-gateway.ts';

let sample: SampleGateway;
beforeAll(async () => {
  sample = await sampleGateway({ INTROSPECTION: 'off', MAX_BODY_BYTES: '20000' });
});
afterAll(() => sample.stop());

const fields = (count: number, field: string): string => Array.from({ length: count }, () => field).join(' ');
const aliases = (count: number): string => Array.from({ length: count }, (_, at) => `a${at}: id`).join(' ');
const nested = (depth: number): string =>
  `{ offering(id: 1) ${'{ related '.repeat(depth)}{ id }${' }'.repeat(depth)} }`;
/** Each fragment spreads the next one twice: 2^30 fields in a kilobyte. */
const bomb = `{ offering(id: 1) { ...F0 } } ${Array.from({ length: 30 }, (_, at) => `fragment F${at} on Offering { ...F${at + 1} ...F${at + 1} }`).join(' ')} fragment F30 on Offering { id }`;

const DOCUMENTS: readonly [what: string, body: unknown, status: number, code: string][] = [
  ['syntax', { query: '{ offerings {' }, 400, 'GRAPHQL_PARSE_FAILED'],
  ['unknown field', { query: '{ offering(id: 1) { nmae } }' }, 400, 'GRAPHQL_VALIDATION_FAILED'],
  ['unknown root field', { query: '{ offring }' }, 400, 'GRAPHQL_VALIDATION_FAILED'],
  [
    'a root type that is not there',
    { query: 'subscription { bills { id } }' },
    400,
    'GRAPHQL_VALIDATION_FAILED',
  ],
  ['a mutation without mutations', { query: 'mutation { pay }' }, 400, 'GRAPHQL_VALIDATION_FAILED'],
  [
    'a fragment cycle',
    { query: '{ offering(id: 1) { ...A } } fragment A on Offering { related { ...A } }' },
    400,
    'GRAPHQL_VALIDATION_FAILED',
  ],
  ['missing variable', { query: 'query ($id: ID!) { offering(id: $id) { id } }' }, 400, 'BAD_USER_INPUT'],
  [
    'variable of a wrong type',
    { query: 'query ($id: ID!) { offering(id: $id) { id } }', variables: { id: [] } },
    400,
    'BAD_USER_INPUT',
  ],
  [
    'unknown enum value in a variable',
    { query: 'query ($s: Size) { offering(id: 1, size: $s) { id } }', variables: { s: 'SMAL' } },
    400,
    'BAD_USER_INPUT',
  ],
  [
    'variables nested past the stack',
    `{"query":"{__typename}","variables":{"v":${'['.repeat(5000)}${']'.repeat(5000)}}}`,
    400,
    'BAD_USER_INPUT',
  ],
  [
    'two operations, none named',
    { query: 'query A { __typename } query B { __typename }' },
    400,
    'OPERATION_RESOLUTION_FAILURE',
  ],
  [
    'an operation that is not there',
    { query: 'query A { __typename }', operationName: 'B' },
    400,
    'OPERATION_RESOLUTION_FAILURE',
  ],
  ['too deep', { query: nested(25) }, 400, 'OPERATION_TOO_DEEP'],
  ['too wide', { query: `{ offering(id: 1) { ${fields(1001, 'id')} } }` }, 400, 'OPERATION_TOO_WIDE'],
  ['too wide by fragments', { query: bomb }, 400, 'OPERATION_TOO_WIDE'],
  ['too many root fields', { query: `{ ${fields(21, '__typename')} }` }, 400, 'OPERATION_TOO_WIDE'],
  [
    'too many aliases',
    { query: `{ offering(id: 1) { ${aliases(51)} } }` },
    400,
    'OPERATION_TOO_MANY_ALIASES',
  ],
  [
    'too many tokens',
    { query: `{ offering(id: 1) { id ${'@x '.repeat(2500)} } }` },
    400,
    'OPERATION_TOO_MANY_TOKENS',
  ],
  [
    'lists nested past the stack',
    { query: `{ offering(id: ${'['.repeat(3000)}) { id } }` },
    400,
    'OPERATION_TOO_DEEP',
  ],
  ['introspection', { query: '{ __schema { types { name } } }' }, 400, 'INTROSPECTION_DISABLED'],
  ['nothing that anonymous may', { query: '{ bills { id } }' }, 403, 'FORBIDDEN'],
  ['a batch', [{ query: '{ __typename }' }], 400, 'BAD_REQUEST'],
  ['no query', { variables: {} }, 400, 'BAD_REQUEST'],
  ['a number', '42', 400, 'BAD_REQUEST'],
  ['malformed JSON', '{"query":', 400, 'BAD_REQUEST'],
  ['an empty body', '', 400, 'BAD_REQUEST'],
  ['too large a body', { query: `{ __typename } #${'x'.repeat(20_000)}` }, 413, 'PAYLOAD_TOO_LARGE'],
];

describe('documents and bodies', () => {
  test.each(DOCUMENTS)('%s', async (_, body, status, code) => {
    const answer = await sample.ask(body, { 'x-request-id': 'the-request' });
    expect({ status: answer.status, code: answer.json.errors?.[0]?.extensions.code }).toEqual({
      status,
      code,
    });
    expect(answer.json).not.toHaveProperty('data');
    expect(answer.json.errors?.[0]?.extensions.requestId).toBe('the-request');
    expect(answer.headers.get('x-request-id')).toBe('the-request');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(JSON.stringify(answer.json)).not.toMatch(/did you mean|node_modules|at \w+ \(/i);
  });

  test('faults of the document are answered with 200 in application/json, refusals are not', async () => {
    const json = { accept: 'application/json' };
    expect((await sample.ask({ query: '{' }, json)).status).toBe(200);
    expect((await sample.ask({ query: '{ offring }' }, json)).status).toBe(200);
    expect((await sample.ask({ query: '{ bills { id } }' }, json)).status).toBe(403);
    expect((await sample.ask({ query: nested(25) }, json)).status).toBe(400);
  });
});

type Http = [what: string, init: RequestInit & { path?: string }, status: number, code: string];
const QUERY = JSON.stringify({ query: '{ __typename }' });
const json = { 'content-type': 'application/json' };
const HTTP: readonly Http[] = [
  [
    'another content type',
    { method: 'POST', headers: { 'content-type': 'text/plain' }, body: QUERY },
    415,
    'UNSUPPORTED_MEDIA_TYPE',
  ],
  [
    'a form',
    {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'query={__typename}',
    },
    415,
    'UNSUPPORTED_MEDIA_TYPE',
  ],
  [
    'another charset',
    { method: 'POST', headers: { 'content-type': 'application/json; charset=latin1' }, body: QUERY },
    415,
    'UNSUPPORTED_MEDIA_TYPE',
  ],
  [
    'a compressed body',
    { method: 'POST', headers: { ...json, 'content-encoding': 'gzip' }, body: QUERY },
    415,
    'UNSUPPORTED_MEDIA_TYPE',
  ],
  [
    'no UTF-8',
    { method: 'POST', headers: json, body: new Uint8Array([0x22, 0xff, 0x22]) },
    400,
    'BAD_REQUEST',
  ],
  [
    'an answer that we do not give',
    { method: 'POST', headers: { ...json, accept: 'text/html' }, body: QUERY },
    406,
    'NOT_ACCEPTABLE',
  ],
  ['PUT', { method: 'PUT', headers: json, body: QUERY }, 405, 'METHOD_NOT_ALLOWED'],
  ['DELETE', { method: 'DELETE' }, 405, 'METHOD_NOT_ALLOWED'],
  ['a plain link', { path: '/graphql?query={__typename}' }, 400, 'BAD_REQUEST'],
  ['a GET without a query', { path: '/graphql', headers: { 'x-request-id': 'r' } }, 400, 'BAD_REQUEST'],
  [
    'a GET with malformed variables',
    { path: '/graphql?query={__typename}&variables=%7B', headers: { 'x-request-id': 'r' } },
    400,
    'BAD_REQUEST',
  ],
  ['another path', { path: '/graphql/' }, 404, 'NOT_FOUND'],
  ['a malformed path', { path: '/%zz' }, 400, 'BAD_REQUEST'],
  [
    'headers past their bound',
    { path: '/livez', headers: { 'x-long': 'x'.repeat(20_000) } },
    431,
    'PAYLOAD_TOO_LARGE',
  ],
];

describe('HTTP', () => {
  test.each(HTTP)('%s', async (_, { path = '/graphql', ...init }, status, code) => {
    const response = await fetch(`${sample.url}${path}`, init);
    const body = (await response.json()) as { errors: { message: string; extensions: object }[] };
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    expect(body).toEqual({
      errors: [
        { message: expect.any(String), extensions: { code, requestId: expect.stringMatching(/^[\w-]+$/) } },
      ],
    });
  });

  test('the methods that are allowed are said', async () => {
    const response = await fetch(`${sample.url}/graphql`, { method: 'PUT' });
    expect(response.headers.get('allow')).toBe('GET, POST');
  });

  test('a request id that could forge a log line is replaced', async () => {
    const { json: answer } = await sample.ask({ query: '{' }, { 'x-request-id': 'a b{}' });
    expect(answer.errors?.[0]?.extensions.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });
});
