// One execution of a compiled operation: the answer so far, what went wrong, and what its fetches share.
import type { GraphQLError } from 'graphql';
import type { Operation, Subgraph } from '../../schema/ports.ts';
import type { Answer } from './exchange.ts';
import type { JsonObject } from './json.ts';
import type { Sharing } from './sharing.ts';

export interface ExecutorOptions {
  /** Looked up at each call: a reload may have put another subgraph in its place. Undefined: none of that name. */
  readonly subgraph: (name: string) => Subgraph | undefined;
  /** Present: concurrent identical sub-requests of the same principal are sent once. */
  readonly sharing?: Sharing;
  readonly onSubgraphCall?: (name: string, elapsedMs: number, ok: boolean) => void;
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
  readonly options: ExecutorOptions;
  /** Settles when nobody waits any more; never rejects. */
  readonly abandoned: Promise<typeof ABANDONED>;
  /** Objects that stand in several places of the answer, being one entity of which the same is known everywhere. */
  readonly joined: Set<JsonObject>;
  /** By group of fetches with the same text: representation key -> where it was asked. */
  readonly asked: Map<number, Map<string, Asked>>;
}

export const ABANDONED = Symbol('abandoned');

/** Races work against the operation's signal with one listener for all of an operation's fetches. */
export function abandonment(signal: AbortSignal): { abandoned: Promise<typeof ABANDONED>; release(): void } {
  let settle: () => void = () => {};
  const abandoned = new Promise<typeof ABANDONED>((resolve) => {
    settle = () => resolve(ABANDONED);
  });
  if (signal.aborted) settle();
  else signal.addEventListener('abort', settle, { once: true });
  return { abandoned, release: () => signal.removeEventListener('abort', settle) };
}
