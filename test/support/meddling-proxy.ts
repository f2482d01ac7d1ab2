// A proxy before the simulator that makes its back ends worse than they are: it changes what is asked and what is answered.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Simulator } from '../../mocks/simulator.ts';

export interface Meddling {
  /** Changes the parameters of a GET in place. */
  readonly ask?: (parameters: URLSearchParams, path: string) => void;
  /** Gives the text to answer with instead. */
  readonly answer?: (text: string, path: string) => string;
  /** Breaks the connection: before the back end has heard of it, or when it has done what it was asked. */
  readonly lose?: (method: string, path: string) => 'QUESTION' | 'ANSWER' | undefined;
}

export interface MeddlingProxy {
  readonly apis: Simulator['apis'];
  /** What it does from now on; nothing when empty. */
  meddle(meddling: Meddling): void;
  close(): Promise<void>;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

const PASSED_ON = ['content-type', 'x-request-id', 'accept'];
const GIVEN_BACK = ['content-type', 'x-total-count', 'link'];

const picked = (names: readonly string[], value: (name: string) => string | undefined | null) =>
  Object.fromEntries(names.flatMap((name) => (value(name) ? [[name, String(value(name))]] : [])));

export async function startMeddlingProxy({ url, apis }: Simulator): Promise<MeddlingProxy> {
  let { ask, answer, lose }: Meddling = {};
  const server = createServer(async (request, response) => {
    const target = new URL(request.url ?? '/', url);
    const { method = 'GET', headers } = request;
    if (method === 'GET') ask?.(target.searchParams, target.pathname);
    const lost = lose?.(method, target.pathname);
    if (lost === 'QUESTION') return void request.socket.destroy();
    const body = method === 'GET' || method === 'DELETE' ? null : await bodyOf(request);
    const given = await fetch(target, {
      method,
      body,
      headers: picked(PASSED_ON, (name) => headers[name]?.toString()),
    });
    const text = await given.text();
    if (lost === 'ANSWER') return void request.socket.destroy();
    response.writeHead(
      given.status,
      picked(GIVEN_BACK, (name) => given.headers.get(name)),
    );
    response.end(answer?.(text, target.pathname) ?? text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // it listens on a port
  return {
    apis: apis.map(({ baseUrl, ...rest }) => ({
      ...rest,
      baseUrl: baseUrl.replace(url, `http://127.0.0.1:${port}`),
    })),
    meddle(meddling) {
      ({ ask, answer, lose } = meddling);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
