// A subgraph over HTTP: answers the gateway that signed the principal, and nobody else.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { GraphQLError } from 'graphql';
import type { JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { COMPRESS_FROM_BYTES, compressed, contentEncoding } from '../schema/content-encoding.ts';
import { clientError, ERRORS, type ErrorCode, isErrorCode } from '../schema/errors.ts';
import type { GlobalId } from '../schema/id.ts';
import { AGREEMENT_HEADER } from '../schema/key-agreement.ts';
import type { FileSource, Operation, Subgraph } from '../schema/ports.ts';
import { fileIn, queryHash, requestHash, verifyPrincipal } from '../schema/principal-token.ts';
import { type Agreements, openAgreements } from './agreements.ts';

interface Options {
  readonly subgraphs: readonly Subgraph[];
  /** Files of subgraphs, by their names. */
  readonly files?: ReadonlyMap<string, FileSource>;
  /** Public keys of the gateway. */
  readonly keys: JWTVerifyGetKey;
  readonly host: string;
  readonly port: number;
  readonly now: () => number;
  readonly maxBodyBytes: number;
  readonly timeoutMs: number;
  /** Told why a request was refused; the caller is told only that it was. */
  readonly onRefusal: (refusal: { readonly subgraph: string; readonly reason: string }) => void;
}

interface Serving extends Options {
  readonly agreements: Agreements;
}

export interface SubgraphServer {
  readonly url: string;
  /** Takes nothing new, ends what is in flight. */
  close(): Promise<void>;
}

const body = z.object({
  query: z.string(),
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  extensions: z.object({ principal: z.string(), userToken: z.string().optional() }),
});

function send(response: ServerResponse, status: number, value: unknown): void {
  const text = Buffer.from(JSON.stringify(value));
  const asked = contentEncoding(response.req.headers['accept-encoding']);
  const encoding = text.byteLength < COMPRESS_FROM_BYTES ? undefined : asked;
  const write = (bytes: Buffer): void => {
    response
      .writeHead(status, {
        'content-type': 'application/json',
        'content-length': bytes.byteLength,
        ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
      })
      .end(bytes);
  };
  if (encoding === undefined) write(text);
  else compressed(text, encoding).then(write, () => response.destroy());
}

function refuse(response: ServerResponse, code: ErrorCode): void {
  send(response, ERRORS[code].status, { errors: [clientError(code)] });
}

async function readBody(request: IncomingMessage, maxBytes: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parsed(text: string): z.infer<typeof body> | undefined {
  try {
    return body.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** What the gateway says is left of the operation's time, never more than our own bound. */
function timeLeftMs(request: IncomingMessage, boundMs: number): number {
  const header = request.headers['x-time-left-ms'];
  const said = header === undefined || header === '' ? Number.NaN : Number(header);
  // none left is none: what has its full time would begin what nobody waits for
  return said >= 0 ? Math.min(said, boundMs) : boundMs;
}

interface Trusted {
  readonly asked: z.infer<typeof body>;
  readonly operation: Operation;
  /** The customers of whom provider staff is given something, for the gateway to record. */
  readonly seen: ReadonlySet<GlobalId>;
}

/** The request and for whom it is; undefined where it has been refused already. */
async function trusted(
  request: IncomingMessage,
  response: ServerResponse,
  name: string,
  options: Serving,
): Promise<Trusted | undefined> {
  const text = await readBody(request, options.maxBodyBytes);
  if (text === undefined) return void refuse(response, 'PAYLOAD_TOO_LARGE');
  const asked = parsed(text);
  if (asked === undefined) return void refuse(response, 'UNAUTHENTICATED');
  const nowMs = options.now();
  const { userToken } = asked.extensions;
  const verdict = await verifyPrincipal(asked.extensions.principal, {
    audience: name,
    requestHash: requestHash(queryHash(asked.query), JSON.stringify(asked.variables ?? {}), userToken),
    keys: options.keys,
    agreed: (id) => options.agreements.find(id, name, nowMs),
    nowMs,
  });
  if (verdict.kind === 'REFUSED') {
    options.onRefusal({ subgraph: name, reason: verdict.reason });
    // nothing has been done yet: a gateway may ask once more
    return void refuse(
      response,
      verdict.keysUnavailable === true ? 'AUTHORIZATION_UNAVAILABLE' : 'UNAUTHENTICATED',
    );
  }
  const half = verdict.offer && options.agreements.accept(verdict.offer, name);
  if (half !== undefined) response.setHeader(AGREEMENT_HEADER, half);
  const hangUp = new AbortController();
  response.once('close', () => hangUp.abort());
  const leftMs = timeLeftMs(request, options.timeoutMs);
  const seen = new Set<GlobalId>();
  const operation: Operation = {
    requestId: verdict.requestId,
    recordReads(_entry, customerIds) {
      for (const id of customerIds) seen.add(id);
    },
    principal: verdict.principal,
    ...(verdict.origin === undefined ? {} : { origin: verdict.origin }),
    ...(userToken === undefined ? {} : { userToken }),
    nowMs,
    deadlineMs: nowMs + leftMs,
    signal: AbortSignal.any([hangUp.signal, AbortSignal.timeout(leftMs)]),
  };
  return { asked, operation, seen };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  subgraph: Subgraph,
  options: Serving,
): Promise<void> {
  const found = await trusted(request, response, subgraph.name, options);
  if (found === undefined) return;
  const { asked, operation, seen } = found;
  const { query, variables, operationName } = asked;
  const result = await subgraph.run(
    { query, variables: variables ?? {}, ...(operationName ? { operationName } : {}) },
    operation,
  );
  // who reads, when and in which request is the gateway's own knowledge
  send(response, 200, seen.size === 0 ? result : { ...result, extensions: { reads: [...seen] } });
}

/** A file is asked for by its id in the place of a query, so that the principal's token is good for it alone. */
async function giveFile(
  request: IncomingMessage,
  response: ServerResponse,
  name: string,
  files: FileSource,
  options: Serving,
): Promise<void> {
  const found = await trusted(request, response, name, options);
  if (found === undefined) return;
  const id = fileIn(found.asked.query);
  if (id === undefined) return refuse(response, 'UNAUTHENTICATED');
  let file: Awaited<ReturnType<FileSource>>;
  try {
    file = await files(id, found.operation);
  } catch (error) {
    const code: unknown = error instanceof GraphQLError ? error.extensions.code : undefined;
    // in the body of a whole answer, where the gateway reads it; the status is for proxies
    return send(response, 200, { errors: [clientError(isErrorCode(code) ? code : 'INTERNAL_SERVER_ERROR')] });
  }
  if (file === undefined) return send(response, 200, { data: null });
  response.writeHead(200, {
    'content-type': file.mimeType,
    'x-file-name': encodeURIComponent(file.name),
    ...(file.bytes === undefined ? {} : { 'content-length': file.bytes }),
  });
  await pipeline(file.body, response);
}

/** Each subgraph answers at its name: POST /billing; its files below it: POST /billing/files. */
export async function serveOverHttp(given: Options): Promise<SubgraphServer> {
  const options = { ...given, agreements: openAgreements() };
  const byPath = new Map(options.subgraphs.map((subgraph) => [`/${subgraph.name}`, subgraph]));
  const server: Server = createServer((request, response) => {
    if (request.url === '/livez') return send(response, 200, { status: 'UP' });
    const { url = '', method } = request;
    const subgraph = byPath.get(url);
    const name = /^\/([^/]+)\/files$/.exec(url)?.[1] ?? '';
    const files = options.files?.get(name);
    if ((subgraph === undefined && files === undefined) || method !== 'POST')
      return refuse(response, 'UNAUTHENTICATED');
    const answering =
      subgraph === undefined && files !== undefined
        ? giveFile(request, response, name, files, options)
        : subgraph && answer(request, response, subgraph, options);
    answering?.catch(() => {
      if (!response.headersSent) refuse(response, 'INTERNAL_SERVER_ERROR');
      else response.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo; // it listens on a port, not on a path
  return {
    url: `http://${options.host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}
