// A subgraph that runs elsewhere: one POST a call over kept connections, with the principal as a signed token.
import { type DocumentNode, type ExecutionResult, GraphQLError } from 'graphql';
import { Pool } from 'undici';
import { z } from 'zod';
import { clientError, type ErrorCode } from '../schema/errors.ts';
import type { Operation, Subgraph, SubgraphRequest } from '../schema/ports.ts';
import { queryHash, type SigningKey, signPrincipal } from '../schema/principal-token.ts';
import { post, TooLong } from './posting.ts';

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

const errorList = z.array(
  z.object({
    message: z.string(),
    path: z.array(z.union([z.string(), z.number()])).optional(),
    extensions: z.record(z.string(), z.unknown()).optional(),
  }),
);

class Fault extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, reason: string) {
    super(reason);
    this.code = code;
  }
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function resultOf(text: string): ExecutionResult {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Fault('BACKEND_BAD_ANSWER', 'not JSON');
  }
  const data = isMap(json) ? (json.data ?? null) : undefined;
  if (!isMap(json) || (data !== null && !isMap(data)))
    throw new Fault('BACKEND_BAD_ANSWER', 'not a GraphQL result');
  if (json.errors === undefined) {
    if (json.data === undefined) throw new Fault('BACKEND_BAD_ANSWER', 'neither data nor errors');
    return { data };
  }
  const errors = errorList.safeParse(json.errors);
  if (!errors.success) throw new Fault('BACKEND_BAD_ANSWER', 'not a GraphQL result');
  return { data, errors: errors.data.map(({ message, ...rest }) => new GraphQLError(message, rest)) };
}

/** What every request of one plan node begins with, and the hash that its tokens carry. */
interface Kept {
  readonly hash: string;
  readonly beginning: string;
}

function keptFor(): (request: SubgraphRequest) => Kept {
  const kept = new WeakMap<DocumentNode, Kept>();
  return ({ query, operationName, document }) => {
    const known = document === undefined ? undefined : kept.get(document);
    if (known !== undefined) return known;
    const made = {
      hash: queryHash(query),
      beginning: JSON.stringify({ query, operationName }).slice(0, -1),
    };
    if (document !== undefined) kept.set(document, made);
    return made;
  };
}

const failed = (code: ErrorCode): ExecutionResult => ({ data: null, errors: [clientError(code)] });

export function remoteSubgraph({ name, url, sdl, key, now, onFault }: Options): RemoteSubgraph {
  const target = new URL(url);
  // deadlines are the operation's, by its signal
  const pool = new Pool(target.origin, { connections: CONNECTIONS, headersTimeout: 0, bodyTimeout: 0 });

  const path = `${target.pathname}${target.search}`;
  const keptOf = keptFor();

  async function ask(request: SubgraphRequest, operation: Operation): Promise<ExecutionResult> {
    const { requestId, signal } = operation;
    const { hash, beginning } = keptOf(request);
    const principal = signPrincipal(operation.principal, {
      audience: name,
      requestId,
      queryHash: hash,
      key,
      nowMs: now(),
    });
    const { status, text } = await post(pool, {
      path,
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        'x-request-id': requestId,
        // what is left, not when: clocks differ
        'x-time-left-ms': String(Math.max(0, operation.deadlineMs - now())),
      },
      // a token has nothing to escape
      body: `${beginning},"variables":${JSON.stringify(request.variables)},"extensions":{"principal":"${principal}"}}`,
      signal,
      maxBytes: MAX_ANSWER_BYTES,
    });
    if (status === 401 || status === 403) throw new Fault('BACKEND_REFUSED', `status ${status}`);
    if (status >= 500) throw new Fault('BACKEND_UNAVAILABLE', `status ${status}`);
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
        if (error instanceof TooLong) return failed('BACKEND_BAD_ANSWER');
        return failed(error instanceof Fault ? error.code : 'BACKEND_UNAVAILABLE');
      }
    },
    close: () => pool.close(),
  };
}
