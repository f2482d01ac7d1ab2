// The way of a request: the stages in the order in which it meets them, each of which may refuse it.
import type { GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';
import type { AuditSink } from '../schema/ports.ts';
import { ANONYMOUS, type Principal } from '../schema/principal.ts';
import type { Authenticate } from './authenticate.ts';
import type { Config } from './config.ts';
import type { Documents, ReadText } from './documents.ts';
import type { Engine, EngineRequest } from './engine.ts';
import {
  type MediaType,
  type Publishing,
  publishFieldErrors,
  publishRefusal,
  Refusal,
  refuse,
  statusOf,
} from './errors.ts';
import { gate } from './gate.ts';
import {
  answerType,
  type GraphQLRequest,
  type HttpRequest,
  readRequest,
  requestIdOf,
} from './http-request.ts';
import { type Admit, admission } from './live/admission.ts';
import type { Metrics } from './metrics.ts';
import { begin, type Chosen, choose, type HangUp } from './operation.ts';
import { type AskedFor, refusalRecorder } from './refusals.ts';
import { type Body, cacheControl, type ResponseCache, responseKey } from './response-cache.ts';
import { selectedFields } from './selected-fields.ts';

export interface Stages {
  readonly config: Config;
  readonly schemaHash: string;
  readonly documents: Documents;
  /** Texts of registered operations by their hash. */
  readonly registered: ReadonlyMap<string, string>;
  readonly authenticate: Authenticate;
  readonly responses: ResponseCache;
  readonly engine: Engine;
  readonly metrics: Metrics | undefined;
  readonly audit: AuditSink | undefined;
  readonly log: Logger;
  readonly now: () => number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** What is known of a request so far, for the log and for what its errors may say. */
export interface Request {
  readonly requestId: string;
  readonly mediaType: MediaType;
  /** Absent for an answer that others wait for too. */
  readonly hangUp?: HangUp;
  readonly origin: string | undefined;
  readonly startedAtMs: number;
  asked?: AskedFor;
  operationName?: string;
  principal: Principal;
  /** The token that was found good, for back ends that are to see it. Never logged. */
  userToken?: string;
  /** A run of a stream after its first: what it is refused has been recorded. */
  readonly again?: boolean;
}

function introspects(config: Config, principal: Principal): boolean {
  if (config.introspection !== 'auto') return config.introspection === 'on';
  return config.demo || principal.kind === 'STAFF';
}

export type Answer = (http: HttpRequest, hangUp: HangUp) => Promise<HttpAnswer>;

/** One way, two doors: an answer to a request, and what a stream is answered whenever it is run. */
export interface Pipeline {
  readonly answer: Answer;
  readonly admit: Admit;
}

/** An operation that may be run: within the limits, of somebody who may. */
export interface Permitted extends Chosen {
  readonly read: ReadText;
  readonly nowMs: number;
}

export function createPipeline(stages: Stages): Pipeline {
  const { config, documents, authenticate, responses, engine, metrics, log, now } = stages;
  const refusals = refusalRecorder(stages.audit);

  async function permit(
    asked: GraphQLRequest,
    authorization: string | undefined,
    request: Request,
  ): Promise<Permitted> {
    const read = documents.read(asked.query); // limits
    request.principal = await authenticate(authorization);
    if (authorization !== undefined) request.userToken = authorization.replace(/^bearer +/i, '').trim();
    const { facts, variables } = choose(engine.schema, documents.understand(read), asked);
    if (facts.cost(variables) > config.limits.maxObjects) throw refuse('OPERATION_TOO_COSTLY');
    request.operationName = facts.node.name?.value ?? '';
    request.asked = { facts, variables };
    const nowMs = now();
    const mayIntrospect = introspects(config, request.principal);
    gate(facts, variables, { principal: request.principal, mayIntrospect, nowMs });
    return { read, facts, variables, nowMs };
  }

  async function pass(http: HttpRequest, request: Request): Promise<HttpAnswer> {
    const asked = readRequest(http, stages.registered);
    const { read, facts, variables, nowMs } = await permit(asked, http.headers.authorization, request);
    if (facts.live !== undefined)
      throw refuse('NOT_ACCEPTABLE', 'Subscriptions are answered as text/event-stream, or over WebSocket.');
    const { mediaType } = request;
    const { keepS } = facts;
    const { hash: documentHash } = read;
    const engineRequest = engineRequestOf({ read, facts, variables, nowMs }, asked);
    let body: Body;
    if (keepS === undefined) {
      body = await run(engineRequest, request, nowMs);
    } else {
      const { schemaHash } = stages;
      const key = responseKey({ schemaHash, documentHash, operation: facts, variables, mediaType });
      // what many may be given is executed for nobody in particular, and no one client's leaving ends it
      body = await responses.through(key, keepS, () => run(engineRequest, forNobody(request), nowMs));
    }
    return answer(request, body.status, body.text, { 'cache-control': cacheControl(keepS, body.clean) });
  }

  async function run(asked: EngineRequest, request: Request, nowMs: number): Promise<Body> {
    const { requestId, principal, hangUp } = request;
    const { operation, done } = begin({
      requestId,
      principal,
      ...(request.origin === undefined ? {} : { origin: request.origin }),
      ...(request.userToken === undefined ? {} : { userToken: request.userToken }),
      selected: selectedFields(engine.schema, asked.document, engine.fetchedNames),
      nowMs,
      timeoutMs: config.operationTimeoutMs,
      ...(hangUp === undefined ? {} : { hangUp }),
    });
    try {
      const { data, errors } = await engine.execute(asked, operation);
      if (errors === undefined) return { status: 200, text: JSON.stringify({ data }), clean: true };
      const published = publishFieldErrors(errors, publishing(request));
      if (request.again !== true) refusals.fields(request, published);
      return {
        status: data === undefined ? statusOf(published[0], request.mediaType) : 200,
        text: JSON.stringify({ data, errors: published }),
        clean: false,
      };
    } finally {
      done();
    }
  }

  const publishing = ({ requestId, principal, operationName }: Request): Publishing => ({
    requestId,
    mayIntrospect: introspects(config, principal),
    onMasked: ({ message, path, extensions }) =>
      log.error(
        { requestId, operationName, message, path, service: extensions?.serviceName },
        'masked error',
      ),
  });

  function published(request: Request, refusal: Refusal): readonly GraphQLFormattedError[] {
    const errors = publishRefusal(refusal, publishing(request));
    const { requestId, operationName, principal } = request;
    const code = errors[0]?.extensions?.code;
    log.info({ requestId, operationName, actorId: principal.actorId, code }, 'refused');
    refusals.whole(request, code);
    for (const { extensions } of errors) metrics?.errorSent(String(extensions?.code));
    return errors;
  }

  function refused(request: Request, refusal: Refusal): HttpAnswer {
    const errors = published(request, refusal);
    const status = statusOf(errors[0], request.mediaType);
    return answer(request, status, JSON.stringify({ errors }), {
      ...refusal.headers,
      'cache-control': 'no-store',
    });
  }

  const answer = (
    { requestId, mediaType }: Request,
    status: number,
    text: string,
    headers: Readonly<Record<string, string>>,
  ): HttpAnswer => ({
    status,
    text,
    headers: {
      'content-type': `${mediaType}; charset=utf-8`,
      'x-request-id': requestId,
      vary: 'accept, accept-encoding',
      ...headers,
    },
  });

  const answered: Answer = async (http, hangUp) => {
    const startedMs = performance.now();
    const mediaType = answerType(http.headers.accept);
    const requestId = requestIdOf(http.headers['x-request-id']);
    const request: Request = {
      requestId,
      mediaType: mediaType ?? 'application/json',
      hangUp,
      origin: http.origin,
      startedAtMs: now(),
      principal: ANONYMOUS,
    };
    let given: HttpAnswer;
    try {
      if (mediaType === undefined) throw refuse('NOT_ACCEPTABLE');
      given = await pass(http, request);
    } catch (error) {
      if (!(error instanceof Refusal)) log.error({ requestId, err: error }, 'the gateway failed');
      given = refused(request, error instanceof Refusal ? error : refuse('INTERNAL_SERVER_ERROR'));
    }
    metrics?.answered({
      operation: request.operationName ?? '',
      status: given.status,
      durationMs: performance.now() - startedMs,
    });
    return given;
  };

  const onFault = (error: unknown, requestId: string) =>
    log.error({ requestId, err: error }, 'the gateway failed');
  const { schemaHash } = stages;
  return {
    answer: answered,
    admit: admission({ permit, run, publish: published, onFault, now, schemaHash }),
  };
}

function engineRequestOf({ read, facts, variables }: Permitted, asked: GraphQLRequest): EngineRequest {
  const { text: query, document } = read;
  return { query, document, node: facts.node, variables: asked.variables, coerced: variables };
}

function forNobody({ hangUp: _, userToken: __, ...request }: Request): Request {
  return { ...request, principal: ANONYMOUS };
}
