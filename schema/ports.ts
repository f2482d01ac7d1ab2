// What one part needs from another, as types: the operation in flight, stores, bus, grants, health.
import type { DocumentNode, ExecutionResult } from 'graphql';
import type { Principal } from './principal.ts';

/** One client operation on its way through the graph; the same object reaches every in-process subgraph. */
export interface Operation {
  readonly requestId: string;
  readonly principal: Principal;
  /** The instant for which the whole operation is answered, epoch milliseconds: one `now` for every field. */
  readonly nowMs: number;
  /** Epoch milliseconds after which nobody waits for the answer. */
  readonly deadlineMs: number;
  /** Aborted at the deadline and when the client hangs up. */
  readonly signal: AbortSignal;
}

export interface SubgraphRequest {
  /** The operation's text: also the key under which its parsed form is kept. */
  readonly query: string;
  /** The same operation, parsed; callers that have it spare the parse. Must not be mutated. */
  readonly document?: DocumentNode;
  readonly operationName?: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** A subgraph as the gateway calls it: in process or over HTTP, the same answer. It never rejects for GraphQL errors. */
export interface Subgraph {
  readonly name: string;
  /** SDL with federation directives, as `_service { sdl }` would give it. */
  readonly sdl: string;
  run(request: SubgraphRequest, operation: Operation): Promise<ExecutionResult>;
}

/** Whole answers to PUBLIC operations. */
export interface ResponseStore {
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string, ttlMs: number): Promise<void>;
}

/** Messages between instances; at most once, no order across topics. */
export interface TopicBus {
  publish(topic: string, message: string): Promise<void>;
  /** Calls back for each message until the returned function is called. */
  subscribe(topic: string, listener: (message: string) => void): Promise<() => Promise<void>>;
}

/** The one source of grants. Undefined: no such actor. Rejects when no store can answer: the caller refuses. */
export interface GrantReader {
  read(actorId: string): Promise<Principal | undefined>;
}

export interface HealthReport {
  readonly name: string;
  readonly kind: 'BACKEND' | 'CACHE' | 'STORE' | 'SUBGRAPH' | 'SCHEMA';
  readonly state: 'UP' | 'DEGRADED' | 'DOWN';
  /** Embedded stands for: no server, lives and dies with this process. */
  readonly embedded: boolean;
  /** For operators: no secrets, no addresses with credentials. */
  readonly detail?: string;
  /** Whether this process can answer nothing useful without it. */
  readonly required: boolean;
}

export interface HealthSource {
  health(): Promise<readonly HealthReport[]>;
}
