// A subgraph elsewhere that packs its answers, or does wrong: whatever it does costs its own fields and tells nothing.
import { request as httpRequest } from 'node:http';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { createLocalJWKSet } from 'jose';
import { describe, expect, test } from 'vitest';
import { serveOverHttp } from '../subgraphs/http.ts';
import { signing } from './identify.ts';
import {
  answers,
  faults,
  type Handler,
  json,
  keys,
  listens,
  MAX_ANSWER_BYTES,
  openRemote,
  operation,
  REQUEST,
  remote,
} from './remote-fixture.ts';
import { remoteSubgraph } from './remote-subgraph.ts';
import { NOW_MS } from './sample-gateway.ts';

listens();

/** How much of 200 MB was taken off its hands, in MB. */
let taken = 0;
const huge: Handler = (_, response) => {
  const chunk = Buffer.alloc(1024 * 1024, 'x');
  response.on('error', () => undefined);
  taken = 0;
  const write = (left: number): void => {
    if (left === 0 || response.destroyed) return void response.end();
    response.write(chunk, (error) => {
      taken += error ? 0 : 1;
      write(left - 1);
    });
  };
  write(200);
};

const packed =
  (encoding: string, body: Buffer): Handler =>
  (_, response) =>
    void response.writeHead(200, { 'content-encoding': encoding }).end(body);
/** 64 MB of an answer in some 64 KB. */
const QUICK = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };
const bomb = `{"data":{"bills":[]}}${' '.repeat(64 * 1024 * 1024)}`;

describe('packed answers', () => {
  test('are asked for where that is set, and are what they are unpacked', async () => {
    const asking = openRemote(true);
    const seen: unknown[] = [];
    for (const [encoding, pack] of [
      ['br', brotliCompressSync],
      ['gzip', gzipSync],
      ['GZIP', gzipSync],
    ] as const) {
      answers((request, response) => {
        seen.push(request.headers['accept-encoding']);
        response.setHeader('content-encoding', encoding);
        response.end(pack('{"data":{"bills":[{"id":"ö"}]}}'));
      });
      expect(await asking.run(REQUEST, operation())).toEqual({ data: { bills: [{ id: 'ö' }] } });
    }
    await asking.close();
    // nobody asked: it is understood all the same
    expect(await remote.run(REQUEST, operation())).toEqual({ data: { bills: [{ id: 'ö' }] } });
    expect(seen).toEqual(['br, gzip', 'br, gzip', 'br, gzip', undefined]);
  });

  test('the gateway’s own subgraphs pack what is worth it', async () => {
    const bills = Array.from({ length: 100 }, (_, id) => ({ id: `bill ${id}` }));
    const server = await serveOverHttp({
      subgraphs: [{ name: 'billing', sdl: '', run: async () => ({ data: { bills } }) }],
      keys: createLocalJWKSet(keys.publicKeys),
      host: '127.0.0.1',
      port: 0,
      now: () => NOW_MS,
      maxBodyBytes: 10_000,
      timeoutMs: 1000,
      onRefusal: ({ reason }) => faults.push(reason),
    });
    const between: unknown[] = [];
    answers((request, response, body) => {
      const headers = { 'accept-encoding': request.headers['accept-encoding'] ?? 'identity' };
      const on = httpRequest(`${server.url}/billing`, { method: 'POST', headers }, (answer) => {
        between.push(answer.headers['content-encoding'], Number(answer.headers['content-length']) < 1024);
        response.writeHead(answer.statusCode ?? 0, answer.headers);
        answer.pipe(response);
      });
      on.end(body);
    });
    for (const compression of [true, false]) {
      const asking = openRemote(compression);
      expect(await asking.run(REQUEST, operation())).toEqual({ data: { bills } });
      await asking.close();
    }
    expect(between).toEqual(['br', true, undefined, false]);
    await server.close();
  });
});

describe('what it does wrong', () => {
  test.each<[string, Handler, string]>([
    ['malformed JSON', (_, response) => response.end('{"data":'), 'BACKEND_BAD_ANSWER'],
    ['HTML', (_, response) => response.end('<html>secret</html>'), 'BACKEND_BAD_ANSWER'],
    ['an array', (_, response) => response.end('[]'), 'BACKEND_BAD_ANSWER'],
    ['neither data nor errors', (_, response) => response.end('{}'), 'BACKEND_BAD_ANSWER'],
    ['data that is a list', (_, response) => response.end('{"data":[1]}'), 'BACKEND_BAD_ANSWER'],
    ['errors that are texts', (_, response) => response.end('{"errors":["secret"]}'), 'BACKEND_BAD_ANSWER'],
    ['200 MB', huge, 'BACKEND_BAD_ANSWER'],
    ['a gzip bomb', packed('gzip', gzipSync(bomb)), 'BACKEND_BAD_ANSWER'],
    ['a brotli bomb', packed('br', brotliCompressSync(bomb, QUICK)), 'BACKEND_BAD_ANSWER'],
    ['an encoding that nobody reads', packed('zstd', Buffer.from('x')), 'BACKEND_BAD_ANSWER'],
    ['gzip that is none', packed('gzip', Buffer.from('{"data":{}}')), 'BACKEND_BAD_ANSWER'],
    ['half of a gzip', packed('gzip', gzipSync('{"data":{}}').subarray(0, 20)), 'BACKEND_BAD_ANSWER'],
    ['500', (_, response) => void response.writeHead(500).end('secret'), 'BACKEND_UNAVAILABLE'],
    [
      '503 with JSON',
      (_, response) => void response.writeHead(503).end('{"data":{}}'),
      'BACKEND_UNAVAILABLE',
    ],
    ['401', (_, response) => void response.writeHead(401).end('{"data":{}}'), 'BACKEND_REFUSED'],
    ['hangs up', (request) => void request.socket.destroy(), 'BACKEND_UNAVAILABLE'],
    [
      'hangs up halfway',
      (request, response) => void response.write('{"da', () => request.socket.destroy()),
      'BACKEND_UNAVAILABLE',
    ],
    [
      'a redirect',
      (_, response) => void response.writeHead(302, { location: '/else' }).end(),
      'BACKEND_BAD_ANSWER',
    ],
  ])('%s', async (_, wrong, code) => {
    answers(wrong);
    faults.length = 0;
    const { data, errors } = await remote.run(REQUEST, operation());
    expect(data).toBeNull();
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual([code]);
    expect(JSON.stringify(errors)).not.toMatch(/secret|127\.0\.0\.1/);
    expect(faults).toHaveLength(1);
    answers(json);
    expect(await remote.run(REQUEST, operation())).toEqual({ data: { bills: [] } });
  });

  test('of 200 MB no more is taken than the bound and what is under way', async () => {
    answers(huge);
    await remote.run(REQUEST, operation());
    expect(taken).toBeLessThan(20);
  });

  test('hangs: the deadline ends it', async () => {
    answers(() => undefined);
    const { errors } = await remote.run(REQUEST, operation({ signal: AbortSignal.timeout(50) }));
    expect(errors?.[0]?.extensions.code).toBe('DEADLINE_EXCEEDED');
  });

  test('hangs halfway: the deadline ends it, and what comes later is nobody’s', async () => {
    let finish = (): void => undefined;
    answers((_, response) => {
      response.write('{"data":{"bills":[]');
      finish = () => response.end('}}');
    });
    const { data, errors } = await remote.run(REQUEST, operation({ signal: AbortSignal.timeout(50) }));
    expect({ data, code: errors?.[0]?.extensions.code }).toEqual({ data: null, code: 'DEADLINE_EXCEEDED' });
    finish();
    answers(json);
    expect(await remote.run(REQUEST, operation())).toEqual({ data: { bills: [] } });
  });

  test('given up before it began: nothing is sent', async () => {
    let asked = 0;
    answers((...call) => {
      asked += 1;
      json(...call);
    });
    const { errors } = await remote.run(REQUEST, operation({ signal: AbortSignal.abort() }));
    expect(errors?.[0]?.extensions.code).toBe('DEADLINE_EXCEEDED');
    expect(asked).toBe(0);
  });

  test('is not there', async () => {
    const gone = remoteSubgraph({
      name: 'x',
      url: 'http://127.0.0.1:1/',
      sdl: '',
      identify: signing(keys.signing, () => NOW_MS),
      now: () => NOW_MS,
      onFault: () => undefined,
      maxAnswerBytes: MAX_ANSWER_BYTES,
    });
    expect((await gone.run(REQUEST, operation())).errors?.[0]?.extensions.code).toBe('BACKEND_UNAVAILABLE');
    await gone.close();
  });
});
