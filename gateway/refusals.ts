// What is refused, for the audit log: who asked for which root fields, naming which object, from where.
import type { GraphQLFormattedError } from 'graphql';
import type { ErrorCode } from '../schema/errors.ts';
import { decodeId } from '../schema/id.ts';
import type { AuditEntry, AuditSink } from '../schema/ports.ts';
import type { Principal } from '../schema/principal.ts';
import type { OperationFacts } from './operation-facts.ts';

/** Codes that say: somebody reached for what isn't theirs, or came with a token that isn't good. */
const RECORDED: ReadonlySet<unknown> = new Set<ErrorCode>([
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'INTROSPECTION_DISABLED',
]);
/** Names of root fields in one entry. */
const MAX_NAMES = 5;

export interface AskedFor {
  readonly facts: OperationFacts;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** The first global id among the variables: what the operation is about, most often. */
function idIn(value: unknown): string | undefined {
  if (typeof value === 'string') return decodeId(value) === undefined ? undefined : value;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const each of Object.values(value)) {
    const found = idIn(each);
    if (found !== undefined) return found;
  }
  return undefined;
}

function rootsOf({ facts }: AskedFor): readonly string[] {
  return [...new Set(facts.roots.map(({ coordinate }) => coordinate.slice(coordinate.indexOf('.') + 1)))];
}

interface RefusedRequest {
  readonly requestId: string;
  readonly principal: Principal;
  readonly origin: string | undefined;
  readonly startedAtMs: number;
  readonly asked?: AskedFor;
}

export interface Refusals {
  /** The request as a whole was refused. */
  whole(request: RefusedRequest, code: unknown): void;
  /** Fields of it were; the rest was answered. */
  fields(request: RefusedRequest, errors: readonly GraphQLFormattedError[]): void;
}

export function refusalRecorder(sink: AuditSink | undefined): Refusals {
  function record(request: RefusedRequest, fields: readonly string[], code: unknown): void {
    const { principal, requestId, origin, startedAtMs: atMs, asked } = request;
    const objectId = idIn(asked?.variables);
    const entry: AuditEntry = {
      atMs,
      actorId: principal.actorId,
      ...(principal.customerId === undefined ? {} : { customerId: principal.customerId }),
      action: fields.slice(0, MAX_NAMES).join() || 'request',
      ...(objectId === undefined ? {} : { objectId }),
      outcome: 'REFUSED',
      detail: String(code),
      requestId,
      ...(origin === undefined ? {} : { origin }),
    };
    sink?.record(entry);
  }

  return {
    whole(request, code) {
      if (RECORDED.has(code))
        record(request, request.asked === undefined ? [] : rootsOf(request.asked), code);
    },
    fields(request, errors) {
      const refused = errors.filter(({ extensions }) => extensions?.code === 'FORBIDDEN');
      // list items share a path but for their places
      const names = refused.map(({ path = [] }) => path.filter((step) => typeof step === 'string').join('.'));
      if (refused.length > 0) record(request, [...new Set(names)], 'FORBIDDEN');
    },
  };
}
