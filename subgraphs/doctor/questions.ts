// Harmless questions to one back end, bounded in number and time, with what came back as it came.
import { randomUUID } from 'node:crypto';
import type { ErrorCode } from '../../schema/errors.ts';
import { type BackEnd, createBackEnd } from '../tmf/back-end.ts';
import { BackEndError } from '../tmf/back-end-error.ts';
import { budgetOf } from '../tmf/budget.ts';
import { listOf, named } from '../tmf/page.ts';
import { createPools } from '../tmf/pools.ts';
import type { BackEndConfig } from '../tmf/providers.ts';
import { isRecord } from '../tmf/tmf-object.ts';
import { versioned } from '../tmf/versions/versioned.ts';

export type Row = Readonly<Record<string, unknown>>;

/** A question that was answered, however. */
export interface Heard {
  readonly status: number;
  readonly ms: number;
  readonly header: (name: string) => string | undefined;
  readonly body: unknown;
  /** The rows of a list, wherever it was wrapped; absent where there is none. */
  readonly rows?: readonly Row[];
  /** Whether rows came without an id, which the end of their own address is then. */
  readonly anonymous?: boolean;
  readonly total?: number;
}

/** A question that was not. */
export interface Unheard {
  readonly fault: ErrorCode;
  readonly status?: number;
  /** Our own words, never the back end's. */
  readonly reason: string;
  readonly reasonCode?: string;
}

export type Answered = Heard | Unheard;
export const isHeard = (answer: Answered): answer is Heard => !('fault' in answer);

export interface Asking {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly resource: string;
  readonly id?: string;
  readonly query?: string;
  readonly body?: unknown;
  readonly contentType?: string;
}

export interface Questions {
  readonly config: BackEndConfig;
  ask(asking: Asking): Promise<Answered>;
  /** Milliseconds of each answer so far, in order. */
  readonly times: readonly number[];
  readonly asked: () => number;
  close(): Promise<void>;
}

/** More than these are asked of no back end: who is asked must not feel it. */
export const MAX_QUESTIONS = 40;

export function questionsTo(config: BackEndConfig): Questions {
  const pools = createPools();
  const around = { poolOf: pools.of, now: Date.now, random: Math.random, onCall: () => undefined };
  // in the one shape, so that what is found out is said in the names that profiles use
  const backEnd: BackEnd = versioned(createBackEnd(config, around));
  const times: number[] = [];
  let asked = 0;

  async function ask({ method = 'GET', ...rest }: Asking): Promise<Answered> {
    if (asked >= MAX_QUESTIONS) return { fault: 'OPERATION_TOO_COSTLY', reason: 'has been asked enough' };
    asked += 1;
    const call = {
      requestId: `doctor-${randomUUID()}`,
      deadlineMs: Date.now() + config.timeoutMs * 2,
      signal: new AbortController().signal,
    };
    const startedAt = performance.now();
    try {
      const answer = await backEnd.send({ method, ...rest, repeatable: false }, budgetOf(call, Date.now));
      const ms = performance.now() - startedAt;
      times.push(ms);
      const rows =
        method === 'GET' && rest.id === undefined ? rowsOf(answer.body, rest.resource, config) : undefined;
      const total = /^\d{1,12}$/.exec(answer.header('x-total-count')?.trim() ?? '')?.[0];
      return {
        ...answer,
        ms,
        ...(rows === undefined ? {} : { rows, anonymous: isAnonymous(answer.body, rest.resource, config) }),
        ...(total === undefined ? {} : { total: Number(total) }),
      };
    } catch (error) {
      if (!(error instanceof BackEndError)) throw error;
      const reason = error.message.slice(error.message.lastIndexOf(':') + 1).trim();
      return {
        fault: error.code,
        reason,
        ...(error.status === undefined ? {} : { status: error.status }),
        ...(error.reasonCode === undefined ? {} : { reasonCode: error.reasonCode }),
      };
    }
  }

  return { config, ask, times, asked: () => asked, close: pools.close };
}

const isAnonymous = (body: unknown, resource: string, { profile }: BackEndConfig): boolean =>
  listOf(body, resource, profile.envelope)?.some((row) => isRecord(row) && row.id === undefined) === true;

function rowsOf(body: unknown, resource: string, { profile }: BackEndConfig): readonly Row[] | undefined {
  return listOf(body, resource, profile.envelope)
    ?.filter(isRecord)
    .map((row) => (row.id === undefined ? (named(row, resource) ?? row) : row));
}
