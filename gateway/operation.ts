// One operation from its start to its end: what was asked for, for whom, and until when somebody waits.
import { setMaxListeners } from 'node:events';
import { type GraphQLSchema, getVariableValues } from 'graphql';
import { clientError } from '../schema/errors.ts';
import type { Operation } from '../schema/ports.ts';
import type { Principal } from '../schema/principal.ts';
import type { Operations } from './documents.ts';
import { coded, Refusal, refuse } from './errors.ts';
import type { GraphQLRequest } from './http-request.ts';
import type { OperationFacts } from './operation-facts.ts';

const MAX_ERRORS = 10;

export interface Chosen {
  readonly facts: OperationFacts;
  /** Coerced, defaults included. */
  readonly variables: Readonly<Record<string, unknown>>;
}

/** @throws Refusal OPERATION_RESOLUTION_FAILURE, METHOD_NOT_ALLOWED, BAD_USER_INPUT */
export function choose(schema: GraphQLSchema, operations: Operations, asked: GraphQLRequest): Chosen {
  const only = operations.size === 1 ? [...operations.values()][0] : undefined;
  const facts = asked.operationName === undefined ? only : operations.get(asked.operationName);
  if (facts === undefined) throw refuse('OPERATION_RESOLUTION_FAILURE');
  if (asked.method === 'GET' && facts.node.operation !== 'query') {
    throw refuse('METHOD_NOT_ALLOWED', 'GET is for queries.', { allow: 'POST' });
  }
  const { coerced, errors } = getVariableValues(
    schema,
    facts.node.variableDefinitions ?? [],
    asked.variables,
    {
      maxErrors: MAX_ERRORS,
    },
  );
  if (coerced === undefined) throw new Refusal((errors ?? []).map((each) => coded(each, 'BAD_USER_INPUT')));
  return { facts, variables: coerced };
}

/** Told once if the client leaves before its answer; not told after. */
export type HangUp = (listener: () => void) => void;

interface Beginning {
  readonly requestId: string;
  readonly principal: Principal;
  readonly origin?: string;
  readonly nowMs: number;
  readonly timeoutMs: number;
  /** Absent for an answer that others wait for too. */
  readonly hangUp?: HangUp;
}

/** Every call of a subgraph may listen; the default bound of ten is a warning, with a stack, for each operation. */
const UNBOUNDED = 0;

/**
 * What is kept of the time for putting the answer together: a back end that hangs is given up so much earlier, so that
 * its fields alone are lost, and not all that its subgraph knows.
 */
const MARGIN_MS = 100;

/** `end` must be called: it lets go of the timer. */
export function begin(beginning: Beginning): { readonly operation: Operation; readonly end: () => void } {
  const { requestId, principal, origin, nowMs, timeoutMs, hangUp } = beginning;
  const controller = new AbortController();
  const { signal } = controller;
  setMaxListeners(UNBOUNDED, signal);
  const timer = setTimeout(expire, timeoutMs, controller);
  hangUp?.(() => expire(controller));
  const deadlineMs = nowMs + timeoutMs - Math.min(MARGIN_MS, timeoutMs / 10);
  return {
    operation: {
      requestId,
      principal,
      ...(origin === undefined ? {} : { origin }),
      nowMs,
      deadlineMs,
      signal,
    },
    end: () => clearTimeout(timer),
  };
}

function expire(controller: AbortController): void {
  controller.abort(clientError('DEADLINE_EXCEEDED'));
}
