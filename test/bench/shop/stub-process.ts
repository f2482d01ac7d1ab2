// A process of the shop's subgraphs that answers at once: an answer is worked out once, and sent from memory after.
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { type GraphQLSchema, graphql } from 'graphql';
import { AGREEMENT_HEADER, newExchangeKey } from '../../../schema/key-agreement.ts';
import { runChild } from '../child-side.ts';
import type { Calls } from '../simulator-process.ts';
import type { UrlReady } from '../subgraphs-process.ts';
import { shopSheets } from './schema.ts';
import { SHOP_RESOLVERS } from './world.ts';

export interface StubSettings {
  readonly latencyMs: number;
}

type ResolverMap = NonNullable<Exclude<Parameters<typeof buildSubgraphSchema>[0], unknown[]>>;

const HEAD_END = Buffer.from('\r\n\r\n');
/** Tokens differ with every request; nothing after them does. */
const VARYING = ',"extensions":{"principal":';
const MAX_KEPT = 5_000;
/** How a token begins that is signed, as far as base64url has whole characters; under an agreed key it is another. */
const SIGNED = `"${Buffer.from('{"alg":"EdDS').toString('base64url')}`;
const STATUS = 'HTTP/1.1 200 OK\r\n';
/** Told to whoever signs, as a subgraph of ours tells it; nothing is verified here, so nothing more comes of it. */
const AGREEING = Buffer.from(`${STATUS}${AGREEMENT_HEADER}: ${newExchangeKey().half}\r\n`);

function subgraphSchemas(): ReadonlyMap<string, GraphQLSchema> {
  return new Map(
    [...shopSheets].map(([name, sheet]) => {
      const module = { typeDefs: sheet.document, resolvers: SHOP_RESOLVERS[name] ?? {} };
      // world.ts states what its resolvers read more narrowly than the library's types do
      return [`/${name}`, buildSubgraphSchema([module] as unknown as ResolverMap)];
    }),
  );
}

interface Message {
  readonly path: string;
  readonly body: string;
  readonly bytes: number;
}

/** The first whole request in the buffer; bodies have a length, as every client of ours sends them. */
function firstMessage(buffer: Buffer): Message | undefined {
  const headBytes = buffer.indexOf(HEAD_END);
  if (headBytes === -1) return undefined;
  const head = buffer.toString('latin1', 0, headBytes);
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
  const start = headBytes + HEAD_END.length;
  if (buffer.length < start + length) return undefined;
  const path = head.slice(head.indexOf(' ') + 1, head.indexOf(' ', head.indexOf(' ') + 1));
  return { path, body: buffer.toString('utf8', start, start + length), bytes: start + length };
}

function responseOf(value: unknown): Buffer {
  const body = Buffer.from(JSON.stringify(value));
  const head = `${STATUS}content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}

const agreeing = (response: Buffer): Buffer => Buffer.concat([AGREEING, response.subarray(STATUS.length)]);

await runChild<StubSettings>(async ({ latencyMs }) => {
  const schemas = subgraphSchemas();
  const kept = new Map<string, Buffer>();
  let count = 0;

  async function answer({ path, body }: Message): Promise<Buffer> {
    const schema = schemas.get(path);
    if (schema === undefined) return responseOf({ errors: [{ message: `no subgraph ${path}` }] });
    const { query, variables, operationName } = JSON.parse(body);
    return responseOf(
      await graphql({
        schema,
        source: query,
        variableValues: variables,
        operationName: operationName ?? null,
      }),
    );
  }

  function serve(message: Message): Buffer | Promise<Buffer> {
    count += 1;
    const varying = message.body.lastIndexOf(VARYING);
    const key = `${message.path} ${varying === -1 ? message.body : message.body.slice(0, varying)}`;
    const made =
      kept.get(key) ??
      answer(message).then((bytes) => {
        if (kept.size < MAX_KEPT) kept.set(key, bytes);
        return bytes;
      });
    if (varying === -1 || !message.body.startsWith(SIGNED, varying + VARYING.length)) return made;
    return made instanceof Promise ? made.then(agreeing) : agreeing(made);
  }

  const server = createServer((socket) => {
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    let pending: Buffer | undefined;
    socket.on('data', (chunk: Buffer) => {
      pending = pending === undefined ? chunk : Buffer.concat([pending, chunk]);
      // clients don't pipeline: the next request comes after the answer
      const message = firstMessage(pending);
      if (message === undefined) return;
      pending = undefined;
      const made = serve(message);
      if (made instanceof Buffer && latencyMs === 0) {
        socket.write(made);
        return;
      }
      Promise.all([made, latencyMs > 0 ? pause(latencyMs) : undefined]).then(
        ([bytes]) => socket.write(bytes),
        () => socket.destroy(),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // it listens on a port, not on a path
  return {
    ready: { url: `http://127.0.0.1:${port}` } satisfies UrlReady,
    commands: {
      calls: (): Calls => ({ count, isLeast: false }),
      forget: () => {
        count = 0;
      },
    },
  };
});
