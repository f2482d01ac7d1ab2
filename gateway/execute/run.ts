// One execution of a compiled operation: the answer so far, what went wrong, and what its fetches share.
import type { GraphQLError } from 'graphql';
import type { ErrorCode } from '../../schema/errors.ts';
import type { JsonObject } from '../../schema/json.ts';
import type { Operation, Subgraph } from '../../schema/ports.ts';
import type { Ending } from './ending.ts';
import type { Answer } from './exchange.ts';
import type { Sharing } from './sharing.ts';

export interface SubgraphCall {
  readonly subgraph: string;
  readonly durationMs: number;
  readonly ok: boolean;
}

export interface ExecutorOptions {
  /** Looked up at each call: a reload may have put another subgraph in its place. Undefined: none of that name. */
  readonly subgraph: (name: string) => Subgraph | undefined;
  /** Present: concurrent identical sub-requests of the same principal are sent once. */
  readonly sharing?: Sharing;
  readonly onCall?: (call: SubgraphCall) => void;
  /** A subgraph has rejected, without a code of ours: what its fields are to say. Without it BACKEND_UNAVAILABLE. */
  readonly onFault?: (subgraph: string, cause: unknown, operation: Operation) => ErrorCode;
}

/** An entity that some fetch of this operation has asked for: in which batch, and at which index. */
export interface Asked {
  readonly batch: Promise<Answer>;
  readonly index: number;
}

export interface Run {
  readonly data: JsonObject;
  readonly errors: GraphQLError[];
  readonly variables: Readonly<JsonObject>;
  readonly condition: (name: string) => boolean;
  readonly operation: Operation;
  readonly ending: Ending;
  readonly options: ExecutorOptions;
  /** Objects that stand in several places of the answer, being one entity of which the same is known everywhere. */
  readonly joined: Set<JsonObject>;
  /** By group of fetches with the same text: representation key -> where it was asked. */
  readonly asked: Map<number, Map<string, Asked>>;
}
