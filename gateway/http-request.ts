// From an HTTP request to a GraphQL request, as GraphQL over HTTP has it; what isn't one is refused.
import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { type MediaType, refuse } from './errors.ts';

export interface HttpRequest {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  /** Without the question mark. */
  readonly search: string;
  readonly body: Uint8Array | undefined;
  /** The address that it came from, past the trusted proxies. */
  readonly origin?: string;
}

export interface GraphQLRequest {
  readonly method: 'GET' | 'POST';
  readonly query: string;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
}

/**
 * A page elsewhere can send a GET with none of these without the browser asking us first (CORS preflight). Tokens
 * travel in `authorization`, never in a cookie, so such a request could only be anonymous; it is refused even so.
 */
const PREFLIGHT_HEADERS = [
  'authorization',
  'apollo-require-preflight',
  'x-apollo-operation-name',
  'x-request-id',
] as const;

const JSON_TYPE = 'application/json';
const MEDIA_TYPES: readonly MediaType[] = [JSON_TYPE, 'application/graphql-response+json'];

/** The media type that the client likes best; without a preference application/json. */
export function answerType(accept: string | undefined): MediaType | undefined {
  if (accept === undefined || accept === '*/*' || accept === JSON_TYPE) return JSON_TYPE;
  let best: { readonly type: MediaType; readonly q: number } | undefined;
  for (const range of (accept.trim() || '*/*').toLowerCase().split(',')) {
    const [name = '', ...parameters] = range.split(';').map((each) => each.trim());
    const weight = parameters.find((each) => each.startsWith('q='));
    const q = weight === undefined ? 1 : Number(weight.slice(2));
    const type = MEDIA_TYPES.find((each) => name === each || name === 'application/*' || name === '*/*');
    if (type !== undefined && q > (best?.q ?? 0)) best = { type, q };
  }
  return best?.type;
}

/** The client's own id if it's harmless in logs and headers, else a new one. */
export function requestIdOf(header: string | string[] | undefined): string {
  return typeof header === 'string' && /^[A-Za-z0-9._:-]{1,128}$/.test(header) ? header : randomUUID();
}

type Params = Readonly<Record<string, unknown>>;

const isMap = (value: unknown): value is Params =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parsed(json: string, what: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw refuse('BAD_REQUEST', `The ${what} is not JSON.`);
  }
}

const BYTE_ORDER_MARK = 0xfeff;

function textOf(body: Uint8Array | undefined): string {
  if (body === undefined) return '';
  if (!isUtf8(body)) throw refuse('BAD_REQUEST', 'The body is not UTF-8.');
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
  return text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
}

/** Whether a content type is JSON in UTF-8, whatever the order and form of its parameters. */
function isJson(contentType: string): boolean {
  const [type = '', ...parameters] = contentType.toLowerCase().split(';');
  const charset = parameters.map((each) => each.trim()).find((each) => each.startsWith('charset='));
  return type.trim() === JSON_TYPE && (charset === undefined || /^charset="?utf-?8"?$/.test(charset));
}

function paramsOfBody({ headers, body }: HttpRequest): Params {
  const { 'content-type': type = '' } = headers;
  if (type !== JSON_TYPE && !isJson(type)) throw refuse('UNSUPPORTED_MEDIA_TYPE');
  if (headers['content-encoding'] !== undefined && headers['content-encoding'] !== 'identity') {
    throw refuse('UNSUPPORTED_MEDIA_TYPE', 'The body must not be compressed.');
  }
  const params = parsed(textOf(body), 'body');
  if (Array.isArray(params)) throw refuse('BAD_REQUEST', 'Send one operation in one request.');
  if (!isMap(params)) throw refuse('BAD_REQUEST', 'The body must be a JSON object.');
  return params;
}

function paramsOfSearch({ headers, search }: HttpRequest): Params {
  if (!PREFLIGHT_HEADERS.some((name) => headers[name] !== undefined)) {
    throw refuse(
      'BAD_REQUEST',
      'Links are not answered: send a GET with the header apollo-require-preflight, or a POST.',
    );
  }
  const given = new URLSearchParams(search);
  const json = (name: string): unknown => {
    const text = given.get(name);
    return text === null || text === '' ? undefined : parsed(text, `parameter ${name}`);
  };
  return {
    query: given.get('query') ?? undefined,
    operationName: given.get('operationName') || undefined,
    variables: json('variables'),
    extensions: json('extensions'),
    documentId: given.get('documentId') ?? undefined,
  };
}

/** Variables nested deeper are nobody's; walking them would exhaust the stack. */
const MAX_VARIABLE_DEPTH = 32;

function nestsDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth === 0 || Object.values(value).some((each) => nestsDeeper(each, depth - 1));
}

/** The hash of a registered operation, as Apollo's clients or as GraphQL over HTTP's draft send it. */
function hashIn({ documentId, extensions }: Params): string | undefined {
  const persisted = isMap(extensions) ? extensions.persistedQuery : undefined;
  const hash = isMap(persisted) ? persisted.sha256Hash : documentId;
  return typeof hash === 'string' ? hash.replace(/^sha256:/, '').toLowerCase() : undefined;
}

function textIn(params: Params, registered: ReadonlyMap<string, string>): string {
  const { query } = params;
  if (typeof query === 'string' && query !== '') return query;
  const hash = query == null || query === '' ? hashIn(params) : undefined;
  if (hash === undefined) throw refuse('BAD_REQUEST', 'query must be a string.');
  const text = registered.get(hash);
  if (text === undefined) throw refuse('PERSISTED_QUERY_NOT_FOUND');
  return text;
}

/** @throws Refusal METHOD_NOT_ALLOWED, UNSUPPORTED_MEDIA_TYPE, BAD_REQUEST */
export function readRequest(http: HttpRequest, registered: ReadonlyMap<string, string>): GraphQLRequest {
  const { method } = http;
  if (method !== 'GET' && method !== 'POST') {
    throw refuse('METHOD_NOT_ALLOWED', undefined, { allow: 'GET, POST' });
  }
  return requestIn(method === 'POST' ? paramsOfBody(http) : paramsOfSearch(http), method, registered);
}

/** @throws Refusal BAD_REQUEST, BAD_USER_INPUT, PERSISTED_QUERY_NOT_FOUND */
export function requestIn(
  params: Params,
  method: GraphQLRequest['method'],
  registered: ReadonlyMap<string, string>,
): GraphQLRequest {
  const { operationName, variables, extensions } = params;
  const query = textIn(params, registered);
  if (operationName != null && typeof operationName !== 'string') {
    throw refuse('BAD_REQUEST', 'operationName must be a string.');
  }
  if (variables != null && !isMap(variables)) throw refuse('BAD_REQUEST', 'variables must be an object.');
  if (extensions != null && !isMap(extensions)) throw refuse('BAD_REQUEST', 'extensions must be an object.');
  if (nestsDeeper(variables, MAX_VARIABLE_DEPTH))
    throw refuse('BAD_USER_INPUT', 'The variables nest too deep.');
  return { method, query, operationName: operationName ?? undefined, variables: variables ?? {} };
}
