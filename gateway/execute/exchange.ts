// What goes to a subgraph and what came back, read and checked.
import type { DocumentNode, GraphQLFormattedError } from 'graphql';
import type { ErrorCode } from '../../schema/errors.ts';
import type { JsonObject } from '../../schema/json.ts';
import type { Shape } from './merge.ts';

/** What every execution of a fetch sends but for its variables. */
export interface Request {
  readonly serviceName: string;
  readonly query: string;
  readonly document: DocumentNode;
  readonly operationName: string | undefined;
  /** Of the whole answer, `_entities` included. */
  readonly shape: Shape;
  /** A read of a client's query; what follows a mutation must see that mutation. */
  readonly shareable: boolean;
}

export interface Answer {
  readonly data: JsonObject | undefined;
  readonly errors: readonly GraphQLFormattedError[];
  readonly failure: Failure | undefined;
}

export interface Failure {
  readonly code: ErrorCode;
  readonly cause: unknown;
}

export function failed(code: ErrorCode, cause: unknown): Answer {
  return { data: undefined, errors: [], failure: { code, cause } };
}
