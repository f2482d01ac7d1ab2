// The configuration: defaults, every fault at once, combinations that are unsafe, and no secret in a message.
import { describe, expect, test } from 'vitest';
import { ConfigError, readConfig } from './config.ts';
import { OPTIONS, optionRows } from './options.ts';

function faultsOf(env: Record<string, string>): readonly string[] {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}

const LIVE = {
  PROVIDERS_FILE: 'providers.yaml',
  TOKEN_JWKS_URL: 'https://issuer.example/jwks',
  TOKEN_ISSUER: 'https://issuer.example/',
};

test('without any, it is the demo, on this machine only', () => {
  expect(readConfig({})).toMatchObject({
    port: 4000,
    host: '127.0.0.1',
    demo: true,
    dataFolder: './data',
    tokens: { kind: 'DEMO', audience: 'ssm-gateway' },
    remoteSubgraphs: [],
    metrics: false,
  });
  expect(readConfig({})).not.toHaveProperty('redisUrl');
});

test('a providers file makes it live, on every address', () => {
  expect(readConfig(LIVE)).toMatchObject({
    host: '0.0.0.0',
    demo: false,
    providersFile: 'providers.yaml',
    tokens: { kind: 'JWKS', url: LIVE.TOKEN_JWKS_URL, issuer: LIVE.TOKEN_ISSUER },
  });
});

test('an option that is set to nothing is not set', () => {
  expect(readConfig({ PORT: '', REDIS_URL: ' ', MODE: '' })).toEqual(readConfig({}));
});

test('subgraphs elsewhere', () => {
  const { remoteSubgraphs } = readConfig({ SUBGRAPHS: 'billing=http://b:4001/graphql, usage=https://u/' });
  expect(remoteSubgraphs).toEqual([
    { name: 'billing', url: 'http://b:4001/graphql' },
    { name: 'usage', url: 'https://u/' },
  ]);
});

test('every fault is told at once, by name', () => {
  const faults = faultsOf({
    PORT: 'http',
    MAX_DEPTH: '0',
    LOG_LEVEL: 'loud',
    REDIS_URL: 'http://x',
    SUBGRAPHS: 'x',
  });
  expect(faults.map((fault) => fault.split(':')[0]).sort()).toEqual([
    'LOG_LEVEL',
    'MAX_DEPTH',
    'PORT',
    'REDIS_URL',
    'SUBGRAPHS',
  ]);
});

describe('what cannot go together', () => {
  test.each<[string, Record<string, string>, string]>([
    ['demo tokens on real back ends', { ...LIVE, MODE: 'demo' }, 'MODE'],
    [
      'live without back ends',
      { MODE: 'live', TOKEN_JWKS_URL: 'https://i/', TOKEN_ISSUER: 'i' },
      'PROVIDERS_FILE',
    ],
    ['live without an issuer', { PROVIDERS_FILE: 'p' }, 'TOKEN_JWKS_URL'],
    ['keys without an issuer', { TOKEN_JWKS_URL: 'https://i/' }, 'TOKEN_ISSUER'],
    ['an issuer without keys', { TOKEN_ISSUER: 'i' }, 'TOKEN_JWKS_URL'],
    [
      'keys over plain HTTP',
      { TOKEN_JWKS_URL: 'http://issuer.example/', TOKEN_ISSUER: 'i' },
      'TOKEN_JWKS_URL',
    ],
    [
      'subgraphs elsewhere without a shared cache',
      { ...LIVE, SUBGRAPHS: 'a=http://a', DATABASE_URL: 'postgres://d' },
      'REDIS_URL',
    ],
    ['workers without anything that they share', { WORKERS: '2', REDIS_URL: 'redis://r' }, 'DATABASE_URL'],
    ['a subgraph twice', { SUBGRAPHS: 'a=http://a,a=http://b' }, 'SUBGRAPHS'],
  ])('%s', (_, env, name) => expect(faultsOf(env).map((fault) => fault.split(':')[0])).toEqual([name]));

  test('keys from this machine may come over plain HTTP', () => {
    expect(faultsOf({ TOKEN_JWKS_URL: 'http://127.0.0.1:8080/', TOKEN_ISSUER: 'i' })).toEqual([]);
  });
});

test('no message shows a value', () => {
  const secret = 'hunter2';
  const env = Object.fromEntries(
    Object.keys(OPTIONS.shape).map((name) => [name, `no://user:${secret}@host`]),
  );
  const faults = faultsOf(env);
  expect(faults.length).toBeGreaterThan(10);
  expect(faults.join()).not.toContain(secret);
});

test('the table has every option with its meaning', () => {
  const rows = optionRows();
  expect(rows.map(({ name }) => name)).toEqual(Object.keys(OPTIONS.shape));
  for (const { meaning } of rows) expect(meaning).toMatch(/\.$/);
  expect(rows.find(({ name }) => name === 'MAX_BODY_BYTES')?.default).toBe('262144');
});
