// A subgraph that nobody waits for past the operation's deadline, and that never rejects: for the stock executor.
import type { ExecutionResult } from 'graphql';
import { clientError } from '../schema/errors.ts';
import type { Operation, Subgraph } from '../schema/ports.ts';
import type { SubgraphCall } from './execute/run.ts';

interface Options {
  readonly onCall: (call: SubgraphCall) => void;
  readonly onFault: (subgraph: string, error: unknown, operation: Operation) => void;
}

const failed = (code: 'DEADLINE_EXCEEDED' | 'INTERNAL_SERVER_ERROR'): ExecutionResult => ({
  data: null,
  errors: [clientError(code)],
});

/** Resolves when the signal is aborted; `forget` takes the listener off a signal that outlives the call. */
function abortOf(signal: AbortSignal): { readonly aborted: Promise<ExecutionResult>; forget(): void } {
  let stop = (): void => undefined;
  const aborted = new Promise<ExecutionResult>((resolve) => {
    stop = () => resolve(failed('DEADLINE_EXCEEDED'));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  return { aborted, forget: () => signal.removeEventListener('abort', stop) };
}

export function bounded(subgraph: Subgraph, { onCall, onFault }: Options): Subgraph {
  return {
    ...subgraph,
    run: async (request, operation) => {
      const startedMs = performance.now();
      const { aborted, forget } = abortOf(operation.signal);
      const answered = subgraph.run(request, operation).catch((error: unknown) => {
        onFault(subgraph.name, error, operation);
        return failed('INTERNAL_SERVER_ERROR');
      });
      const result = await Promise.race([answered, aborted]).finally(forget);
      onCall({
        subgraph: subgraph.name,
        durationMs: performance.now() - startedMs,
        ok: result.errors === undefined,
      });
      return result;
    },
  };
}
