// The one error of a back end: which, where, how, and what a client may be told of it.
import type { GraphQLError } from 'graphql';
import { clientError, type ErrorCode } from '../../schema/errors.ts';
import type { Api } from './backends.ts';

export interface BackEndFault {
  readonly provider: string;
  readonly api: Api;
  readonly method: string;
  /** Without the query: filters carry numbers and names. */
  readonly path: string;
  /** HTTP status; absent when no answer came. */
  readonly status?: number;
  /** Whether the same call, sent again soon, may succeed. */
  readonly retryable: boolean;
  readonly code: ErrorCode;
  /** What happened, for logs: our own words, never the back end's. */
  readonly reason: string;
  /** How long this call was waited for. */
  readonly waitedMs?: number;
  /** How long the back end asked to be left alone. */
  readonly retryAfterMs?: number;
  /** The back end can't have seen the call: it was never sent, or turned away unread. */
  readonly unsent?: boolean;
  /** Of a back end that is left alone, or of an operation without time: whoever reads the log knows already. */
  readonly isTold?: boolean;
  /** The back end's own error code: a short name or number, never its text. */
  readonly reasonCode?: string;
}

export class BackEndError extends Error {
  override readonly name = 'BackEndError';
  readonly provider: string;
  readonly api: Api;
  readonly method: string;
  readonly path: string;
  readonly status: number | undefined;
  readonly retryable: boolean;
  readonly code: ErrorCode;
  readonly waitedMs: number | undefined;
  readonly retryAfterMs: number | undefined;
  readonly unsent: boolean;
  readonly reasonCode: string | undefined;
  readonly isTold: boolean;

  readonly #fault: BackEndFault;

  constructor(fault: BackEndFault) {
    const status = fault.status === undefined ? '' : ` ${fault.status}`;
    super(`${fault.provider}/${fault.api} ${fault.method} ${fault.path}:${status} ${fault.reason}`);
    this.#fault = fault;
    this.provider = fault.provider;
    this.api = fault.api;
    this.method = fault.method;
    this.path = fault.path;
    this.status = fault.status;
    this.retryable = fault.retryable;
    this.code = fault.code;
    this.waitedMs = fault.waitedMs;
    this.retryAfterMs = fault.retryAfterMs;
    this.unsent = fault.unsent ?? false;
    this.reasonCode = fault.reasonCode;
    this.isTold = fault.isTold ?? false;
  }

  /** What the failure of the token endpoint is to the call that wasn't sent for it: its status says nothing of the object. */
  withoutToken(): BackEndError {
    const { status, ...fault } = this.#fault;
    const why = [status, fault.reason].filter((each) => each !== undefined).join(' ');
    return new BackEndError({ ...fault, reason: `gets no token (${why})`, unsent: true });
  }

  /** What happened, in our own words: no path, no id. */
  get reason(): string {
    return this.#fault.reason;
  }

  /** What a client may see: the code and its meaning, no API, no path, no upstream text. */
  toClientError(): GraphQLError {
    return clientError(this.code);
  }
}
