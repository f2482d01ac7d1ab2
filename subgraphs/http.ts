// A subgraph over HTTP: answers the gateway that signed the principal, and nobody else.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { clientError, ERRORS, type ErrorCode } from '../schema/errors.ts';
import type { Operation, Subgraph } from '../schema/ports.ts';
import { queryHash, verifyPrincipal } from '../schema/principal-token.ts';

interface Options {
  readonly subgraphs: readonly Subgraph[];
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

export interface SubgraphServer {
  readonly url: string;
  /** Takes nothing new, ends what is in flight. */
  close(): Promise<void>;
}

const body = z.object({
  query: z.string(),
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  extensions: z.object({ principal: z.string() }),
});

function send(response: ServerResponse, status: number, value: unknown): void {
  const text = Buffer.from(JSON.stringify(value));
  response
    .writeHead(status, { 'content-type': 'application/json', 'content-length': text.byteLength })
    .end(text);
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
  const said = Number(request.headers['x-time-left-ms']);
  return Number.isFinite(said) && said > 0 ? Math.min(said, boundMs) : boundMs;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  subgraph: Subgraph,
  options: Options,
): Promise<void> {
  const text = await readBody(request, options.maxBodyBytes);
  if (text === undefined) return refuse(response, 'PAYLOAD_TOO_LARGE');
  const asked = parsed(text);
  if (asked === undefined) return refuse(response, 'UNAUTHENTICATED');
  const nowMs = options.now();
  const verdict = await verifyPrincipal(asked.extensions.principal, {
    audience: subgraph.name,
    queryHash: queryHash(asked.query),
    keys: options.keys,
    nowMs,
  });
  if (verdict.kind === 'REFUSED') {
    options.onRefusal({ subgraph: subgraph.name, reason: verdict.reason });
    return refuse(response, 'UNAUTHENTICATED');
  }
  const hangUp = new AbortController();
  response.once('close', () => hangUp.abort());
  const leftMs = timeLeftMs(request, options.timeoutMs);
  const operation: Operation = {
    requestId: verdict.requestId,
    principal: verdict.principal,
    ...(verdict.origin === undefined ? {} : { origin: verdict.origin }),
    nowMs,
    deadlineMs: nowMs + leftMs,
    signal: AbortSignal.any([hangUp.signal, AbortSignal.timeout(leftMs)]),
  };
  const { query, variables, operationName } = asked;
  const result = await subgraph.run(
    { query, variables: variables ?? {}, ...(operationName ? { operationName } : {}) },
    operation,
  );
  send(response, 200, result);
}

/** Each subgraph answers at its name: POST /billing. */
export async function serveOverHttp(options: Options): Promise<SubgraphServer> {
  const byPath = new Map(options.subgraphs.map((subgraph) => [`/${subgraph.name}`, subgraph]));
  const server: Server = createServer((request, response) => {
    if (request.url === '/livez') return send(response, 200, { status: 'UP' });
    const subgraph = byPath.get(request.url ?? '');
    if (subgraph === undefined || request.method !== 'POST') return refuse(response, 'UNAUTHENTICATED');
    answer(request, response, subgraph, options).catch(() => {
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
