// Every error code that a client can meet, with its meaning and HTTP status.
import { GraphQLError } from 'graphql';

interface ErrorMeaning {
  /** Status of the HTTP answer when nothing but this error is in it. */
  readonly status: number;
  readonly meaning: string;
}

const of = (status: number, meaning: string): ErrorMeaning => ({ status, meaning });

export const ERRORS = {
  GRAPHQL_PARSE_FAILED: of(400, 'The document is not GraphQL.'),
  GRAPHQL_VALIDATION_FAILED: of(400, 'The document does not fit the schema.'),
  BAD_REQUEST: of(400, 'The HTTP request is not a GraphQL request.'),
  BAD_USER_INPUT: of(400, 'A variable or argument has a value that the field does not take.'),
  INVALID_ID: of(200, 'The id was not made by this graph, or names another type.'),
  OPERATION_RESOLUTION_FAILURE: of(400, 'No operation of that name, or several and none named.'),
  OPERATION_TOO_DEEP: of(400, 'The selection nests deeper than the limit.'),
  OPERATION_TOO_WIDE: of(400, 'The operation selects more fields than the limit.'),
  OPERATION_TOO_MANY_ALIASES: of(400, 'The operation has more aliases than the limit.'),
  OPERATION_TOO_COSTLY: of(
    400,
    'Its pages within pages come to more objects, or more calls, than the limit.',
  ),
  OPERATION_TOO_MANY_TOKENS: of(400, 'The document is longer than the limit.'),
  INTROSPECTION_DISABLED: of(400, 'This principal may not introspect the schema.'),
  PERSISTED_QUERY_NOT_FOUND: of(404, 'No operation is registered under that hash.'),
  UNAUTHENTICATED: of(401, 'The token is malformed, forged, expired or for another audience.'),
  FORBIDDEN: of(403, 'The principal holds no authorization for this function.'),
  NOT_FOUND: of(404, 'Nothing is served under this path.'),
  METHOD_NOT_ALLOWED: of(405, 'POST, or GET for what changes nothing.'),
  NOT_ACCEPTABLE: of(406, 'No offered media type can be given.'),
  PAYLOAD_TOO_LARGE: of(413, 'The body is larger than the limit.'),
  UNSUPPORTED_MEDIA_TYPE: of(415, 'The body must be application/json.'),
  TOO_MANY_REQUESTS: of(429, 'More requests than this actor may make; try again later.'),
  TOO_MANY_SUBSCRIPTIONS: of(
    429,
    'More live subscriptions than this actor, or this instance, may hold open.',
  ),
  CLIENT_TOO_SLOW: of(408, 'The client has not taken an answer of its subscription for half a minute.'),
  INTERNAL_SERVER_ERROR: of(500, 'A fault of the gateway; the request id leads to it in the log.'),
  BACKEND_UNAVAILABLE: of(200, 'The system behind this field cannot be reached; try again later.'),
  BACKEND_TIMEOUT: of(200, 'The system behind this field did not answer in time.'),
  BACKEND_BUSY: of(200, 'The system behind this field asks for fewer requests; try again later.'),
  BACKEND_REFUSED: of(200, 'The system behind this field refused the gateway or the request.'),
  BACKEND_BAD_ANSWER: of(200, 'The system behind this field answered with something unreadable.'),
  CHANGE_NOT_APPLIED: of(200, 'The system behind this field accepted the change but did not make it.'),
  NOT_CONFIGURED: of(200, 'No provider of this deployment serves this field.'),
  DEADLINE_EXCEEDED: of(200, 'The operation ran out of time before this field was answered.'),
  AUTHORIZATION_UNAVAILABLE: of(503, 'Authorizations cannot be read now, so nothing is answered.'),
  SHUTTING_DOWN: of(503, 'This instance is draining; another one will answer.'),
} as const satisfies Record<string, ErrorMeaning>;

export type ErrorCode = keyof typeof ERRORS;

export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(ERRORS, code);
}

/** FORBIDDEN, with the function that is lacking: what to ask a manager for. */
export function lacking(name: string): GraphQLError {
  return new GraphQLError(ERRORS.FORBIDDEN.meaning, { extensions: { code: 'FORBIDDEN', function: name } });
}

/** An error that a client may see as it is. Anything else is masked on the way out. */
export function clientError(code: ErrorCode, message: string = ERRORS[code].meaning): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}
