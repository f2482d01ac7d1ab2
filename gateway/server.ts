// The way of a request: the stages in the order in which it meets them, each of which may refuse it.
import type { Logger } from 'pino';
import { ANONYMOUS, type Principal } from '../schema/principal.ts';
import type { Authenticate } from './authenticate.ts';
import type { Config } from './config.ts';
import type { Documents } from './documents.ts';
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
import { answerType, type HttpRequest, readRequest, requestIdOf } from './http-request.ts';
import type { Metrics } from './metrics.ts';
import { begin, choose, type HangUp } from './operation.ts';
import { type Body, cacheControl, type ResponseCache, responseKey } from './response-cache.ts';

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
  readonly log: Logger;
  readonly now: () => number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** What is known of a request so far, for the log and for what its errors may say. */
interface Request {
  readonly requestId: string;
  readonly mediaType: MediaType;
  readonly hangUp: HangUp;
  operationName?: string;
  principal: Principal;
}

function introspects(config: Config, principal: Principal): boolean {
  if (config.introspection !== 'auto') return config.introspection === 'on';
  return config.demo || principal.kind === 'STAFF';
}

export type Answer = (http: HttpRequest, hangUp: HangUp) => Promise<HttpAnswer>;

export function createPipeline(stages: Stages): Answer {
  const { config, documents, authenticate, responses, engine, metrics, log, now } = stages;

  async function pass(http: HttpRequest, request: Request): Promise<HttpAnswer> {
    const asked = readRequest(http, stages.registered);
    const read = documents.read(asked.query); // limits
    request.principal = await authenticate(http.headers.authorization);
    const { facts, variables } = choose(engine.schema, documents.understand(read), asked);
    if (facts.cost(variables) > config.limits.maxObjects) throw refuse('OPERATION_TOO_COSTLY');
    request.operationName = facts.node.name?.value ?? '';
    const nowMs = now();
    const mayIntrospect = introspects(config, request.principal);
    gate(facts, variables, { principal: request.principal, mayIntrospect, nowMs });
    const { mediaType } = request;
    const { keepS, node } = facts;
    const { text: query, hash: documentHash, document } = read;
    const engineRequest = { query, document, node, variables: asked.variables, coerced: variables };
    let body: Body;
    if (keepS === undefined) {
      body = await run(engineRequest, request, nowMs, request.hangUp);
    } else {
      const { schemaHash } = stages;
      const key = responseKey({ schemaHash, documentHash, operation: facts, variables, mediaType });
      // what many may be given is executed for nobody in particular, and no one client's leaving ends it
      body = await responses.through(key, keepS, () =>
        run(engineRequest, { ...request, principal: ANONYMOUS }, nowMs),
      );
    }
    return answer(request, body.status, body.text, { 'cache-control': cacheControl(keepS, body.clean) });
  }

  async function run(asked: EngineRequest, request: Request, nowMs: number, hangUp?: HangUp): Promise<Body> {
    const { requestId, principal } = request;
    const { operation, end } = begin({
      requestId,
      principal,
      nowMs,
      timeoutMs: config.operationTimeoutMs,
      ...(hangUp === undefined ? {} : { hangUp }),
    });
    try {
      const { data, errors } = await engine.execute(asked, operation);
      if (errors === undefined) return { status: 200, text: JSON.stringify({ data }), clean: true };
      const published = publishFieldErrors(errors, publishing(request));
      return {
        status: data === undefined ? statusOf(published[0], request.mediaType) : 200,
        text: JSON.stringify({ data, errors: published }),
        clean: false,
      };
    } finally {
      end();
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

  function refused(request: Request, refusal: Refusal): HttpAnswer {
    const errors = publishRefusal(refusal, publishing(request));
    const { requestId, operationName, principal } = request;
    const code = errors[0]?.extensions?.code;
    log.info({ requestId, operationName, actorId: principal.actorId, code }, 'refused');
    for (const { extensions } of errors) metrics?.errorSent(String(extensions?.code));
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

  return async (http, hangUp) => {
    const startedMs = performance.now();
    const mediaType = answerType(http.headers.accept);
    const requestId = requestIdOf(http.headers['x-request-id']);
    const request: Request = {
      requestId,
      mediaType: mediaType ?? 'application/json',
      hangUp,
      principal: ANONYMOUS,
    };
    const given = await (mediaType === undefined
      ? Promise.reject(refuse('NOT_ACCEPTABLE'))
      : pass(http, request)
    ).catch((error: unknown) => {
      if (error instanceof Refusal) return refused(request, error);
      log.error({ requestId, err: error }, 'the gateway failed');
      return refused(request, refuse('INTERNAL_SERVER_ERROR'));
    });
    metrics?.answered({
      operation: request.operationName ?? '',
      status: given.status,
      durationMs: performance.now() - startedMs,
    });
    return given;
  };
}
