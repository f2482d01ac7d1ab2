// How errors leave the gateway: known codes as they are, everything else masked, each with the request id.
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { clientError, ERRORS, type ErrorCode, isErrorCode } from '../schema/errors.ts';

/** A request that is answered with errors alone. The first error's code decides the status. */
export class Refusal extends Error {
  readonly errors: readonly GraphQLError[];
  readonly headers: Readonly<Record<string, string>>;
  constructor(errors: readonly GraphQLError[], headers: Readonly<Record<string, string>> = {}) {
    super(errors[0]?.message ?? 'refused');
    this.name = 'Refusal';
    this.errors = errors;
    this.headers = headers;
  }
}

export function refuse(
  code: ErrorCode,
  message?: string,
  headers?: Readonly<Record<string, string>>,
): Refusal {
  return new Refusal([clientError(code, message)], headers);
}

/** The same error under a code of ours. */
export function coded(error: GraphQLError, code: ErrorCode): GraphQLError {
  const { message, nodes = null, source = null, positions = null } = error;
  return new GraphQLError(message, { nodes, source, positions, extensions: { code } });
}

/** Faults of the document and its variables: a well-formed HTTP request, so 200 in application/json. */
const OF_DOCUMENT: ReadonlySet<ErrorCode> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'OPERATION_RESOLUTION_FAILURE',
]);

export type MediaType = 'application/json' | 'application/graphql-response+json';

export function statusOf(error: GraphQLFormattedError | undefined, mediaType: MediaType): number {
  const code = error?.extensions?.code;
  if (!isErrorCode(code)) return 500;
  return mediaType === 'application/json' && OF_DOCUMENT.has(code) ? 200 : ERRORS[code].status;
}

/** Codes that are a fault of ours when a subgraph answers them: the gateway had validated the operation. */
const NEVER_A_FIELDS: ReadonlySet<ErrorCode> = new Set([
  'INTERNAL_SERVER_ERROR',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_REQUEST',
  'OPERATION_RESOLUTION_FAILURE',
  'UNAUTHENTICATED',
]);

const SUGGESTION = ' Did you mean ';

function withoutSuggestion(message: string): string {
  const at = message.indexOf(SUGGESTION);
  return at === -1 ? message : message.slice(0, at);
}

export interface Publishing {
  readonly requestId: string;
  /** Suggestions name parts of the schema, so they are for those who may read it. */
  readonly mayIntrospect: boolean;
  /** Told of each error that is masked, for the log. */
  readonly onMasked: (error: GraphQLFormattedError) => void;
}

function publish(
  error: GraphQLFormattedError,
  code: ErrorCode,
  publishing: Publishing,
): GraphQLFormattedError {
  const { requestId, mayIntrospect } = publishing;
  return {
    message: mayIntrospect ? error.message : withoutSuggestion(error.message),
    ...(error.locations === undefined ? {} : { locations: error.locations }),
    ...(error.path === undefined ? {} : { path: error.path }),
    extensions: { code, ...lackingIn(error, code), requestId },
  };
}

/** What to ask a manager for. */
function lackingIn({ extensions }: GraphQLFormattedError, code: ErrorCode): { readonly function?: string } {
  const name = extensions?.function;
  return code === 'FORBIDDEN' && typeof name === 'string' ? { function: name } : {};
}

function masked(error: GraphQLFormattedError, publishing: Publishing): GraphQLFormattedError {
  publishing.onMasked(error);
  const { message } = clientError('INTERNAL_SERVER_ERROR');
  return publish(
    { message, ...(error.path === undefined ? {} : { path: error.path }) },
    'INTERNAL_SERVER_ERROR',
    publishing,
  );
}

/** Errors of stages before execution: ours alone, so every known code passes but our own faults. */
export function publishRefusal(refusal: Refusal, publishing: Publishing): GraphQLFormattedError[] {
  return refusal.errors.map((error) => {
    const code = error.extensions.code;
    const known = isErrorCode(code) && code !== 'INTERNAL_SERVER_ERROR';
    return known ? publish(error.toJSON(), code, publishing) : masked(error.toJSON(), publishing);
  });
}

/** Errors of fields: from subgraphs, in process or elsewhere, and from the executor. */
export function publishFieldErrors(
  errors: readonly (GraphQLError | GraphQLFormattedError)[],
  publishing: Publishing,
): GraphQLFormattedError[] {
  return errors.map((each) => {
    const error = each instanceof GraphQLError ? each.toJSON() : each;
    const code = error.extensions?.code;
    if (!isErrorCode(code) || NEVER_A_FIELDS.has(code)) return masked(error, publishing);
    // positions are those of the sub-request's text, which the client never sees
    const { locations: _, ...rest } = error;
    return publish(rest, code, publishing);
  });
}
