// GET /documents/<id>: a file through the gateway, for whom may see it now; the token is the request's own, never the URL's.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { isErrorCode } from '../schema/errors.ts';
import { decodeId } from '../schema/id.ts';
import type { AuditEntry, AuditSink, FileSource, OpenedFile } from '../schema/ports.ts';
import { ANONYMOUS, type Principal } from '../schema/principal.ts';
import type { Authenticate } from './authenticate.ts';
import { Refusal, refuse } from './errors.ts';
import { requestIdOf } from './http-request.ts';
import { begin } from './operation.ts';
import { sentRefusal } from './sent-refusal.ts';

export interface Downloads {
  readonly files: FileSource;
  readonly authenticate: Authenticate;
  readonly audit: AuditSink | undefined;
  readonly timeoutMs: number;
  readonly log: Logger;
  readonly now: () => number;
}

/** A field's fault is part of an answer; a file's is the whole of it. */
const STATUS: Readonly<Record<string, number>> = {
  BACKEND_UNAVAILABLE: 502,
  BACKEND_BUSY: 503,
  BACKEND_REFUSED: 502,
  BACKEND_BAD_ANSWER: 502,
  BACKEND_TIMEOUT: 504,
  DEADLINE_EXCEEDED: 504,
  NOT_CONFIGURED: 404,
};

/** Somebody reached for what isn't theirs, or came with a token that isn't good. */
const RECORDED: ReadonlySet<string> = new Set(['UNAUTHENTICATED', 'FORBIDDEN']);

/** Files under way at once: a slow reader holds a connection to a back end. */
const MAX_AT_ONCE = 64;
const MAX_AT_ONCE_OF_ONE = 4;
/** After this a reader has had its time. */
const LONGEST_MS = 300_000;

/** RFC 6266: a plain name for old clients, the whole name for the others; nothing that ends the header. */
function disposition(name: string): string {
  const short = name.slice(0, 100);
  const plain = short.replaceAll(/[^A-Za-z0-9 ._-]/g, '_');
  const whole = encodeURIComponent(short.replace(/\p{Surrogate}/gu, '')).replaceAll(
    /['()*]/g,
    (each) => `%${each.charCodeAt(0).toString(16)}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${whole}`;
}

function headersOf({ name, mimeType, bytes }: OpenedFile, requestId: string): Record<string, string> {
  return {
    'content-type': mimeType,
    'content-disposition': disposition(name),
    ...(bytes === undefined ? {} : { 'content-length': String(bytes) }),
    // whatever a back end sends, no browser makes a page of this server of it
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
    'cache-control': 'private, no-store',
    'x-request-id': requestId,
  };
}

/** Counts what is under way, of all and of each. */
function turnstile() {
  const underWay = new Map<string, number>();
  let all = 0;
  return (actorId: string): (() => void) | undefined => {
    const own = underWay.get(actorId) ?? 0;
    if (all >= MAX_AT_ONCE || own >= MAX_AT_ONCE_OF_ONE) return undefined;
    all += 1;
    underWay.set(actorId, own + 1);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      all -= 1;
      const rest = (underWay.get(actorId) ?? 1) - 1;
      if (rest === 0) underWay.delete(actorId);
      else underWay.set(actorId, rest);
    };
  };
}

// a wildcard: the length of a named parameter is bounded below that of an id
type Asking = FastifyRequest<{ Params: { '*': string } }>;
const idIn = ({ params }: Asking): string => params['*'];

export function serveDownloads(app: FastifyInstance, downloads: Downloads): void {
  const { files, authenticate, audit, timeoutMs, log, now } = downloads;
  const enter = turnstile();

  function record(
    request: Asking,
    requestId: string,
    { actorId, customerId }: Principal,
    what: Pick<AuditEntry, 'outcome' | 'detail'>,
  ): void {
    const id = idIn(request);
    audit?.record({
      atMs: now(),
      actorId,
      ...(customerId === undefined ? {} : { customerId }),
      action: 'download',
      // whatever else stands in a path may be a name
      ...(decodeId(id) === undefined ? {} : { objectId: id }),
      ...what,
      requestId,
      origin: request.ip,
    });
  }

  async function open(request: Asking, reply: FastifyReply, requestId: string, principal: Principal) {
    const { operation, done } = begin({
      requestId,
      principal,
      origin: request.ip,
      // for back ends that want the client's own
      userToken: (request.headers.authorization ?? '').replace(/^bearer +/i, '').trim(),
      nowMs: now(),
      timeoutMs,
      hangUp: (listener) => reply.raw.once('close', listener),
    });
    try {
      return await files(idIn(request), operation);
    } catch (error) {
      if (error instanceof Refusal) throw error;
      const code =
        error instanceof Error && 'extensions' in error
          ? (error.extensions as { code?: unknown }).code
          : undefined; // GraphQL errors have them
      if (!isErrorCode(code)) log.error({ requestId, err: error }, 'a download failed');
      throw refuse(isErrorCode(code) ? code : 'INTERNAL_SERVER_ERROR');
    } finally {
      done();
    }
  }

  async function send(request: Asking, reply: FastifyReply, requestId: string, principal: Principal) {
    const leave = enter(principal.actorId);
    if (leave === undefined) throw refuse('TOO_MANY_REQUESTS');
    reply.raw.once('close', leave);
    const file = await open(request, reply, requestId, principal).catch((error: unknown) => {
      leave();
      throw error;
    });
    if (file === undefined) {
      leave();
      throw refuse('NOT_FOUND');
    }
    const { body } = file;
    if (reply.raw.destroyed) {
      body.destroy();
      return reply;
    }
    const late = setTimeout(() => body.destroy(new Error('the reader has had its time')), LONGEST_MS);
    body.once('close', () => clearTimeout(late));
    body.once('error', (error) => log.warn({ requestId, reason: error.message }, 'a download broke off'));
    record(request, requestId, principal, { outcome: 'DONE' });
    return reply.headers(headersOf(file, requestId)).send(body);
  }

  // compressed already, or small; and its length is known
  app.get('/documents/*', { compress: false }, async (request: Asking, reply) => {
    const requestId = requestIdOf(request.headers['x-request-id']);
    let principal = ANONYMOUS;
    try {
      principal = await authenticate(request.headers.authorization);
      if (principal === ANONYMOUS)
        throw refuse('UNAUTHENTICATED', 'A bearer token is needed.', { 'www-authenticate': 'Bearer' });
      return await send(request, reply, requestId, principal);
    } catch (error) {
      const refusal = error instanceof Refusal ? error : refuse('INTERNAL_SERVER_ERROR');
      if (!(error instanceof Refusal)) log.error({ requestId, err: error }, 'a download failed');
      const code = String(refusal.errors[0]?.extensions.code);
      if (RECORDED.has(code)) record(request, requestId, principal, { outcome: 'REFUSED', detail: code });
      const { status, headers, text } = sentRefusal(request, refusal, log);
      return reply
        .code(STATUS[code] ?? status)
        .headers(headers)
        .send(text);
    }
  });
}
