// HTTP for /graphql alone, on Node's own server: it is the one path where the cost of a framework can be measured.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import {
  COMPRESS_FROM_BYTES,
  type ContentEncoding,
  compressed,
  contentEncoding,
} from '../schema/content-encoding.ts';
import { Refusal, refuse } from './errors.ts';
import { type HttpRequest, readRequest, requestIdOf } from './http-request.ts';
import { isEventStream, sendEvents } from './live/event-stream.ts';
import type { Live } from './live/live.ts';
import { sentRefusal } from './sent-refusal.ts';
import type { Answer, HttpAnswer } from './server.ts';

interface Options {
  readonly answer: Answer;
  readonly live: Live;
  /** Texts of registered operations by their hash. */
  readonly registered: ReadonlyMap<string, string>;
  readonly maxBodyBytes: number;
  /** So many proxies in front are believed about where a request came from. */
  readonly trustedProxies: number;
  readonly draining: () => boolean;
  readonly log: Logger;
}

/** A body of this size goes out in one piece with its head, which spares a system call's second buffer. */
const ONE_PIECE_CHARACTERS = 2048;

export type GraphQLListener = (request: IncomingMessage, response: ServerResponse) => void;

/** Whether the listener answers the request: everything else is the framework's, other methods included. */
export function isGraphQL({ url = '', method }: IncomingMessage): boolean {
  return (method === 'POST' || method === 'GET') && (url === '/graphql' || url.startsWith('/graphql?'));
}

/** Calls back once: with the body, or with why there is none. A client that hangs up before its end isn't answered. */
function readBody(
  request: IncomingMessage,
  maxBytes: number,
  done: (body: Buffer | undefined, refusal?: Refusal) => void,
): void {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) {
    done(undefined, refuse('PAYLOAD_TOO_LARGE'));
    return;
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  const take = (chunk: Buffer): void => {
    bytes += chunk.byteLength;
    if (bytes <= maxBytes) {
      chunks.push(chunk);
      return;
    }
    request.off('data', take).off('end', end).pause();
    done(undefined, refuse('PAYLOAD_TOO_LARGE'));
  };
  const end = (): void => done(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
  request.on('data', take).on('end', end).on('error', ignored);
}

const ignored = (): void => undefined;

/** The address that a request came from: each trusted proxy has put the one before it at the end of X-Forwarded-For. */
export function originOf({ headers, socket }: IncomingMessage, trustedProxies: number): string | undefined {
  const forwarded = trustedProxies === 0 ? [] : String(headers['x-forwarded-for'] ?? '').split(',');
  const way = [...forwarded.map((each) => each.trim()).filter((each) => each !== ''), socket.remoteAddress];
  return way.at(-1 - Math.min(trustedProxies, way.length - 1));
}

export function graphqlListener({
  answer,
  live,
  registered,
  maxBodyBytes,
  trustedProxies,
  draining,
  log,
}: Options): GraphQLListener {
  function send(response: ServerResponse, { status, headers, text }: HttpAnswer, close: boolean): void {
    const head: Record<string, string | number> = { ...headers };
    if (close || draining()) head.connection = 'close';
    const encoding = contentEncoding(response.req.headers['accept-encoding']);
    if (encoding === undefined && text.length < ONE_PIECE_CHARACTERS) {
      head['content-length'] = Buffer.byteLength(text);
      response.writeHead(status, head).end(text);
      return;
    }
    const bytes = Buffer.from(text);
    if (encoding === undefined || bytes.byteLength < COMPRESS_FROM_BYTES) {
      head['content-length'] = bytes.byteLength;
      response.writeHead(status, head).end(bytes);
      return;
    }
    sendCompressed(response, status, head, bytes, encoding);
  }

  function sendCompressed(
    response: ServerResponse,
    status: number,
    head: Record<string, string | number>,
    bytes: Buffer,
    encoding: ContentEncoding,
  ): void {
    compressed(bytes, encoding).then(
      (packed) => {
        head['content-encoding'] = encoding;
        head['content-length'] = packed.byteLength;
        response.writeHead(status, head).end(packed);
      },
      (error: unknown) => {
        log.error({ err: error }, 'compression failed');
        response.destroy();
      },
    );
  }

  async function stream(http: HttpRequest, origin: string | undefined, response: ServerResponse) {
    const requestId = requestIdOf(http.headers['x-request-id']);
    const { authorization } = http.headers;
    try {
      const asked = readRequest(http, registered);
      const refusal = await sendEvents(live, { asked, authorization, origin, requestId }, response);
      if (refusal === undefined) return;
      const { status, headers } = sentRefusal(response.req, refusal.refusal, log);
      send(response, { status, headers, text: JSON.stringify({ errors: refusal.errors }) }, false);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      send(response, sentRefusal(response.req, error, log), false);
    }
  }

  // while draining too: what comes on a connection that was open already is answered, and its connection closed
  return (request, response) => {
    const refused = (refusal: Refusal): void => send(response, sentRefusal(request, refusal, log), true);
    response.on('error', ignored);
    const hangUp = (listener: () => void): void => {
      response.once('close', () => {
        if (!response.writableFinished) listener();
      });
    };
    const { url = '', method = '', headers } = request;
    const ask = (body: Buffer | undefined): void => {
      const search = url.slice(url.indexOf('?') + 1 || url.length);
      const origin = originOf(request, trustedProxies);
      if (isEventStream(headers.accept)) {
        stream({ method, headers, search, body }, origin, response).catch((error: unknown) => {
          log.error({ err: error }, 'the HTTP layer failed');
          response.destroy();
        });
        return;
      }
      answer({ method, headers, search, body, ...(origin === undefined ? {} : { origin }) }, hangUp).then(
        (given) => send(response, given, false),
        (error: unknown) => {
          log.error({ err: error }, 'the HTTP layer failed');
          response.destroy();
        },
      );
    };
    if (method === 'GET') {
      // what a GET carries in its body means nothing
      request.resume();
      ask(undefined);
      return;
    }
    readBody(request, maxBodyBytes, (body, refusal) =>
      refusal === undefined ? ask(body) : refused(refusal),
    );
  };
}
