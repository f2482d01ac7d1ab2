// What one part needs from another, as types: the operation in flight, stores, bus, grants, health.
import type { Readable } from 'node:stream';
import type { DocumentNode, ExecutionResult } from 'graphql';
import type { SsmFunction } from './access.ts';
import type { GlobalId } from './id.ts';
import type { Principal } from './principal.ts';

/** Names of the fields that an operation selects, by object type. */
export type SelectedFields = ReadonlyMap<string, ReadonlySet<string>>;

/** One client operation on its way through the graph; the same object reaches every in-process subgraph. */
export interface Operation {
  readonly requestId: string;
  readonly principal: Principal;
  /** The address that the request came from; absent where nobody knows. Personal: never logged, kept by reference. */
  readonly origin?: string;
  /** The token that the client sent, for back ends that are to see it; absent for what is answered for nobody in particular. */
  readonly userToken?: string;
  /** Takes what a subgraph that keeps no state has seen to be recorded; absent where it can be recorded at once. */
  readonly recordReads?: AuditSink['recordReads'];
  /**
   * What the whole operation selects, so that one question of a back end brings what all of its fields read. Absent where
   * a part of it alone is known.
   */
  readonly selected?: SelectedFields;
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
  /** It runs elsewhere and is sent the client's own token. */
  readonly takesUserToken?: boolean;
  run(request: SubgraphRequest, operation: Operation): Promise<ExecutionResult>;
}

/** A file on its way from a back end to a client; whoever has it reads it to its end or destroys it. */
export interface OpenedFile {
  readonly name: string;
  readonly mimeType: string;
  /** Absent where its length isn't known before its end. */
  readonly bytes?: number;
  readonly body: Readable;
}

/**
 * Files by global id, in process or elsewhere. Undefined: not there, or not this principal's to see. Rejects with a
 * GraphQL error that has a code of ours.
 */
export type FileSource = (id: GlobalId, operation: Operation) => Promise<OpenedFile | undefined>;

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
  /** Calls back when messages of others may have been lost, and arrive again. Absent: never. */
  onGap?(listener: () => void): void;
}

/** The one source of grants. Undefined: no such actor. Rejects when no store can answer: the caller refuses. */
export interface GrantReader {
  read(actorId: string): Promise<Principal | undefined>;
}

/** What customers' contracts allow. Rejects when neither the contract nor the last one known can be read. */
export interface ContractReader {
  read(customerId: GlobalId): Promise<ReadonlySet<SsmFunction>>;
  /** Told of a change, so that the next read on every instance sees it. */
  changed(customerId: GlobalId): Promise<void>;
}

/** What happened to what was tried. */
export type AuditOutcome = 'DONE' | 'REFUSED' | 'FAILED';

/** One key action or refusal. References only: no name, number or address may stand in the chain. */
export interface AuditEntry {
  /** Epoch milliseconds. */
  readonly atMs: number;
  readonly actorId: string;
  /** On whose behalf: a customer's global id. */
  readonly customerId?: string;
  /** What was tried: a mutation's or root field's name, or a word for what is neither. */
  readonly action: string;
  /** On what: an actor, an authorization, or an object's global id. */
  readonly objectId?: string;
  readonly outcome: AuditOutcome;
  /** Why not, or what besides: an error code, or JSON of references. */
  readonly detail?: string;
  readonly requestId: string;
  /** The address as it came; the chain keeps a reference to it that erasure cuts. */
  readonly origin?: string;
}

/** What goes to the audit log behind an answer: it never slows or fails it, and is bounded; what is too much is counted. */
export interface AuditSink {
  /** A refusal. */
  record(entry: AuditEntry): void;
  /** What provider staff was given of customers: an entry for each; of the same soon after, one more with a count. */
  recordReads(entry: AuditEntry, customerIds: readonly GlobalId[]): void;
}

/** The audit log. Rejects when the entry can't be kept: then the action must not be answered as done. */
export interface Audit extends AuditSink {
  append(entry: AuditEntry): Promise<void>;
}

export type SecurityAlarmKind = 'BRUTE_FORCE' | 'TOKEN_REUSE' | 'PROBING' | 'PLACE_CHANGE';

/** What somebody should look at, by reference. */
export interface SecurityAlarm {
  readonly kind: SecurityAlarmKind;
  /** Absent where nobody was recognized. */
  readonly actorId?: string;
  readonly customerId?: string;
  readonly origin?: string;
  readonly atMs: number;
  readonly requestId: string;
}

/** Raises in the background: it neither slows nor fails what it was seen in. */
export interface SecurityAlarms {
  raise(alarm: SecurityAlarm): void;
}

/** Whether sessions of our own sign-in are still open. Rejects when no store can answer: the caller refuses. */
export interface SessionReader {
  isOpen(sessionId: string, actorId: string): Promise<boolean>;
}

/** Takes one-time links to those who asked for them: mail, message, letter. */
export interface Sender {
  /** `token` opens the account to whoever has it: never logged. */
  send(
    link: {
      readonly actorId: string;
      readonly token: string;
      readonly expiresAtMs: number;
    } & (
      | { readonly kind: 'PASSWORD_RESET' }
      /** `sendTo` is what the manager wrote: an address or a number. It isn't kept here. */
      | { readonly kind: 'INVITATION'; readonly sendTo: string }
      /** `token` is a code of six digits; `sendTo` the address that is to be shown to be read. */
      | { readonly kind: 'EMAIL_VERIFICATION'; readonly sendTo: string }
    ),
  ): Promise<void>;
}

export interface HealthReport {
  readonly name: string;
  readonly kind: 'BACKEND' | 'CACHE' | 'STORE' | 'SUBGRAPH' | 'SCHEMA' | 'CONFIGURATION';
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
