// A subgraph that runs elsewhere: one POST a call over kept connections, with the principal as a signed token.
import { type DocumentNode, type ExecutionResult, GraphQLError } from 'graphql';
import { Pool } from 'undici';
import { z } from 'zod';
import { decompressed, READABLE_ENCODINGS } from '../schema/content-encoding.ts';
import { clientError, type ErrorCode } from '../schema/errors.ts';
import type {
  AuditEntry,
  AuditSink,
  FileSource,
  Operation,
  Subgraph,
  SubgraphRequest,
} from '../schema/ports.ts';
import { queryHash, requestHash } from '../schema/principal-token.ts';
import { endingOf } from './execute/ending.ts';
import type { Identify } from './identify.ts';
import { type Posted, post, TooLong } from './posting.ts';
import { remoteFiles } from './remote-files.ts';

const CONNECTIONS = 64;

export interface RemoteSubgraph extends Subgraph {
  /** Its files: streamed through, and never kept. */
  readonly files?: FileSource;
  close(): Promise<void>;
}

interface Options {
  readonly name: string;
  readonly url: string;
  readonly sdl: string;
  readonly identify: Identify;
  readonly now: () => number;
  /** Told what really happened; the client learns a code only. */
  readonly onFault: (fault: {
    readonly subgraph: string;
    readonly requestId: string;
    readonly reason: string;
  }) => void;
  /** Whether it is sent the client's own token, for back ends that are to see it. */
  readonly takesUserToken?: boolean;
  /** Packed or not; a subgraph that sends more is broken. */
  readonly maxAnswerBytes: number;
  /** Whether answers are asked for packed. */
  readonly compression?: boolean;
  /** What provider staff read of customers there, where the subgraph has no store to record it in. */
  readonly audit?: AuditSink;
}

/** As `subgraphs/http.ts` writes them: the customers, as many as there are, since each is to be on record. */
const reads = z
  .object({ reads: z.array(z.string()) })
  .partial()
  .catch({});

function recordReads(
  audit: AuditSink | undefined,
  subgraph: string,
  { extensions }: ExecutionResult,
  { principal, nowMs, requestId, origin }: Operation,
): void {
  const customerIds = reads.parse(extensions ?? {}).reads;
  if (customerIds === undefined) return;
  const entry: AuditEntry = {
    atMs: nowMs,
    actorId: principal.actorId,
    action: 'read',
    outcome: 'DONE',
    detail: subgraph,
    requestId,
    ...(origin === undefined ? {} : { origin }),
  };
  audit?.recordReads(entry, customerIds);
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
  const beside = isMap(json.extensions) ? { extensions: json.extensions } : {};
  if (json.errors === undefined) {
    if (json.data === undefined) throw new Fault('BACKEND_BAD_ANSWER', 'neither data nor errors');
    return { data, ...beside };
  }
  const errors = errorList.safeParse(json.errors);
  if (!errors.success) throw new Fault('BACKEND_BAD_ANSWER', 'not a GraphQL result');
  return {
    data,
    ...beside,
    errors: errors.data.map(({ message, ...rest }) => new GraphQLError(message, rest)),
  };
}

/** What every request of one plan node begins with, and its hash. */
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

function refusedBy(status: number): Fault | undefined {
  if (status === 401 || status === 403) return new Fault('BACKEND_REFUSED', `status ${status}`);
  return status >= 500 ? new Fault('BACKEND_UNAVAILABLE', `status ${status}`) : undefined;
}

export function remoteSubgraph(options: Options): RemoteSubgraph {
  const { name, url, sdl, identify, now, onFault, audit, maxAnswerBytes } = options;
  const { takesUserToken = false, compression = false } = options;
  const target = new URL(url);
  // deadlines are the operation's, by its ending
  const pool = new Pool(target.origin, { connections: CONNECTIONS, headersTimeout: 0, bodyTimeout: 0 });
  const path = `${target.pathname}${target.search}`;
  const keptOf = keptFor();
  const identity = identify(name);
  const encodings = compression ? { 'accept-encoding': READABLE_ENCODINGS } : {};

  return {
    name,
    sdl,
    takesUserToken,
    run: (request, operation) => {
      const ending = endingOf(operation);
      const { requestId } = operation;
      const { hash, beginning } = keptOf(request);
      const variables = JSON.stringify(request.variables);
      const userToken = takesUserToken ? operation.userToken : undefined;
      const beside = userToken === undefined ? '' : `,"userToken":${JSON.stringify(userToken)}`;
      const failedBy = (error: unknown): ExecutionResult => {
        if (ending.ended) return failed('DEADLINE_EXCEEDED');
        const reason = error instanceof Error ? error.message : 'unknown';
        onFault({ subgraph: name, requestId, reason });
        if (error instanceof TooLong) return failed('BACKEND_BAD_ANSWER');
        return failed(error instanceof Fault ? error.code : 'BACKEND_UNAVAILABLE');
      };
      const read = (bytes: Buffer): ExecutionResult => {
        try {
          const { extensions, ...result } = resultOf(bytes.toString('utf8'));
          if (extensions !== undefined) recordReads(audit, name, { extensions }, operation);
          return result;
        } catch (error) {
          return failedBy(error);
        }
      };
      const receive = ({ status, bytes, encoding }: Posted): ExecutionResult | Promise<ExecutionResult> => {
        const refused = refusedBy(status);
        if (refused !== undefined) return failedBy(refused);
        if (encoding === undefined || encoding === 'identity') return read(bytes);
        return decompressed(bytes, encoding, maxAnswerBytes).then(read, ({ message }) =>
          failedBy(new Fault('BACKEND_BAD_ANSWER', message)),
        );
      };
      const send = (token: string): Promise<Posted> =>
        post(pool, {
          path,
          headers: {
            'content-type': 'application/json',
            accept: 'application/json',
            ...encodings,
            'x-request-id': requestId,
            // what is left, not when: clocks differ
            'x-time-left-ms': String(Math.max(0, operation.deadlineMs - now())),
          },
          body: `${beginning},"variables":${variables},"extensions":{"principal":"${token}"${beside}}}`,
          ending,
          maxBytes: maxAnswerBytes,
        });
      const asked = requestHash(hash, variables, userToken);
      return identity.ask(operation, asked, send).then(receive, failedBy);
    },
    files: remoteFiles({
      path: `${target.pathname.replace(/\/$/, '')}/files`,
      pool,
      identity,
      takesUserToken,
      now,
    }),
    close: () => pool.close(),
  };
}
