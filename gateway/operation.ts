// One operation from its start to its end: what was asked for, for whom, and until when somebody waits.
import { setMaxListeners } from 'node:events';
import { type GraphQLSchema, getVariableValues } from 'graphql';
import { clientError } from '../schema/errors.ts';
import type { Operation, SelectedFields } from '../schema/ports.ts';
import type { Principal } from '../schema/principal.ts';
import type { Operations } from './documents.ts';
import { coded, Refusal, refuse } from './errors.ts';
import type { Ending } from './execute/ending.ts';
import type { GraphQLRequest } from './http-request.ts';
import type { OperationFacts } from './operation-facts.ts';

const MAX_ERRORS = 10;
const NONE = {};

export interface Chosen {
  readonly facts: OperationFacts;
  /** Coerced, defaults included. */
  readonly variables: Readonly<Record<string, unknown>>;
}

function onlyOf(operations: Operations): OperationFacts | undefined {
  return operations.size === 1 ? operations.values().next().value : undefined;
}

/** @throws Refusal OPERATION_RESOLUTION_FAILURE, METHOD_NOT_ALLOWED, BAD_USER_INPUT */
export function choose(schema: GraphQLSchema, operations: Operations, asked: GraphQLRequest): Chosen {
  const facts = asked.operationName === undefined ? onlyOf(operations) : operations.get(asked.operationName);
  if (facts === undefined) throw refuse('OPERATION_RESOLUTION_FAILURE');
  if (asked.method === 'GET' && facts.node.operation === 'mutation') {
    throw refuse('METHOD_NOT_ALLOWED', 'GET changes nothing.', { allow: 'POST' });
  }
  const definitions = facts.node.variableDefinitions ?? [];
  if (definitions.length === 0) return { facts, variables: NONE };
  const { coerced, errors } = getVariableValues(schema, definitions, asked.variables, {
    maxErrors: MAX_ERRORS,
  });
  if (coerced === undefined) throw new Refusal((errors ?? []).map((each) => coded(each, 'BAD_USER_INPUT')));
  return { facts, variables: coerced };
}

/** Told once if the client leaves before its answer; not told after. */
export type HangUp = (listener: () => void) => void;

interface Beginning {
  readonly requestId: string;
  readonly principal: Principal;
  readonly origin?: string;
  readonly userToken?: string;
  readonly selected?: SelectedFields;
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

/** A class, so that the signal is made for those only who ask for it: each costs as much as the rest of the operation. */
class InFlight implements Operation, Ending {
  readonly requestId: string;
  readonly principal: Principal;
  declare readonly origin?: string;
  declare readonly userToken?: string;
  declare readonly selected?: SelectedFields;
  readonly nowMs: number;
  readonly deadlineMs: number;
  ended = false;
  #listeners: (() => void)[] = [];
  #controller: AbortController | undefined;

  constructor({ requestId, principal, origin, userToken, selected, nowMs, timeoutMs }: Beginning) {
    this.requestId = requestId;
    this.principal = principal;
    if (origin !== undefined) this.origin = origin;
    if (userToken !== undefined) this.userToken = userToken;
    if (selected !== undefined) this.selected = selected;
    this.nowMs = nowMs;
    this.deadlineMs = nowMs + timeoutMs - Math.min(MARGIN_MS, timeoutMs / 10);
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      setMaxListeners(UNBOUNDED, this.#controller.signal);
      if (this.ended) this.#controller.abort(clientError('DEADLINE_EXCEEDED'));
    }
    return this.#controller.signal;
  }

  onEnd(listener: () => void): void {
    if (!this.ended) this.#listeners.push(listener);
  }

  offEnd(listener: () => void): void {
    const at = this.#listeners.indexOf(listener);
    if (at !== -1) this.#listeners.splice(at, 1);
  }

  end(): void {
    if (this.ended) return;
    this.ended = true;
    for (const listener of this.#listeners.splice(0)) listener();
    this.#controller?.abort(clientError('DEADLINE_EXCEEDED'));
  }
}

const endOf = (operation: InFlight): void => operation.end();

/** `done` must be called: it lets go of the timer. */
export function begin(beginning: Beginning): { readonly operation: Operation; readonly done: () => void } {
  const operation = new InFlight(beginning);
  const timer = setTimeout(endOf, beginning.timeoutMs, operation);
  beginning.hangUp?.(() => operation.end());
  return { operation, done: () => clearTimeout(timer) };
}
