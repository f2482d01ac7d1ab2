// Health, readiness and the end: what probes hear, and that nothing in flight is dropped.
import { Agent, get, request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { HealthReport } from '../schema/ports.ts';
import { type SampleGateway, sampleGateway } from './sample-gateway.ts';

let sample: SampleGateway | undefined;
afterEach(() => sample?.stop());

const report = (name: string, state: HealthReport['state'], required: boolean): HealthReport => ({
  name,
  kind: 'BACKEND',
  state,
  embedded: false,
  required,
});
const source = (...reports: HealthReport[]) => ({ health: async () => reports });

describe('GET /readyz', () => {
  test.each([
    ['everything up', [source(report('a', 'UP', true))], 200, 'READY'],
    ['what is not required is down', [source(report('a', 'DOWN', false))], 200, 'READY'],
    ['what is required is degraded', [source(report('a', 'DEGRADED', true))], 200, 'READY'],
    [
      'what is required is down',
      [source(report('a', 'UP', true)), source(report('b', 'DOWN', true))],
      503,
      'NOT_READY',
    ],
    [
      'a check fails',
      [{ health: () => Promise.reject(new Error('redis://user:pass@host')) }],
      503,
      'NOT_READY',
    ],
  ])('%s', async (_, health, status, state) => {
    sample = await sampleGateway({}, { health });
    const response = await fetch(`${sample.url}/readyz`);
    const body = await response.text();
    expect({ status: response.status, state: JSON.parse(body).state }).toEqual({ status, state });
    // the supergraph in force is one more
    expect(JSON.parse(body).checks).toHaveLength(health.length + 1);
    expect(body).not.toContain('pass');
    expect((await fetch(`${sample.url}/livez`)).status).toBe(200);
  });

  test('without HEALTH_DETAILS it tells how many are in which state, and no name', async () => {
    const health = [source(report('billing-db', 'UP', true), report('tmf678 at home', 'DOWN', false))];
    sample = await sampleGateway({ HEALTH_DETAILS: 'off' }, { health });
    const body = await (await fetch(`${sample.url}/readyz`)).text();
    expect(JSON.parse(body)).toMatchObject({ state: 'READY', counts: { SCHEMA: { UP: 1 } } });
    expect(JSON.parse(body).counts[report('a', 'UP', true).kind]).toEqual({ UP: 1, DOWN: 1 });
    expect(body).not.toMatch(/billing-db|tmf678/);
  });

  test('a check that hangs is down, and the probe is answered', async () => {
    sample = await sampleGateway({}, { health: [{ health: () => new Promise(() => undefined) }] });
    expect((await fetch(`${sample.url}/readyz`)).status).toBe(503);
  });
});

interface Reply {
  readonly status: number | undefined;
  readonly connection: string | undefined;
  readonly body: string;
}

/** Asks over the agent's one connection, so that it can ask again when nothing new is accepted. */
function ask(url: string, agent: Agent, query?: string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const call = request(url, {
      agent,
      method: query === undefined ? 'GET' : 'POST',
      headers: { 'content-type': 'application/json' },
    });
    call.on('error', reject).on('response', (response) => {
      let body = '';
      response.on('error', reject);
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode, connection: response.headers.connection, body }),
      );
    });
    call.end(query === undefined ? undefined : JSON.stringify({ query }));
  });
}

/** A catalogue that answers when it's let. */
function held(gateway: SampleGateway) {
  let release = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  gateway.subgraphs.catalogue.instead = async () => {
    await gate;
    return { data: { offering: { id: '1' } } };
  };
  const calls = gateway.subgraphs.catalogue.requests;
  return { release, begun: () => expect.poll(() => calls.length).toBeGreaterThan(0) };
}

describe('idle connections', () => {
  // a proxy in front that keeps them longer would send a request down one that is just being closed
  test.each([
    ['as long as is common with a proxy in front', {}, 'timeout=72'],
    ['as long as is set', { KEEP_ALIVE_SECONDS: '620' }, 'timeout=620'],
  ])('are kept %s', async (_, settings, expected) => {
    sample = await sampleGateway(settings);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const told = (path: string): Promise<unknown> =>
      new Promise((resolve, reject) => {
        get(`${sample?.url}${path}`, { agent }, (answer) => {
          answer.resume();
          resolve(answer.headers['keep-alive']);
        }).on('error', reject);
      });
    expect(await told('/livez')).toBe(expected);
    expect(await told('/graphql?query={__typename}')).toBe(expected);
    agent.destroy();
  });
});

describe('drain', () => {
  test('what is in flight is answered, and nothing new is taken', async () => {
    sample = await sampleGateway();
    const { url, gateway } = sample;
    const { release, begun } = held(sample);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const inFlight = ask(`${url}/graphql`, agent, '{ offering(id: 1) { id } }');
    await begun();
    const drained = gateway.drain();
    await expect(
      new Promise((resolve, reject) => get(`${url}/livez`, resolve).on('error', reject)),
    ).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    release();
    expect(await inFlight).toEqual({
      status: 200,
      connection: 'close',
      body: '{"data":{"offering":{"id":"1"}}}',
    });
    await drained;
    agent.destroy();
  });

  test.each([
    ['GET /readyz HTTP/1.1\r\nhost: x\r\n', '', '503', '"state":"DRAINING"'],
    [
      'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 24\r\n',
      '{"query":"{__typename}"}',
      '200',
      '"__typename":"Query"',
    ],
  ])('a request that had only begun is answered: %j', async (beginning, rest, status, expected) => {
    sample = await sampleGateway();
    const { release, begun } = held(sample);
    const agent = new Agent();
    const inFlight = ask(`${sample.url}/graphql`, agent, '{ offering(id: 1) { id } }');
    const { hostname, port } = new URL(sample.url);
    const socket = connect(Number(port), hostname);
    let heard = '';
    socket.on('data', (chunk) => {
      heard += chunk;
    });
    await new Promise((resolve) => socket.write(beginning, resolve));
    await begun();
    await fetch(`${sample.url}/livez`); // by now the beginning has been read too
    const drained = sample.gateway.drain();
    socket.write(`\r\n${rest}`);
    await expect.poll(() => heard).toContain(expected);
    expect(heard).toContain(`HTTP/1.1 ${status}`);
    expect(heard.toLowerCase()).toContain('connection: close');
    release();
    await Promise.all([drained, inFlight]);
  });

  test('it ends in the time that is set, whatever hangs', async () => {
    sample = await sampleGateway({ DRAIN_TIMEOUT_MS: '100' });
    held(sample);
    const agent = new Agent();
    const inFlight = ask(`${sample.url}/graphql`, agent, '{ offering(id: 1) { id } }').catch(
      (error) => error.code,
    );
    await expect.poll(() => sample?.subgraphs.catalogue.requests.length).toBe(1);
    const startedMs = performance.now();
    await sample.gateway.drain();
    expect(performance.now() - startedMs).toBeLessThan(1000);
    expect(await inFlight).toBe('ECONNRESET');
  });

  test('a second call waits for the first', async () => {
    sample = await sampleGateway();
    await Promise.all([sample.gateway.drain(), sample.gateway.drain()]);
  });
});

describe('GET /metrics', () => {
  test('is off unless asked for', async () => {
    sample = await sampleGateway();
    expect((await fetch(`${sample.url}/metrics`)).status).toBe(404);
  });

  test('counts requests under registered names only', async () => {
    const operation = { client: 'mobile', name: 'Home', title: '', text: '', variables: '' };
    sample = await sampleGateway({ METRICS: 'on' }, { operations: [operation] });
    await sample.ask({ query: 'query Home { offering(id: 1) { id } }' });
    await sample.ask({ query: 'query Home { offering(id: 1) { id } }' });
    await sample.ask({ query: 'query Invented7 { offering(id: 1) { id } }' });
    await sample.ask({ query: '{' });
    const text = await (await fetch(`${sample.url}/metrics`)).text();
    expect(text).toContain('ssm_request_duration_seconds_count{operation="Home",status="200"} 2');
    expect(text).toContain('ssm_request_duration_seconds_count{operation="other",status="200"} 1');
    expect(text).toContain('ssm_response_cache_total{event="HIT"} 1');
    expect(text).toContain('ssm_errors_total{code="GRAPHQL_PARSE_FAILED"} 1');
    expect(text).toContain('ssm_subgraph_duration_seconds_count{subgraph="catalogue",ok="true"} 2');
    expect(text).not.toContain('Invented7');
  });
});
