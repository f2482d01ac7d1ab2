// The HTTP server around the routes: every answer that isn't GraphQL's own still has GraphQL's form.
import { createServer, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { constants } from 'node:zlib';
import compress from '@fastify/compress';
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply } from 'fastify';
import type { Logger } from 'pino';
import { COMPRESS_FROM_BYTES } from '../schema/content-encoding.ts';
import { ERRORS } from '../schema/errors.ts';
import { type Refusal, refuse } from './errors.ts';
import { type GraphQLListener, isGraphQL } from './graphql-listener.ts';
import { requestIdOf } from './http-request.ts';
import { sentRefusal } from './sent-refusal.ts';

interface Options {
  /** Answers /graphql beside the framework. */
  readonly graphql: GraphQLListener;
  /** Takes connections that become something else than HTTP. */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  readonly maxBodyBytes: number;
  /** So many proxies in front are believed about where a request came from. */
  readonly trustedProxies: number;
  /** How long a connection is kept on which nothing is asked. */
  readonly keepAliveMs: number;
  readonly log: Logger;
  readonly draining: () => boolean;
}

/** For a whole request to arrive: a small body over a bad line takes seconds, and one that never ends is ended. */
const REQUEST_TIMEOUT_MS = 20_000;

const REFUSED_BY_SERVER: Readonly<Record<string, () => Refusal>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: () => refuse('PAYLOAD_TOO_LARGE'),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () => refuse('UNSUPPORTED_MEDIA_TYPE'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () => refuse('BAD_REQUEST'),
  FST_ERR_BAD_URL: () => refuse('BAD_REQUEST', 'The URL is malformed.'),
};

export function sendRefusal(reply: FastifyReply, refusal: Refusal, log: Logger): FastifyReply {
  const { status, headers, text } = sentRefusal(reply.request, refusal, log);
  return reply.code(status).headers(headers).send(text);
}

/** What Node's parser refuses never becomes a request; it's answered on the bare socket. */
function answerSocket(error: Error & { readonly code?: string }, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const late = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  const overflow = error.code === 'HPE_HEADER_OVERFLOW';
  const [code, status] = overflow
    ? (['PAYLOAD_TOO_LARGE', '431 Request Header Fields Too Large'] as const)
    : late
      ? (['BAD_REQUEST', '408 Request Timeout'] as const)
      : (['BAD_REQUEST', '400 Bad Request'] as const);
  const body = JSON.stringify({
    errors: [{ message: ERRORS[code].meaning, extensions: { code, requestId: requestIdOf(undefined) } }],
  });
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json; charset=utf-8\r\nconnection: close\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

export async function createHttpServer(options: Options): Promise<FastifyInstance> {
  const { graphql, maxBodyBytes, trustedProxies, keepAliveMs, log, draining } = options;
  const app = fastify({
    serverFactory: (framework) =>
      createServer(
        {
          requestTimeout: REQUEST_TIMEOUT_MS,
          keepAliveTimeout: keepAliveMs,
          connectionsCheckingInterval: 5_000,
        },
        (request, response) =>
          isGraphQL(request) ? graphql(request, response) : framework(request, response),
      ).on('upgrade', options.upgrade),
    bodyLimit: maxBodyBytes,
    trustProxy: (_address, hop) => hop < trustedProxies,
    // a HEAD would execute an operation whose answer nobody sees
    exposeHeadRoutes: false,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    clientErrorHandler: answerSocket,
    frameworkErrors: (error, _, reply) => sendRefusal(reply, refusalOf(error, log), log),
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_, body, done) => done(null, body));
  await app.register(compress, {
    threshold: COMPRESS_FROM_BYTES,
    // a small body may be a large one inside
    globalDecompression: false,
    brotliOptions: { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } },
  });
  app.setErrorHandler((error: FastifyError, _, reply) => sendRefusal(reply, refusalOf(error, log), log));
  app.setNotFoundHandler((request, reply) => {
    const known = request.url.split('?')[0] === '/graphql';
    const refusal = known
      ? refuse('METHOD_NOT_ALLOWED', undefined, { allow: 'GET, POST' })
      : refuse('NOT_FOUND');
    return sendRefusal(reply, refusal, log);
  });
  app.addHook('onSend', async (_, reply) => {
    if (draining()) reply.header('connection', 'close');
  });
  return app;
}

function refusalOf(error: FastifyError, log: Logger): Refusal {
  const known = REFUSED_BY_SERVER[error.code];
  if (known !== undefined) return known();
  if (error.statusCode !== undefined && error.statusCode < 500) return refuse('BAD_REQUEST');
  log.error({ err: error }, 'the HTTP layer failed');
  return refuse('INTERNAL_SERVER_ERROR');
}
