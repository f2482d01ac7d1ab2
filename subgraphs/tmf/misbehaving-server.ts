// For tests: a real HTTP server on a port of its own whose routes behave as badly as real back ends do.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import { createTmfClient, type TmfClient, type TmfClientOptions } from './client.ts';
import { type ProvidersDocument, readProviders } from './providers.ts';

export interface Received {
  readonly method: string;
  /** Path and query as they came. */
  readonly url: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export type Route = (request: Received, response: ServerResponse, nth: number) => void;

export interface MisbehavingServer {
  readonly url: string;
  readonly received: Received[];
  /** Waits until so many requests have come. */
  arrived(count: number): Promise<void>;
  close(): Promise<void>;
}

/** `route` meets every request; `nth` counts from 1. */
async function startMisbehaving(route: Route, tls?: ServerOptions): Promise<MisbehavingServer> {
  const received: Received[] = [];
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = request.url ?? '';
      const query = new URL(url, 'http://localhost').searchParams;
      const body = Buffer.concat(chunks).toString('utf8');
      const each = { method: request.method ?? '', url, query, headers: request.headers, body };
      received.push(each);
      for (const { count, resolve } of waiting) if (received.length >= count) resolve();
      route(each, response, received.length);
    });
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${address.port}`,
    received,
    arrived: (count) =>
      received.length >= count
        ? Promise.resolve()
        : new Promise((resolve) => waiting.push({ count, resolve })),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function sendJson(
  response: ServerResponse,
  body: unknown,
  { status = 200, headers = {} }: { status?: number; headers?: Readonly<Record<string, string>> } = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json;charset=utf-8', ...headers });
  response.end(JSON.stringify(body));
}

type ApiEntry = NonNullable<ProvidersDocument['providers'][number]['apis'][string]>;

/** A client of one provider `home` whose TMF678 is at the URL. No jitter, so that retries come at once. */
function clientOf(
  url: string,
  entry: Partial<ApiEntry>,
  options: Partial<TmfClientOptions>,
  secrets: Readonly<Record<string, string>>,
): TmfClient {
  const { version, ...rest } = entry;
  const apis = {
    // it never had a version 3
    TMF678: { url: `${url}/bills/v4`, ...(version === 'v3' ? rest : entry) },
    TMF677: { url: `${url}/usage/v4`, ...entry },
  };
  const read = readProviders(JSON.stringify({ providers: [{ id: 'home', apis }] }), (ref) => secrets[ref]);
  if (!read.ok) throw new Error(read.faults.join('; '));
  return createTmfClient({ providers: read.providers, random: () => 0, ...options });
}

export const BILLS = { provider: 'home', api: 'TMF678', resource: 'customerBill' } as const;
export const USAGE = { provider: 'home', api: 'TMF677', resource: 'queryUsageConsumption' } as const;

export function callOf(limitMs = 10_000, signal = new AbortController().signal) {
  return { requestId: 'req-1', deadlineMs: Date.now() + limitMs, signal };
}

/** Gives each test of a file its servers and clients, and closes them after it. */
export function scenes(afterEach: (end: () => Promise<void>) => void) {
  const ends: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });
  return async function against(
    route: Route,
    entry: Partial<ApiEntry> | ((url: string) => Partial<ApiEntry>) = {},
    options: Partial<TmfClientOptions> = {},
    secrets: Readonly<Record<string, string>> = {},
    tls?: ServerOptions,
  ): Promise<{ readonly server: MisbehavingServer; readonly client: TmfClient }> {
    const server = await startMisbehaving(route, tls);
    const client = clientOf(
      server.url,
      typeof entry === 'function' ? entry(server.url) : entry,
      options,
      secrets,
    );
    ends.push(
      () => client.close(),
      () => server.close(),
    );
    return { server, client };
  };
}
