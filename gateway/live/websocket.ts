// WebSocket connections on /graphql: opened, watched, and closed in good order.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { handleProtocols } from 'graphql-ws';
import type { Logger } from 'pino';
import { type WebSocket, WebSocketServer } from 'ws';
import { type Connection, closeCode, createProtocol } from './protocol.ts';

type Options = Parameters<typeof createProtocol>[0] & {
  readonly maxMessageBytes: number;
  readonly maxConnections: number;
  readonly draining: () => boolean;
  readonly originOf: (request: IncomingMessage) => string | undefined;
  /** A connection on which nothing is open is closed after this; a minute unless said. */
  readonly idleMs?: number;
  /** How often connections are looked at. */
  readonly pingMs?: number;
  readonly log: Logger;
};

export interface WebSockets {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Asks clients to come again, to another instance. */
  close(): void;
  /** Cuts those that haven't hung up. */
  terminate(): void;
}

interface Watched extends Connection {
  readonly socket: WebSocket;
  /** Whether it has answered since it was asked. */
  isThere: boolean;
  open: number;
  /** By performance.now(): since when nothing is open on it. */
  idleSinceMs: number;
}

const PING_MS = 15_000;
/** Whoever has no token could hold connections by the thousand. */
const IDLE_MS = 60_000;
const CLOSE_IDLE = 4408;

function refuseUpgrade(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}

/** A message is out when the system has taken it: until then no further state is taken from its stream. */
const send = (socket: WebSocket, data: string): Promise<void> =>
  new Promise((resolve, reject) => {
    if (socket.readyState !== socket.OPEN) resolve();
    else socket.send(data, (error) => (error ? reject(error) : resolve()));
  });

export function webSockets(options: Options): WebSockets {
  const { draining, idleMs = IDLE_MS, pingMs = PING_MS, log } = options;
  const connections = new Set<Watched>();
  const protocol = createProtocol(options);
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: options.maxMessageBytes,
    // its contexts would cost more memory than all the rest of a connection
    perMessageDeflate: false,
    handleProtocols: (offered) => handleProtocols(offered),
  });

  function opened(socket: WebSocket, origin: string | undefined): void {
    const connection: Watched = {
      socket,
      origin,
      isThere: true,
      open: 0,
      idleSinceMs: performance.now(),
      close: (code, reason) => socket.close(code, reason),
      operations: () => connection.open,
    };
    connections.add(connection);
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        send: (data) => send(socket, data),
        close: (code = closeCode(''), reason = '') => socket.close(code, reason),
        onMessage: (take) =>
          socket.on('message', (data) => {
            connection.open += 1;
            take(String(data))
              .catch((error: unknown) => {
                log.error({ err: error }, 'a WebSocket message failed');
                socket.close(closeCode(''), 'INTERNAL_SERVER_ERROR');
              })
              .finally(() => {
                connection.open -= 1;
                connection.idleSinceMs = performance.now();
              });
          }),
      },
      connection,
    );
    // a message that is too long, or no frame at all: ws closes with the code that says so
    socket.on('error', () => undefined);
    socket.on('pong', () => {
      connection.isThere = true;
    });
    socket.once('close', (code, reason) => {
      connections.delete(connection);
      closed(code, String(reason)).catch((error: unknown) => log.error({ err: error }, 'a WebSocket failed'));
    });
  }

  function watch(): void {
    const idleBeforeMs = performance.now() - idleMs;
    for (const connection of connections) {
      const { socket, isThere, open, idleSinceMs } = connection;
      if (!isThere) socket.terminate();
      else if (open === 0 && idleSinceMs < idleBeforeMs) socket.close(CLOSE_IDLE, 'IDLE');
      else {
        connection.isThere = false;
        socket.ping();
      }
    }
  }

  const watching = setInterval(watch, pingMs).unref();

  return {
    upgrade(request, socket, head) {
      socket.on('error', () => socket.destroy());
      const path = request.url?.split('?')[0];
      if (path !== '/graphql') refuseUpgrade(socket, '404 Not Found');
      else if (draining() || connections.size >= options.maxConnections)
        refuseUpgrade(socket, '503 Service Unavailable');
      else {
        const origin = options.originOf(request);
        server.handleUpgrade(request, socket, head, (made) => opened(made, origin));
      }
    },
    close() {
      clearInterval(watching);
      for (const { socket } of connections) socket.close(closeCode('SHUTTING_DOWN'), 'SHUTTING_DOWN');
    },
    terminate() {
      for (const { socket } of connections) socket.terminate();
    },
  };
}
