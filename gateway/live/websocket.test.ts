// Connections on which nothing is asked are closed, those with a stream stay.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { Live } from './live.ts';
import { webSockets } from './websocket.ts';

const ends: (() => unknown)[] = [];
afterEach(() => Promise.all(ends.splice(0).map((end) => end())));

async function* endless() {
  yield { text: '{"data":{"x":1}}', digest: '' };
  await new Promise(() => undefined);
}

async function opened(): Promise<string> {
  const server = createServer();
  const sockets = webSockets({
    // all that connections ask of it
    live: { open: async () => ({ kind: 'OPENED', states: endless() }) } as unknown as Live,
    authenticate: async () => ({}) as never,
    registered: new Map(),
    maxMessageBytes: 10_000,
    maxConnections: 10,
    draining: () => false,
    originOf: () => undefined,
    idleMs: 100,
    pingMs: 20,
    log: pino({ level: 'silent' }),
  });
  server.on('upgrade', (request, socket, head) => sockets.upgrade(request, socket, head));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(
    () =>
      new Promise((resolve) => {
        sockets.close();
        sockets.terminate();
        server.close(resolve);
      }),
  );
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`; // it listens on a port
}

function connected(url: string) {
  const socket = new WebSocket(url, 'graphql-transport-ws');
  const given: string[] = [];
  const closed = new Promise<string>((resolve) => {
    socket.once('close', (code, reason) => resolve(`${code} ${reason}`));
  });
  socket.once('open', () => socket.send(JSON.stringify({ type: 'connection_init' })));
  socket.on('message', (data) => given.push((JSON.parse(String(data)) as { type: string }).type)); // the protocol's form
  return { socket, given, closed };
}

test('SSM-D-01 a connection on which nothing is open is closed; one with a stream outlives it', async () => {
  const url = await opened();
  const busy = connected(url);
  await expect.poll(() => busy.given).toContain('connection_ack');
  busy.socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: 'subscription { x }' } }));
  await expect.poll(() => busy.given).toContain('next');
  const idle = connected(url);
  expect(await idle.closed).toBe('4408 IDLE');
  expect(idle.given).toEqual(['connection_ack']);
  expect(busy.socket.readyState).toBe(WebSocket.OPEN);
});
