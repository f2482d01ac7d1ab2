// One call of a subgraph: never rejects, bounded by the operation's signal, its answer checked before anybody reads it.
import type { ExecutionResult, GraphQLFormattedError } from 'graphql';
import { type ErrorCode, isErrorCode } from '../../schema/errors.ts';
import type { Operation } from '../../schema/ports.ts';
import { type Answer, failed, type Request } from './exchange.ts';
import { isObject, type JsonObject } from './json.ts';
import { ABANDONED, type Run } from './run.ts';

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

function codeOf(cause: unknown): ErrorCode {
  const extensions: unknown = isObject(cause) ? cause.extensions : undefined;
  const code = isObject(extensions) ? extensions.code : undefined;
  return isErrorCode(code) ? code : 'BACKEND_UNAVAILABLE';
}

export async function call(run: Run, request: Request, variables: JsonObject): Promise<Answer> {
  const { operation, options } = run;
  if (operation.signal.aborted) return failed('DEADLINE_EXCEEDED', undefined);
  const startedMs = performance.now();
  let answer: Answer;
  try {
    const subgraph = options.subgraph(request.serviceName);
    if (subgraph === undefined) return failed('NOT_CONFIGURED', `no subgraph "${request.serviceName}"`);
    const start = (on: Operation): Promise<ExecutionResult> =>
      subgraph.run(
        {
          query: request.query,
          document: request.document,
          variables,
          ...(request.operationName === undefined ? {} : { operationName: request.operationName }),
        },
        on,
      );
    const result = await Promise.race([
      options.sharing !== undefined && request.shareable
        ? options.sharing.join(subgraph, request, variables, operation, start)
        : start(operation),
      run.abandoned,
    ]);
    answer = result === ABANDONED ? failed('DEADLINE_EXCEEDED', undefined) : answerOf(result);
  } catch (cause) {
    answer = failed(operation.signal.aborted ? 'DEADLINE_EXCEEDED' : codeOf(cause), cause);
  }
  options.onSubgraphCall?.(request.serviceName, performance.now() - startedMs, answer.failure === undefined);
  return answer;
}
