// Nothing leaves the process: every name that is looked up and every connection that is made, from start to stop.
import dns from 'node:dns';
import net from 'node:net';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { sampleGateway } from './sample-gateway.ts';

const contacted: string[] = [];
const connect = net.Socket.prototype.connect;
const lookup = dns.lookup;

function hostOf(args: readonly unknown[]): string {
  const [first] = Array.isArray(args[0]) ? args[0] : args;
  if (typeof first !== 'object' || first === null) return `port ${String(first)}`;
  return 'path' in first && first.path
    ? 'a local socket'
    : 'host' in first
      ? String(first.host)
      : 'localhost';
}

beforeAll(() => {
  // what a host that runs other Apollo tools may have set; each of these would switch a report on
  vi.stubEnv('APOLLO_KEY', 'service:graph:secret');
  vi.stubEnv('APOLLO_GRAPH_REF', 'graph@current');
  vi.stubEnv('APOLLO_SCHEMA_REPORTING', 'true');
  vi.stubEnv('APOLLO_TELEMETRY_DISABLED', 'false');
  vi.stubEnv('NODE_ENV', 'production');
  net.Socket.prototype.connect = function (this: net.Socket, ...args: unknown[]) {
    contacted.push(hostOf(args));
    // the arguments go on as they came
    return Reflect.apply(connect, this, args);
  } as typeof connect;
  dns.lookup = new Proxy(lookup, {
    apply: (target, self, args) => {
      contacted.push(String(args[0]));
      return Reflect.apply(target, self, args);
    },
  });
});
afterAll(() => {
  net.Socket.prototype.connect = connect;
  dns.lookup = lookup;
  vi.unstubAllEnvs();
});

test('the trap is set', async () => {
  await fetch('http://outside.invalid/').catch(() => undefined);
  await new Promise((resolve) => net.connect(1, '127.0.0.1').on('error', resolve));
  expect(contacted).toContain('outside.invalid');
  expect(contacted).toContain('127.0.0.1');
});

test('no other host is contacted from start to stop', async () => {
  contacted.length = 0;
  vi.useFakeTimers({ toFake: ['setInterval'] });
  const sample = await sampleGateway();
  const authorization = `Bearer ${await sample.token('manager')}`;
  for (const query of ['{ bills { id offering { name } } }', '{ broken(how: "") { id } }', '{ nope }']) {
    await sample.ask({ query }, { authorization });
  }
  // reports are sent by the hour
  await vi.advanceTimersByTimeAsync(3 * 60 * 60 * 1000);
  await sample.ask({ query: '{ offerings { nodes { id } } }' });
  await sample.stop();
  vi.useRealTimers();
  const others = contacted.filter((host) => host !== '127.0.0.1' && host !== 'localhost');
  expect(others).toEqual([]);
  expect(contacted.length).toBeGreaterThan(0);
});
