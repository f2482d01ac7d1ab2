// The HTTP server of all APIs: finds the API, logs the request, applies latency and faults, answers.
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Asked, Surroundings } from '../deviations/deviation.ts';
import type { Switches } from '../deviations/switches.ts';
import type { Api } from './api.ts';
import type { Fault, Faults } from './faults.ts';
import { failure, json, type Reply } from './reply.ts';
import type { RequestLog } from './request-log.ts';
import { RefusedRequest } from './row.ts';

export interface Backdoor {
  answer(method: string, segments: readonly string[], search: string, body: string): Promise<Reply>;
}

export interface HttpParts {
  readonly apis: readonly Api[];
  readonly faults: Faults;
  readonly log: RequestLog;
  readonly latencyMs: number;
  readonly backdoor: Backdoor;
  readonly switches: Switches;
  /** Where the server listens. */
  readonly root: string;
}

const MAX_BODY_BYTES = 1_048_576;

async function readBody(request: IncomingMessage): Promise<string> {
  if (request.method === 'GET' || request.method === 'DELETE') return '';
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    // an http request that sets no encoding gives buffers
    const part = chunk as Buffer;
    bytes += part.length;
    if (bytes > MAX_BODY_BYTES) throw new RefusedRequest(413, 'the body is too large');
    chunks.push(part);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, { status, headers, body }: Reply): void {
  const length = Buffer.byteLength(body);
  response.writeHead(status, status === 204 ? headers : { ...headers, 'content-length': String(length) });
  response.end(body);
}

function refusal(error: unknown): Reply {
  if (error instanceof RefusedRequest) return failure(error.status, error.message);
  return failure(500, error instanceof Error ? `${error.name}: ${error.message}` : 'unknown');
}

/** Undefined: the request stays unanswered. */
async function spoiled(fault: Fault | undefined, reply: () => Promise<Reply>): Promise<Reply | undefined> {
  switch (fault?.kind) {
    case undefined:
    case 'truncated':
      return reply();
    case 'slow':
      await pause(fault.delayMs);
      return reply();
    case 'status':
      return failure(
        fault.status,
        'the simulator was told to answer so',
        fault.status === 429 || fault.retryAfterS !== undefined
          ? { 'retry-after': String(fault.retryAfterS ?? 1) }
          : {},
      );
    case 'hang':
      return undefined;
    case 'malformed-json': {
      const whole = await reply();
      return { ...whole, body: `${whole.body.slice(0, -1)},,` };
    }
    case 'html-error':
      return {
        status: 500,
        headers: { 'content-type': 'text/html;charset=utf-8' },
        body: '<!doctype html><html><head><title>500</title></head><body><h1>Internal Server Error</h1></body></html>',
      };
  }
}

/** Promises the whole length, sends half of it and ends the connection. */
function sendHalf(response: ServerResponse, { status, headers, body }: Reply): void {
  response.writeHead(status, { ...headers, 'content-length': String(Buffer.byteLength(body)) });
  response.write(body.slice(0, Math.max(1, Math.floor(body.length / 2))), () => response.destroy());
}

function segmentsOf(path: string): string[] {
  try {
    return path
      .split('/')
      .filter((part) => part !== '')
      .map(decodeURIComponent);
  } catch {
    throw new RefusedRequest(400, 'the path is not well encoded');
  }
}

/** Below the backdoor: whoever comes here has followed an address that it should not have followed. */
const TRAP = '/_simulator/trap';
/** What may stand before the path of any API. */
const MARKET = /^\/market\/[a-z]{2}(?=\/)/;

export function createHandler(parts: HttpParts): RequestListener {
  const { apis, faults, log, latencyMs, backdoor, switches, root } = parts;

  function honest(api: Api, { method, segments, search, contentType, body }: Asked): Reply {
    try {
      return api.answer(segments, { method, search, contentType, body });
    } catch (error) {
      return refusal(error);
    }
  }

  async function answerApi(
    api: Api,
    { prefix, path, search }: Readonly<Record<'prefix' | 'path' | 'search', string>>,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const header = (name: string): string | undefined => {
      const value = request.headers[name];
      return Array.isArray(value) ? value[0] : value;
    };
    const method = request.method ?? 'GET';
    const answered = log.arrived({
      api: api.api,
      method,
      path: (request.url ?? path).slice(prefix.length),
      requestId: header('x-request-id'),
    });
    const fault = faults.take(api.api);
    async function reply(): Promise<Reply | undefined> {
      const asked: Asked = {
        prefix,
        method,
        segments: segmentsOf(path.slice(api.path.length)),
        search,
        header,
        contentType: header('content-type') ?? '',
        body: await readBody(request),
      };
      const around: Surroundings = {
        api: api.api,
        version: api.version,
        base: `${root}${api.path}`,
        trap: `${root}${TRAP}`,
        honest: (other) => honest(api, other),
      };
      return switches.through(asked, around, (other) => spoiled(fault, async () => honest(api, other)));
    }
    const given = await reply().catch(refusal);
    if (given === undefined) return;
    if (latencyMs > 0) await pause(latencyMs);
    answered(given.status);
    if (fault?.kind === 'truncated') sendHalf(response, given);
    else send(response, given);
  }

  return (request, response) => {
    const [full = '', search = ''] = (request.url ?? '/').split('?', 2);
    const [prefix = ''] = MARKET.exec(full) ?? [];
    const path = full.slice(prefix.length);
    const api = apis.find((each) => path.startsWith(`${each.path}/`));
    if (path.startsWith(TRAP))
      log.arrived({ api: 'trap', method: request.method ?? '', path, requestId: undefined });
    const done =
      api !== undefined
        ? answerApi(api, { prefix, path, search }, request, response)
        : path.startsWith('/_simulator')
          ? readBody(request)
              .then((body) =>
                backdoor.answer(request.method ?? 'GET', segmentsOf(path).slice(1), search, body),
              )
              .catch(refusal)
              .then((reply) => send(response, reply))
          : Promise.resolve(send(response, json(404, failure(404, 'no such API').body)));
    // a client that hung up is no fault of the simulator
    done.catch(() => response.destroy());
  };
}

export async function listen(server: Server, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  // a server that listens on a port has an AddressInfo
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
