// `WORKERS=2 npm start` as it really runs: one port, a crash made good, a supergraph taken by all, an end without a loss.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { postgresForTests, skipLoudly, startRedis } from '../support/services.ts';
import { WITH_TYPESCRIPT } from '../support/typescript.ts';

const COMMAND = fileURLToPath(new URL('../../gateway/command.ts', import.meta.url));
const SUPERGRAPH = fileURLToPath(new URL('../../schema/supergraph.graphql', import.meta.url));
const START_TIMEOUT_MS = 90_000;
const POLL = { timeout: 30_000, interval: 100 };

const redis = (await startRedis()) ?? skipLoudly('workers', 'no redis-server on the PATH');
const postgres = await postgresForTests('workers');
const database = `workers_${randomUUID().slice(0, 8)}`;

async function administer(statement: string): Promise<void> {
  const client = new Client({ connectionString: postgres?.url });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}

function databaseUrl(): string {
  const url = new URL(postgres?.url ?? '');
  url.pathname = `/${database}`;
  return url.href;
}

describe.skipIf(redis === undefined || postgres === undefined)('two workers', () => {
  let folder: string;
  let supergraph: string;
  let child: ChildProcess;
  let url: string;
  let output = '';
  const exit = () => new Promise<number | null>((resolve) => child.once('exit', resolve));

  /** What was logged, with the process that logged it. */
  const logged = (message: RegExp): { pid: number; msg: string }[] =>
    output
      .split('\n')
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => JSON.parse(line))
      .filter(({ msg }) => message.test(msg));

  /** On a connection of its own, so that the workers take turns. */
  function ask(query: string): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json' };
      const call = request(`${url}/graphql`, { method: 'POST', agent: false, headers }, (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      });
      call.on('error', reject).end(JSON.stringify({ query }));
    });
  }

  /** The processes that have answered: a refusal is logged by the one that refuses. */
  async function serving(since: number): Promise<number[]> {
    await ask('{ bills(first: 1) { nodes { id } } }').catch(() => undefined);
    return [
      ...new Set(
        logged(/^refused$/)
          .slice(since)
          .map(({ pid }) => pid),
      ),
    ];
  }

  beforeAll(async () => {
    await administer(`create database ${database}`);
    folder = await mkdtemp(join(tmpdir(), 'ssm-workers-'));
    supergraph = join(folder, 'supergraph.graphql');
    await copyFile(SUPERGRAPH, supergraph);
    child = spawn(process.execPath, [...WITH_TYPESCRIPT, COMMAND], {
      env: {
        PATH: process.env.PATH,
        WORKERS: '2',
        METRICS: 'on',
        PORT: '0',
        DATA_FOLDER: folder,
        SUPERGRAPH_FILE: supergraph,
        REDIS_URL: redis?.url,
        DATABASE_URL: databaseUrl(),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const hear = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    await new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
      child.stdout?.on('data', () => {
        if (output.includes('listens on')) resolve();
      });
    });
    url = /listens on (\S+)/.exec(output)?.[1] ?? '';
    expect(url, output).not.toBe('');
  }, START_TIMEOUT_MS);

  afterAll(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = exit();
      child.kill('SIGKILL');
      await ended;
    }
    await rm(folder, { recursive: true, force: true });
    await administer(`drop database ${database} with (force)`);
    await redis?.close();
    await postgres?.close();
  });

  test('both answer on one port', async () => {
    await expect.poll(async () => (await serving(0)).length, POLL).toBe(2);
    expect(await serving(0)).not.toContain(child.pid);
    const { text } = await ask('{ productOfferings(first: 1) { nodes { __typename } } }');
    expect(text).toBe('{"data":{"productOfferings":{"nodes":[{"__typename":"ProductOffering"}]}}}');
  }, 60_000);

  /** By worker, as one of them tells it for all. */
  async function answered(): Promise<Map<string, number>> {
    const text = await (await fetch(`${url}/metrics`, { headers: { connection: 'close' } })).text();
    // each name is explained once, however many have it
    expect(text.match(/^# TYPE ssm_request_duration_seconds /gm)).toHaveLength(1);
    expect(text.match(/^process_start_time_seconds\{worker="\d"\}/gm)).toHaveLength(2);
    const counts = new Map([
      ['1', 0],
      ['2', 0],
    ]);
    for (const [, labels = '', count] of text.matchAll(
      /^ssm_request_duration_seconds_count\{(.*)\} (\d+)$/gm,
    )) {
      const worker = /worker="(\d)"/.exec(labels)?.[1] ?? 'none';
      counts.set(worker, (counts.get(worker) ?? 0) + Number(count));
    }
    return counts;
  }

  test('one scrape sees what both have answered', async () => {
    const before = await answered();
    for (let at = 0; at < 6; at += 1) expect((await ask('{ __typename }')).status).toBe(200);
    const after = await answered();
    const gains = ['1', '2'].map((worker) => (after.get(worker) ?? 0) - (before.get(worker) ?? 0));
    expect(gains.reduce((sum, gain) => sum + gain, 0)).toBe(6);
    expect(Math.min(...gains)).toBeGreaterThan(0);
    expect([...after.keys()]).toEqual(['1', '2']);
  }, 60_000);

  test('one that crashes is replaced, and the other serves meanwhile', async () => {
    const [victim = 0, other] = await serving(0);
    process.kill(victim, 'SIGKILL');
    await expect.poll(() => logged(/a worker crashed/).length, POLL).toBe(1);
    const since = logged(/^refused$/).length;
    for (let at = 0; at < 5; at += 1) expect((await ask('{ __typename }')).status).toBe(200);
    await expect.poll(() => logged(/it is replaced/).length, { ...POLL, timeout: START_TIMEOUT_MS }).toBe(1);
    await expect.poll(async () => (await serving(since)).length, POLL).toBe(2);
    const now = await serving(since);
    expect(now).toContain(other);
    expect(now).not.toContain(victim);
    expect([...(await answered()).keys()]).toEqual(['1', '2']);
  }, 120_000);

  test('all take another supergraph, by its file and by SIGHUP, and refuse a bad one', async () => {
    const readyz = async () => (await fetch(`${url}/readyz`)).text();
    const text = await readFile(supergraph, 'utf8');
    await writeFile(supergraph, 'type {');
    await expect.poll(() => new Set(logged(/is refused/).map(({ pid }) => pid)).size, POLL).toBe(2);
    expect(await readyz()).toContain('refused: Syntax Error');
    expect((await ask('{ __typename }')).status).toBe(200);
    await writeFile(supergraph, `${text}\n# another version\n`);
    await expect.poll(() => new Set(logged(/another supergraph/).map(({ pid }) => pid)).size, POLL).toBe(2);
    expect(await readyz()).not.toContain('refused');
    child.kill('SIGHUP');
    await expect.poll(() => new Set(logged(/is unchanged/).map(({ pid }) => pid)).size, POLL).toBe(2);
  }, 120_000);

  test('SIGTERM ends all: what was taken is answered, the exit code is 0', async () => {
    const slow = (first: number) =>
      `{ productOfferings(first: ${first}) { nodes { id name prices { name } } } }`;
    const taken = Array.from({ length: 8 }, (_, at) => ask(slow(10 + at)));
    // connections are handed out in turn: when later ones are answered, those before are with a worker
    for (let at = 0; at < 4; at += 1) expect((await ask('{ __typename }')).status).toBe(200);
    const ended = exit();
    child.kill('SIGTERM');
    for (const { status, text } of await Promise.all(taken)) {
      expect(status).toBe(200);
      expect(text).not.toContain('"errors"');
    }
    expect(await ended).toBe(0);
    await expect(ask('{ __typename }')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  }, 60_000);
});
