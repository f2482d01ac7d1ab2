// Memory per live subscriber: thousands of idle streams over WebSocket on one gateway, all of lines of one customer.
import { WebSocket } from 'ws';
import { encodeId } from '../../schema/id.ts';
import type { Child } from './children.ts';
import type { Memory } from './gateway-process.ts';
import type { BenchOptions } from './options.ts';
import type { UrlReady } from './subgraphs-process.ts';

interface Target {
  readonly url: string;
  readonly authorization: string;
}

/** Connections that are being opened at a time. */
const AT_ONCE = 50;
const LINES = 40;
const QUERY =
  'subscription($id: ID!) { usage(serviceId: $id) { asOf allowances { name usedPercent remaining { amount unit } } } }';

const serviceId = (index: number): string =>
  encodeId('home', 'Service', `svc-acme-m-${String((index % LINES) + 1).padStart(2, '0')}`);

/** Resolves with the socket at its stream's first state. */
function subscribed({ url, authorization }: Target, index: number): Promise<WebSocket> {
  const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
  const send = (message: object): void => socket.send(JSON.stringify(message));
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('close', (code, reason) => reject(new Error(`closed: ${code} ${reason}`)));
    socket.once('open', () => send({ type: 'connection_init', payload: { authorization } }));
    socket.on('message', (data) => {
      // the protocol's own messages
      const { type, payload } = JSON.parse(String(data)) as { type: string; payload?: unknown };
      const variables = { id: serviceId(index) };
      if (type === 'connection_ack')
        send({ id: '1', type: 'subscribe', payload: { query: QUERY, variables } });
      else if (type === 'next') resolve(socket);
      else if (type === 'error') reject(new Error(JSON.stringify(payload)));
    });
  });
}

async function opened(target: Target, count: number): Promise<WebSocket[]> {
  const sockets: WebSocket[] = [];
  let next = 0;
  const open = async (): Promise<void> => {
    while (next < count) {
      next += 1;
      sockets.push(await subscribed(target, next));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, open));
  return sockets;
}

const memoryOf = async (gateway: Child<UrlReady>): Promise<Memory> => (await gateway.ask('memory')) as Memory; // gateway-process.ts answers it

const kilobytes = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KB`;

/** `gateway`: started with --expose-gc; `token`: of acme-manager, who may hold as many streams there. */
export async function measureLive(
  gateway: Child<UrlReady>,
  token: string,
  { subscribers }: BenchOptions,
): Promise<readonly string[]> {
  const sockets: WebSocket[] = [];
  try {
    const target = { url: gateway.ready.url, authorization: `Bearer ${token}` };
    // what the first ones cost once (plans, values, code) is no subscriber's
    sockets.push(...(await opened(target, 10 * AT_ONCE)));
    const before = await memoryOf(gateway);
    const beganMs = performance.now();
    sockets.push(...(await opened(target, subscribers)));
    const seconds = (performance.now() - beganMs) / 1000;
    const after = await memoryOf(gateway);
    const used = (after.usedBytes - before.usedBytes) / subscribers;
    const resident = (after.residentBytes - before.residentBytes) / subscribers;
    return [
      `${subscribers} idle live subscribers over WebSocket: ${kilobytes(used)} each of objects and buffers, ${kilobytes(resident)} of resident memory`,
      `opened ${Math.round(subscribers / seconds)} a second, each with its connection, token and first state`,
      `the process with all of them: ${Math.round(after.residentBytes / 2 ** 20)} MB resident`,
    ];
  } finally {
    for (const socket of sockets) socket.removeAllListeners('close').terminate();
  }
}
