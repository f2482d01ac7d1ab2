// A subgraph that runs elsewhere: one POST a call over kept connections, with the principal as a signed token.
import { type ExecutionResult, GraphQLError } from 'graphql';
import { Pool } from 'undici';
import { z } from 'zod';
import { clientError, type ErrorCode } from '../schema/errors.ts';
import type { Operation, Subgraph, SubgraphRequest } from '../schema/ports.ts';
import { queryHash, type SigningKey, signPrincipal } from '../schema/principal-token.ts';

/** More than any page of ours; a subgraph that sends more is broken. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;
const CONNECTIONS = 64;

export interface RemoteSubgraph extends Subgraph {
  close(): Promise<void>;
}

interface Options {
  readonly name: string;
  readonly url: string;
  readonly sdl: string;
  readonly key: SigningKey;
  readonly now: () => number;
  /** Told what really happened; the client learns a code only. */
  readonly onFault: (fault: {
    readonly subgraph: string;
    readonly requestId: string;
    readonly reason: string;
  }) => void;
}

const answer = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z
    .array(
      z.object({
        message: z.string(),
        path: z.array(z.union([z.string(), z.number()])).optional(),
        extensions: z.record(z.string(), z.unknown()).optional(),
      }),
    )
    .optional(),
});

class Fault extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, reason: string) {
    super(reason);
    this.code = code;
  }
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > MAX_ANSWER_BYTES)
      throw new Fault('BACKEND_BAD_ANSWER', `more than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function resultOf(text: string): ExecutionResult {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Fault('BACKEND_BAD_ANSWER', 'not JSON');
  }
  const read = answer.safeParse(json);
  if (!read.success) throw new Fault('BACKEND_BAD_ANSWER', 'not a GraphQL result');
  const { data, errors } = read.data;
  if (data === undefined && errors === undefined)
    throw new Fault('BACKEND_BAD_ANSWER', 'neither data nor errors');
  return {
    data: data ?? null,
    ...(errors === undefined
      ? {}
      : { errors: errors.map(({ message, ...rest }) => new GraphQLError(message, rest)) }),
  };
}

const failed = (code: ErrorCode): ExecutionResult => ({ data: null, errors: [clientError(code)] });

export function remoteSubgraph({ name, url, sdl, key, now, onFault }: Options): RemoteSubgraph {
  const target = new URL(url);
  // deadlines are the operation's, by its signal
  const pool = new Pool(target.origin, { connections: CONNECTIONS, headersTimeout: 0, bodyTimeout: 0 });

  async function ask(request: SubgraphRequest, operation: Operation): Promise<ExecutionResult> {
    const { query, operationName, variables } = request;
    const principal = await signPrincipal(operation.principal, {
      audience: name,
      requestId: operation.requestId,
      ...(operation.origin === undefined ? {} : { origin: operation.origin }),
      queryHash: queryHash(query),
      key,
      nowMs: now(),
    });
    const { statusCode, body } = await pool.request({
      path: `${target.pathname}${target.search}`,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        'x-request-id': operation.requestId,
        // what is left, not when: clocks differ
        'x-time-left-ms': String(Math.max(0, operation.deadlineMs - now())),
      },
      body: JSON.stringify({ query, operationName, variables, extensions: { principal } }),
      signal: operation.signal,
    });
    const text = await textOf(body);
    if (statusCode === 401 || statusCode === 403) throw new Fault('BACKEND_REFUSED', `status ${statusCode}`);
    if (statusCode >= 500) throw new Fault('BACKEND_UNAVAILABLE', `status ${statusCode}`);
    return resultOf(text);
  }

  return {
    name,
    sdl,
    run: async (request, operation) => {
      try {
        return await ask(request, operation);
      } catch (error) {
        if (operation.signal.aborted) return failed('DEADLINE_EXCEEDED');
        const reason = error instanceof Error ? error.message : 'unknown';
        onFault({ subgraph: name, requestId: operation.requestId, reason });
        return failed(error instanceof Fault ? error.code : 'BACKEND_UNAVAILABLE');
      }
    },
    close: () => pool.close(),
  };
}
