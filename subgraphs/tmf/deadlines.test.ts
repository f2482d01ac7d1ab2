// Deadlines, hang-ups, retries, queue and breaker: what a slow or dead back end costs, and no more.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { BackEndError } from './back-end-error.ts';
import type { TmfClient } from './client.ts';
import { BILLS, callOf, type Route, scenes, sendJson } from './misbehaving-server.ts';

const against = scenes(afterEach);
afterEach(() => {
  vi.useRealTimers();
});

const hang: Route = () => undefined;
const down: Route = (_, response) => void response.writeHead(503).end();

async function fault(promise: Promise<unknown>): Promise<Pick<BackEndError, 'code' | 'status'>> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof BackEndError) return { code: error.code, status: error.status };
    throw error;
  }
  throw new Error('it did not fail');
}

const ask = (client: TmfClient, call = callOf()) => client.one(BILLS, 'b-1', {}, call);

async function timed<T>(promise: Promise<T>): Promise<{ value: T; ms: number }> {
  const startedAt = performance.now();
  const value = await promise;
  return { value, ms: performance.now() - startedAt };
}

describe('a back end that hangs', () => {
  it("ends at the API's own limit, and is not asked again", async () => {
    const { server, client } = await against(hang, { timeoutMs: 80 });
    const { value, ms } = await timed(fault(ask(client)));
    expect(value.code).toBe('BACKEND_TIMEOUT');
    expect(ms).toBeLessThan(1_000);
    expect(server.received).toHaveLength(1);
  });

  it("ends at the operation's deadline where that is sooner", async () => {
    const { client } = await against(hang, { timeoutMs: 60_000 });
    const { value, ms } = await timed(fault(ask(client, callOf(80))));
    expect(value.code).toBe('BACKEND_TIMEOUT');
    expect(ms).toBeLessThan(1_000);
  });

  it('ends while it drips its body', async () => {
    const { client } = await against(
      (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.write('[');
      },
      { timeoutMs: 80 },
    );
    expect((await fault(ask(client))).code).toBe('BACKEND_TIMEOUT');
  });

  it('is let go when the client hangs up, and its connection is closed', async () => {
    const hangUp = new AbortController();
    let closed: () => void = () => undefined;
    const connectionClosed = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const { server, client } = await against((_, response) => response.on('close', closed));
    const asked = fault(ask(client, callOf(10_000, hangUp.signal)));
    await server.arrived(1);
    hangUp.abort();
    expect((await asked).code).toBe('DEADLINE_EXCEEDED');
    await connectionClosed;
  });

  it('tells a signal aborted by a deadline from a hang-up', async () => {
    const { client } = await against(hang);
    expect((await fault(ask(client, callOf(10_000, AbortSignal.timeout(50))))).code).toBe('BACKEND_TIMEOUT');
  });

  it('is not asked at all by a call that is over', async () => {
    const { server, client } = await against(hang);
    expect((await fault(ask(client, callOf(-1)))).code).toBe('DEADLINE_EXCEEDED');
    expect((await fault(ask(client, callOf(1_000, AbortSignal.abort())))).code).toBe('DEADLINE_EXCEEDED');
    expect(server.received).toHaveLength(0);
  });

  it('costs one listener on the signal, however many calls there are', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on('warning', note);
    const { client } = await against((request, response) =>
      sendJson(response, { id: request.url.split('/').pop() }),
    );
    const call = callOf();
    await Promise.all(Array.from({ length: 100 }, (_, n) => client.one(BILLS, `b-${n}`, {}, call)));
    // warnings are emitted on the next tick
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', note);
    expect(warnings).toEqual([]);
  });
});

describe('retries', () => {
  it('wait as long as Retry-After says', async () => {
    const { server, client } = await against((_, response, nth) =>
      nth === 1
        ? void response.writeHead(429, { 'retry-after': '1' }).end()
        : sendJson(response, { id: 'b-1' }),
    );
    const { ms } = await timed(ask(client));
    expect(ms).toBeGreaterThanOrEqual(990);
    expect(server.received).toHaveLength(2);
  });

  it('understand a Retry-After that is a date', async () => {
    const { server, client } = await against((_, response, nth) =>
      nth === 1
        ? void response.writeHead(503, { 'retry-after': new Date(Date.now() - 5_000).toUTCString() }).end()
        : sendJson(response, { id: 'b-1' }),
    );
    expect((await ask(client))?.id).toBe('b-1');
    expect(server.received).toHaveLength(2);
  });

  it('are left out where Retry-After lies beyond the deadline: the answer comes at once', async () => {
    const { server, client } = await against(
      (_, response) => void response.writeHead(429, { 'retry-after': '30' }).end(),
    );
    const { value, ms } = await timed(fault(ask(client, callOf(2_000))));
    expect(value).toEqual({ code: 'BACKEND_BUSY', status: 429 });
    expect(ms).toBeLessThan(1_000);
    expect(server.received).toHaveLength(1);
  });

  it('are left out where the jitter lies beyond the deadline', async () => {
    const { server, client } = await against(down, {}, { random: () => 0.99 });
    expect((await fault(ask(client, callOf(60)))).code).toBe('BACKEND_UNAVAILABLE');
    expect(server.received).toHaveLength(1);
  });

  it('stop waiting when the client hangs up', async () => {
    const hangUp = new AbortController();
    const { server, client } = await against(
      (_, response) => void response.writeHead(503, { 'retry-after': '5' }).end(),
      {},
    );
    const asked = timed(fault(ask(client, callOf(10_000, hangUp.signal))));
    await server.arrived(1);
    setTimeout(() => hangUp.abort(), 30);
    const { ms } = await asked;
    expect(ms).toBeLessThan(2_000);
    expect(server.received).toHaveLength(1);
  });
});

describe('the queue of a back end', () => {
  it('never has more calls under way than its concurrency', async () => {
    let under = 0;
    let most = 0;
    const { server, client } = await against(
      (request, response) => {
        under += 1;
        most = Math.max(most, under);
        setTimeout(() => {
          under -= 1;
          sendJson(response, { id: request.url.split('/').pop() });
        }, 5);
      },
      { concurrency: 3 },
    );
    await Promise.all(Array.from({ length: 30 }, (_, n) => client.one(BILLS, `b-${n}`, {}, callOf())));
    expect(most).toBe(3);
    expect(server.received).toHaveLength(30);
  });

  it('lets go of a waiting call at its deadline and when its client hangs up', async () => {
    const hangUp = new AbortController();
    const { server, client } = await against(hang, { concurrency: 1, timeoutMs: 400 });
    const first = fault(ask(client));
    await server.arrived(1);
    const late = fault(ask(client, callOf(50)));
    const gone = fault(ask(client, callOf(10_000, hangUp.signal)));
    hangUp.abort();
    expect((await late).code).toBe('DEADLINE_EXCEEDED');
    expect((await gone).code).toBe('DEADLINE_EXCEEDED');
    expect((await first).code).toBe('BACKEND_TIMEOUT');
    expect(server.received).toHaveLength(1);
  });

  it('is bounded: one too many is told so at once', async () => {
    const { server, client } = await against(hang, { concurrency: 1, timeoutMs: 300 });
    const stop = new AbortController();
    const calls = Array.from({ length: 1_001 }, () => fault(ask(client, callOf(5_000, stop.signal))));
    await server.arrived(1);
    expect((await fault(ask(client))).code).toBe('BACKEND_BUSY');
    stop.abort();
    await Promise.all(calls);
  });
});

describe('the breaker', () => {
  const at = (ms: number) => vi.setSystemTime(Date.UTC(2026, 10, 15, 10) + ms);

  it('opens after failures in a row, answers at once, and closes after a probe that succeeds', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    at(0);
    let healthy = false;
    const { server, client } = await against((request, response, nth) =>
      healthy ? sendJson(response, { id: 'b-1' }) : down(request, response, nth),
    );
    const bills = () => client.health().find(({ name }) => name === 'home/TMF678');
    expect(bills()).toMatchObject({ kind: 'BACKEND', state: 'UP', embedded: false, required: false });
    await fault(ask(client));
    expect(bills()).toMatchObject({ state: 'DEGRADED', detail: 'last call: BACKEND_UNAVAILABLE' });
    await fault(ask(client));
    expect(server.received).toHaveLength(5);
    expect(bills()?.state).toBe('DOWN');

    expect(await fault(ask(client))).toEqual({ code: 'BACKEND_UNAVAILABLE', status: undefined });
    expect(server.received).toHaveLength(5);

    at(2_500);
    await fault(ask(client));
    expect(server.received).toHaveLength(6);
    at(5_000);
    await fault(ask(client));
    expect(server.received).toHaveLength(6);

    at(7_000);
    healthy = true;
    expect(await ask(client)).toEqual({ id: 'b-1' });
    expect(bills()).toEqual({
      name: 'home/TMF678',
      kind: 'BACKEND',
      state: 'UP',
      embedded: false,
      required: false,
    });
    // another back end of the same provider was never touched
    expect(client.health().find(({ name }) => name === 'home/TMF677')?.state).toBe('UP');
  });

  it('sends one probe, and makes nobody wait for it', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    at(0);
    const { server, client } = await against((request, response, nth) =>
      nth <= 5 ? down(request, response, nth) : undefined,
    );
    await fault(ask(client));
    await fault(ask(client));
    at(2_500);
    const hangUp = new AbortController();
    // both are let through the queue while the circuit is still open: the second must not wait for the first
    const probe = fault(ask(client, callOf(10_000, hangUp.signal)));
    const others = [timed(fault(ask(client)))];
    await server.arrived(6);
    others.push(timed(fault(ask(client))));
    for (const { value, ms } of await Promise.all(others)) {
      expect(value.code).toBe('BACKEND_UNAVAILABLE');
      expect(ms).toBeLessThan(500);
    }
    // a probe whose client hung up has proved nothing: the circuit opens again
    hangUp.abort();
    await probe;
    expect(client.health().find(({ name }) => name === 'home/TMF678')?.state).toBe('DOWN');
    await fault(ask(client));
    expect(server.received).toHaveLength(6);
  });

  it('stays closed under refusals, absent objects and full throttle', async () => {
    const statuses = [400, 401, 403, 404, 429];
    const { client } = await against(
      (_, response, nth) => void response.writeHead(statuses[nth % statuses.length] ?? 400).end(),
    );
    for (let n = 0; n < 20; n += 1) await ask(client).catch(() => undefined);
    expect(client.health().find(({ name }) => name === 'home/TMF678')?.state).not.toBe('DOWN');
  });

  it('does not blame a back end for calls that had hardly any time', async () => {
    const { client } = await against(hang, { timeoutMs: 5_000 });
    await Promise.all(Array.from({ length: 12 }, () => fault(ask(client, callOf(20)))));
    expect(client.health().find(({ name }) => name === 'home/TMF678')?.state).not.toBe('DOWN');
  });
});
