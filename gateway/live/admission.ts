// One run of a live operation: through every stage of the pipeline, each time, as if it were asked for the first time.
import { createHash } from 'node:crypto';
import type { GraphQLFormattedError } from 'graphql';
import { ANONYMOUS, type Principal } from '../../schema/principal.ts';
import { expiresAtMs } from '../authenticate.ts';
import type { EngineRequest } from '../engine.ts';
import { Refusal, refuse } from '../errors.ts';
import type { GraphQLRequest } from '../http-request.ts';
import type { Body } from '../response-cache.ts';
import type { Permitted, Request } from '../server.ts';

/** An operation as it came, over whichever transport: all that a stream keeps of it. */
export interface LiveRequest {
  readonly asked: GraphQLRequest;
  readonly authorization: string | undefined;
  readonly origin: string | undefined;
  readonly requestId: string;
}

/** What a client sees at a time: the result of one run. */
export interface State {
  readonly text: string;
  /** Of the text without what differs from run to run. */
  readonly digest: string;
  /** Present when the stream's own field is refused: nothing will ever come of it. */
  readonly refused?: readonly GraphQLFormattedError[];
}

export type Admitted =
  | {
      readonly kind: 'ADMITTED';
      readonly principal: Principal;
      readonly isLive: boolean;
      /** On which it is run again. */
      readonly topics: readonly string[];
      /** When its token ends. */
      readonly untilMs: number;
      /** Streams of one key have one answer at one time. */
      readonly key: string;
      run(): Promise<State>;
    }
  | {
      readonly kind: 'REFUSED';
      readonly errors: readonly GraphQLFormattedError[];
      readonly refusal: Refusal;
    };

/** `again`: not for the first time, so that what was refused then isn't recorded again. Never rejects. */
export type Admit = (request: LiveRequest, again: boolean) => Promise<Admitted>;

interface Stages {
  permit(asked: GraphQLRequest, authorization: string | undefined, request: Request): Promise<Permitted>;
  run(asked: EngineRequest, request: Request, nowMs: number): Promise<Body>;
  /** As clients get it; recorded and logged. */
  publish(request: Request, refusal: Refusal): readonly GraphQLFormattedError[];
  onFault(error: unknown, requestId: string): void;
  readonly now: () => number;
  readonly schemaHash: string;
}

const hashOf = (...parts: readonly string[]): string => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\n');
  return hash.digest('base64');
};

function engineRequest({ read, facts, variables }: Permitted, asked: GraphQLRequest): EngineRequest {
  const { text, document, node } = facts.live?.query ?? { ...read, node: facts.node };
  return { query: text, document, node, variables: asked.variables, coerced: variables };
}

/** The errors of a root field that isn't permitted. */
function refusedRoot(text: string): readonly GraphQLFormattedError[] | undefined {
  if (!text.includes('"FORBIDDEN"')) return undefined;
  // our own text
  const { errors = [] } = JSON.parse(text) as { errors?: readonly GraphQLFormattedError[] };
  const roots = errors.filter(
    ({ path, extensions }) => path?.length === 1 && extensions?.code === 'FORBIDDEN',
  );
  return roots.length === 0 ? undefined : roots;
}

export function admission({ permit, run, publish, onFault, now, schemaHash }: Stages): Admit {
  return async ({ asked, authorization, origin, requestId }, again) => {
    const request: Request = {
      requestId,
      mediaType: 'application/graphql-response+json',
      origin,
      startedAtMs: now(),
      principal: ANONYMOUS,
      again,
    };
    try {
      const permitted = await permit(asked, authorization, request);
      const { facts, variables, nowMs, read } = permitted;
      const { principal } = request;
      const { actorId, sessionId = '', grantVersion } = principal;
      return {
        kind: 'ADMITTED',
        principal,
        isLive: facts.live !== undefined,
        topics: facts.live?.topics(variables, principal) ?? [],
        untilMs: expiresAtMs(authorization),
        key: hashOf(
          schemaHash,
          read.hash,
          facts.node.name?.value ?? '',
          JSON.stringify(variables),
          JSON.stringify([actorId, sessionId, grantVersion]),
        ),
        async run() {
          const { text } = await run(engineRequest(permitted, asked), request, nowMs);
          const refused = facts.live === undefined ? undefined : refusedRoot(text);
          const digest = hashOf(text.replaceAll(requestId, ''));
          return { text, digest, ...(refused === undefined ? {} : { refused }) };
        },
      };
    } catch (error) {
      if (!(error instanceof Refusal)) onFault(error, requestId);
      const refusal = error instanceof Refusal ? error : refuse('INTERNAL_SERVER_ERROR');
      return { kind: 'REFUSED', errors: publish(request, refusal), refusal };
    }
  };
}
