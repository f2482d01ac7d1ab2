// HTTP at /graphql: compression as it is asked for, bodies of unknown length, and a client that leaves.
import { request } from 'node:http';
import { connect } from 'node:net';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contentEncoding } from '../schema/content-encoding.ts';
import { type SampleGateway, sampleGateway } from './sample-gateway.ts';

let sample: SampleGateway;
beforeAll(async () => {
  sample = await sampleGateway({ MAX_BODY_BYTES: '20000', INTROSPECTION: 'on' });
});
afterAll(() => sample.stop());

test.each<[string | undefined, string | undefined]>([
  [undefined, undefined],
  ['', undefined],
  ['identity', undefined],
  ['gzip', 'gzip'],
  ['gzip, deflate, br', 'br'],
  ['GZIP;q=0.5, br;q=0', 'gzip'],
  ['br;q=0.0', undefined],
  ['*', 'br'],
])('accept-encoding %j: %j', (accepted, encoding) => expect(contentEncoding(accepted)).toBe(encoding));

interface Raw {
  readonly status: number | undefined;
  readonly headers: Record<string, unknown>;
  readonly body: Buffer;
}

function post(headers: Record<string, string>, chunks: readonly string[]): Promise<Raw> {
  return new Promise((resolve, reject) => {
    const call = request(`${sample.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
    });
    call.on('error', reject).on('response', (response) => {
      const received: Buffer[] = [];
      response
        .on('data', (chunk) => received.push(chunk))
        .on('end', () =>
          resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(received) }),
        );
    });
    for (const chunk of chunks) call.write(chunk);
    call.end();
  });
}

const LARGE = JSON.stringify({ query: '{ __schema { types { name description fields { name } } } }' });
const SMALL = JSON.stringify({ query: '{ __typename }' });

describe('compression', () => {
  test.each([
    ['br', brotliDecompressSync],
    ['gzip', gunzipSync],
  ])('%s of a large answer is the same answer', async (encoding, unpack) => {
    const plain = await post({}, [LARGE]);
    const packed = await post({ 'accept-encoding': encoding }, [LARGE]);
    expect(packed.headers).toMatchObject({
      'content-encoding': encoding,
      'content-length': String(packed.body.length),
      vary: 'accept, accept-encoding',
    });
    expect(packed.body.length).toBeLessThan(plain.body.length / 2);
    expect(unpack(packed.body).equals(plain.body)).toBe(true);
  });

  test('a small one goes as it is', async () => {
    const { headers, body } = await post({ 'accept-encoding': 'br' }, [SMALL]);
    expect(headers['content-encoding']).toBeUndefined();
    expect(body.toString()).toBe('{"data":{"__typename":"Query"}}');
  });
});

describe('a body without a length', () => {
  test('in pieces that cut a character', async () => {
    const [head = '', tail = ''] = JSON.stringify({ query: '{ __typename } # ', variables: {} }).split('#');
    expect((await post({}, [head, '# ü', tail])).status).toBe(200);
  });

  test('too long: refused before its end', async () => {
    const { status, headers, body } = await post({}, [
      '{"query":"',
      'x'.repeat(15_000),
      'x'.repeat(15_000),
      '"}',
    ]);
    expect({ status, connection: headers.connection }).toEqual({ status: 413, connection: 'close' });
    expect(body.toString()).toContain('PAYLOAD_TOO_LARGE');
  });
});

test('a client that hangs up ends what runs for it alone', async () => {
  let aborted = false;
  sample.subgraphs.billing.instead = (_, operation) =>
    new Promise((resolve) => {
      operation.signal.addEventListener('abort', () => {
        aborted = true;
        resolve({ data: null });
      });
    });
  const { hostname, port } = new URL(sample.url);
  const socket = connect(Number(port), hostname);
  const body = JSON.stringify({ query: '{ spend }' });
  socket.write(
    `POST /graphql HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${await sample.token('manager')}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  await expect.poll(() => sample.subgraphs.billing.requests.length).toBe(1);
  expect(aborted).toBe(false);
  socket.destroy();
  await expect.poll(() => aborted).toBe(true);
});
