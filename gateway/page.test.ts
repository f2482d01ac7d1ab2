// The demo page: served whole from here, with the operations and a token for each demo actor, and in demo mode only.
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readOperations } from './client-operations.ts';
import { type SampleGateway, sampleGateway } from './sample-gateway.ts';

const OPERATIONS = [
  {
    client: 'mobile',
    name: 'Home',
    title: 'Home </script><script>alert(1)',
    text: 'query Home { offering(id: 1) { id } }',
    variables: '{"a":1}',
  },
];
const demo = { actors: [{ id: 'manager', description: 'may everything' }] };

let sample: SampleGateway;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ssm-page-'));
  sample = await sampleGateway({}, { operations: OPERATIONS, demo });
});
afterAll(async () => {
  await sample.stop();
  await rm(folder, { recursive: true });
});

describe('GET /', () => {
  test('is a page whose every part comes from here', { timeout: 60_000 }, async () => {
    const response = await fetch(`${sample.url}/`);
    const html = await response.text();
    expect(response.status).toBe(200);
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    const parts = [...html.matchAll(/(?:src|href)="(page\/[^"]+)"/g)].map(([, path]) => path);
    expect(parts.map((path) => path?.split('/').at(-1))).toEqual(['page.css', 'page.js']);
    const [, script = ''] = parts;
    for (const name of ['page.js', 'page.css', 'editor.worker.js', 'json.worker.js', 'graphql.worker.js']) {
      const part = await fetch(`${sample.url}/${script.replace('page.js', name)}`);
      expect(part.status).toBe(200);
      expect(part.headers.get('content-type')).toMatch(
        name.endsWith('css') ? /^text\/css/ : /^text\/javascript/,
      );
      expect(part.headers.get('cache-control')).toContain('immutable');
      expect((await part.arrayBuffer()).byteLength).toBeGreaterThan(50_000);
    }
    expect(await readdir(sample.config.dataFolder)).toContain(`page-${script.split('/')[1]}`);
  });

  test('the data in it can not end the element that holds it', async () => {
    const html = await (await fetch(`${sample.url}/`)).text();
    const [, text = ''] = /<script type="application\/json" id="page-data">(.*?)<\/script>/s.exec(html) ?? [];
    expect(JSON.parse(text)).toMatchObject({ operations: OPERATIONS, actors: demo.actors });
    expect(html).not.toContain('<script>alert');
  });

  test('files that are not of the page are not there', async () => {
    for (const path of ['page/x/page.js', 'page/x/..%2f..%2fconfig.ts', 'page/']) {
      expect((await fetch(`${sample.url}/${path}`)).status).toBe(404);
    }
  });
});

const askToken = (body: string, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
  fetch(`${sample.url}/demo/token`, { method: 'POST', headers, body });

describe('POST /demo/token', () => {
  test('gives a token of a demo actor', async () => {
    const { token } = (await (await askToken('{"actorId":"manager"}')).json()) as { token: string };
    const { json } = await sample.ask({ query: '{ bills { id } }' }, { authorization: `Bearer ${token}` });
    expect(json).toEqual({ data: { bills: [{ id: 'b1' }] } });
  });

  test.each([
    ['an actor that is no demo actor', '{"actorId":"staff"}', undefined, 400],
    ['nobody', '{}', undefined, 400],
    ['no JSON', '{', undefined, 400],
    ['a form of a foreign page', '{"actorId":"manager"}', { 'content-type': 'text/plain' }, 415],
  ])('%s', async (_, body, headers, status) => {
    const response = await askToken(body, headers);
    expect(response.status).toBe(status);
    expect(await response.text()).not.toContain('token');
  });
});

test('outside demo mode there is neither page nor tokens', async () => {
  const live = await sampleGateway(
    { PROVIDERS_FILE: 'p', HOST: '127.0.0.1', TOKEN_JWKS_URL: 'https://issuer.example/', TOKEN_ISSUER: 'i' },
    { operations: OPERATIONS, demo },
  );
  expect((await fetch(`${live.url}/`)).status).toBe(404);
  expect((await fetch(`${live.url}/demo/token`, { method: 'POST', body: '{}' })).status).toBe(404);
  expect((await live.ask({ query: '{ __schema { description } }' })).json.errors?.[0]?.extensions.code).toBe(
    'INTROSPECTION_DISABLED',
  );
  expect((await live.ask({ query: '{ offring }' })).json.errors?.[0]?.message).not.toMatch(/did you mean/i);
  await live.stop();
});

describe('client operations', () => {
  test('are read from their files, with titles and sample variables', async () => {
    await mkdir(join(folder, 'mobile'));
    await writeFile(join(folder, 'mobile/usage.graphql'), '# How much is left\nquery Usage($id: ID!) { a }');
    await writeFile(join(folder, 'mobile/usage.variables.json'), '{ "id": "x" }');
    await writeFile(join(folder, 'mobile/bare.graphql'), 'query Bare { a }');
    expect(await readOperations(folder)).toEqual([
      { client: 'mobile', name: 'Bare', title: 'bare', text: 'query Bare { a }', variables: '' },
      {
        client: 'mobile',
        name: 'Usage',
        title: 'How much is left',
        text: '# How much is left\nquery Usage($id: ID!) { a }',
        variables: '{ "id": "x" }',
      },
    ]);
  });

  test('a file without one named operation is a fault that names it', async () => {
    await writeFile(join(folder, 'mobile/two.graphql'), 'query A { a } query B { b }');
    await expect(readOperations(folder)).rejects.toThrow('two.graphql');
  });
});
