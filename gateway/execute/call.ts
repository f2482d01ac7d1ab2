// One call of a subgraph: never rejects, bounded by the operation's signal, its answer checked before anybody reads it.
import type { ExecutionResult, GraphQLFormattedError } from 'graphql';
import { clientError, type ErrorCode, isErrorCode } from '../../schema/errors.ts';
import { isObject, type JsonObject } from '../../schema/json.ts';
import { type Answer, failed, type Request } from './exchange.ts';
import type { Run } from './run.ts';

function answerOf(result: unknown): Answer {
  if (!isObject(result)) return failed('BACKEND_BAD_ANSWER', 'the answer is not an object');
  const errors = result.errors ?? [];
  if (!Array.isArray(errors)) return failed('BACKEND_BAD_ANSWER', '"errors" is not a list');
  // what isn't an object can't be shown: it counts as an error without a message
  const reported = errors.map(
    (error: unknown): GraphQLFormattedError =>
      isObject(error) ? (error as unknown as GraphQLFormattedError) : { message: '' },
  );
  const data = result.data ?? undefined;
  if (data !== undefined && !isObject(data)) return failed('BACKEND_BAD_ANSWER', '"data" is not an object');
  if (data === undefined && reported.length === 0)
    return failed('BACKEND_BAD_ANSWER', 'neither "data" nor "errors"');
  return { data, errors: reported, failure: undefined };
}

/** Of a rejection that says nothing. */
const UNKNOWN: ErrorCode = 'BACKEND_UNAVAILABLE';

function codeOf(cause: unknown): ErrorCode | undefined {
  const extensions: unknown = isObject(cause) ? cause.extensions : undefined;
  const code = isObject(extensions) ? extensions.code : undefined;
  return isErrorCode(code) ? code : undefined;
}

/** Rejects, or throws, for what the subgraph does wrong. */
function ask(run: Run, request: Request, variables: JsonObject): Promise<ExecutionResult> {
  const { operation, options } = run;
  const { serviceName, query, document, operationName, shareable } = request;
  const subgraph = options.subgraph(serviceName);
  if (subgraph === undefined) throw clientError('NOT_CONFIGURED', `no subgraph "${serviceName}"`);
  const asked =
    operationName === undefined
      ? { query, document, variables }
      : { query, document, variables, operationName };
  return shareable && options.sharing?.covers(serviceName)
    ? options.sharing.join(subgraph, request, variables, operation, (on) => subgraph.run(asked, on))
    : subgraph.run(asked, operation);
}

/** Resolves at the latest when the operation ends, whatever the subgraph does. */
export function call(run: Run, request: Request, variables: JsonObject): Promise<Answer> {
  const { operation, options, ending } = run;
  const { serviceName } = request;
  if (ending.ended) return Promise.resolve(failed('DEADLINE_EXCEEDED', undefined));
  const startedMs = performance.now();
  return new Promise((resolve) => {
    let settled = false;
    const settle = (answer: Answer): void => {
      if (settled) return;
      settled = true;
      ending.offEnd(giveUp);
      const ok = answer.failure === undefined && answer.errors.length === 0;
      options.onCall?.({ subgraph: serviceName, durationMs: performance.now() - startedMs, ok });
      resolve(answer);
    };
    const giveUp = (): void => settle(failed('DEADLINE_EXCEEDED', undefined));
    const fail = (cause: unknown): void => {
      if (ending.ended) giveUp();
      else
        settle(failed(codeOf(cause) ?? options.onFault?.(serviceName, cause, operation) ?? UNKNOWN, cause));
    };
    ending.onEnd(giveUp);
    try {
      ask(run, request, variables).then((result) => settle(answerOf(result)), fail);
    } catch (cause) {
      fail(cause);
    }
  });
}
