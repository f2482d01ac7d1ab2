// Concurrent identical sub-requests of the same principal, sent once: each operation that waits gets its own copy.
import { createHash } from 'node:crypto';
import type { ExecutionResult } from 'graphql';
import { isObject, type JsonObject } from '../../schema/json.ts';
import type { Operation, Subgraph } from '../../schema/ports.ts';
import type { Principal } from '../../schema/principal.ts';
import { endingOf } from './ending.ts';
import type { Request } from './exchange.ts';
import { copyOf } from './merge.ts';

/** How much earlier than its own deadline an operation may be failed by the deadline of the one that it joined. */
const DEADLINE_SLACK_MS = 1000;

export interface Sharing {
  /** Whether calls of the subgraph of that name are shared. */
  readonly covers: (subgraph: string) => boolean;
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

const keys = new WeakMap<Principal, string>();

/** Everything of a principal that may change what it is answered; the same snapshot serves many operations. */
function principalKey(principal: Principal): string {
  let key = keys.get(principal);
  if (key === undefined) {
    const { actorId, kind, customerId = null, sessionId = null, grantVersion } = principal;
    key = JSON.stringify([actorId, kind, customerId, sessionId, grantVersion]);
    keys.set(principal, key);
  }
  return key;
}

/**
 * Only what one caller alone, from one place, would have been answered is shared: the whole principal and its origin,
 * and where its own token goes along, that token, by its hash.
 */
function keyOf(
  { takesUserToken = false }: Subgraph,
  { principal, origin = '', userToken }: Operation,
  query: string,
  variables: JsonObject,
): string {
  const token =
    takesUserToken && userToken !== undefined
      ? createHash('sha256').update(userToken).digest('base64url')
      : '';
  return `${principalKey(principal)}\n${token}\n${origin}\n${query}\n${JSON.stringify(variables)}`;
}

/**
 * `covers`: for subgraphs elsewhere. Those in process share more than calls: each operation's own objects, which are
 * known by the operation itself, and values between operations.
 */
export function createSharing(covers: Sharing['covers'] = () => true): Sharing {
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
    covers,
    async join(subgraph, request, variables, operation, start) {
      const key = keyOf(subgraph, operation, request.query, variables);
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
      const ending = endingOf(operation);
      ending.onEnd(leave);
      try {
        const result = await flight.result;
        if (flight.joined === 1 || !isObject(result) || !isObject(result.data)) return result;
        // nobody gets the original: executions write into what they receive
        return { ...result, data: copyOf(result.data, request.shape) };
      } finally {
        ending.offEnd(leave);
      }
    },
  };
}
