// Concurrent identical sub-requests of the same principal, sent once: each operation that waits gets its own copy.
import type { ExecutionResult } from 'graphql';
import type { Operation, Subgraph } from '../../schema/ports.ts';
import type { Principal } from '../../schema/principal.ts';
import type { Request } from './exchange.ts';
import { isObject, type JsonObject } from './json.ts';
import { copyOf } from './merge.ts';

/** How much earlier than its own deadline an operation may be failed by the deadline of the one that it joined. */
const DEADLINE_SLACK_MS = 1000;

export interface Sharing {
  join(
    subgraph: Subgraph,
    request: Request,
    variables: JsonObject,
    operation: Operation,
    start: (operation: Operation) => Promise<ExecutionResult>,
  ): Promise<ExecutionResult>;
}

interface Flight {
  readonly result: Promise<ExecutionResult>;
  readonly deadlineMs: number;
  readonly controller: AbortController;
  waiting: number;
  joined: number;
}

function principalKey({ actorId, kind, customerId, grantVersion }: Principal): string {
  return JSON.stringify([actorId, kind, customerId ?? null, grantVersion]);
}

export function createSharing(): Sharing {
  const flights = new Map<Subgraph, Map<string, Flight>>();

  function take(
    subgraph: Subgraph,
    key: string,
    operation: Operation,
    start: (operation: Operation) => Promise<ExecutionResult>,
  ): Flight {
    const ofSubgraph = flights.get(subgraph) ?? new Map<string, Flight>();
    const known = ofSubgraph.get(key);
    if (known !== undefined && operation.deadlineMs - known.deadlineMs <= DEADLINE_SLACK_MS) return known;
    const controller = new AbortController();
    const flight: Flight = {
      // the call outlives the operation that started it for as long as another one waits
      result: start({ ...operation, signal: controller.signal }).finally(() => {
        if (ofSubgraph.get(key) === flight) ofSubgraph.delete(key);
        if (ofSubgraph.size === 0 && flights.get(subgraph) === ofSubgraph) flights.delete(subgraph);
      }),
      deadlineMs: operation.deadlineMs,
      controller,
      waiting: 0,
      joined: 0,
    };
    // rejections reach those who wait; with none left, nobody is to be told
    flight.result.catch(() => {});
    flights.set(subgraph, ofSubgraph.set(key, flight));
    return flight;
  }

  return {
    async join(subgraph, request, variables, operation, start) {
      const key = `${principalKey(operation.principal)}\n${request.query}\n${JSON.stringify(variables)}`;
      const flight = take(subgraph, key, operation, start);
      flight.waiting += 1;
      flight.joined += 1;
      let left = false;
      const leave = (): void => {
        if (left) return;
        left = true;
        flight.waiting -= 1;
        if (flight.waiting > 0) return;
        // a later operation must not join a call that is being stopped
        const ofSubgraph = flights.get(subgraph);
        if (ofSubgraph?.get(key) === flight) ofSubgraph.delete(key);
        flight.controller.abort();
      };
      operation.signal.addEventListener('abort', leave, { once: true });
      try {
        const result = await flight.result;
        if (flight.joined === 1 || !isObject(result) || !isObject(result.data)) return result;
        // nobody gets the original: executions write into what they receive
        return { ...result, data: copyOf(result.data, request.shape) };
      } finally {
        operation.signal.removeEventListener('abort', leave);
      }
    },
  };
}
