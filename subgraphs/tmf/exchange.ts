// One HTTP exchange with one back end: what goes out, what comes back, and every way in which it can fail.
import { errors, type Pool } from 'undici';
import type { ErrorCode } from '../../schema/errors.ts';
import { BackEndError } from './back-end-error.ts';
import { type Budget, endedByTime, onAbort } from './budget.ts';
import type { BackEndConfig } from './providers.ts';
import { receive, textOf } from './receive.ts';
import { readRefusalCode } from './refusal-code.ts';

/** No honest page is longer, and one answer must not take the process's memory. */
export const MAX_BODY_BYTES = 64 * 1024 * 1024;

export interface Outgoing {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below the API's base path, encoded, without the query. */
  readonly path: string;
  readonly query?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Answer {
  readonly status: number;
  header(name: string): string | undefined;
  /** Parsed JSON; undefined for an empty body. */
  readonly body: unknown;
}

interface Failure {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly reason: string;
  readonly unsent?: boolean;
  readonly retryAfterMs?: number | undefined;
}

const failure = (code: ErrorCode, retryable: boolean, reason: string): Failure => ({
  code,
  retryable,
  reason,
});

/** Sends once and reads the whole answer. Rejects with a BackEndError for anything but 2xx with JSON or nothing. */
export async function exchange(
  pool: Pool,
  config: BackEndConfig,
  outgoing: Outgoing,
  budget: Budget,
  now: () => number,
): Promise<Answer> {
  const startedAt = performance.now();
  const path = config.basePath + outgoing.path;
  const receiving = receive(pool, {
    method: outgoing.method,
    path: (path === '' ? '/' : path) + (outgoing.query ? `?${outgoing.query}` : ''),
    headers: outgoing.headers,
    body: outgoing.body ?? null,
  });
  const fail = ({ retryAfterMs, ...rest }: Failure, status = receiving.status(), reasonCode?: string) =>
    new BackEndError({
      provider: config.provider,
      api: config.api,
      method: outgoing.method,
      path,
      waitedMs: Math.round(performance.now() - startedAt),
      ...(status === undefined ? {} : { status }),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      ...(reasonCode === undefined ? {} : { reasonCode }),
      ...rest,
    });

  let ended: Ended | undefined;
  const end = (how: Ended): void => {
    ended ??= how;
    receiving.stop();
  };
  const timer = setTimeout(end, Math.min(config.timeoutMs, budget.remainingMs()), 'TIME' as const);
  const forget = onAbort(budget.signal, () => end(endedByTime(budget) ? 'TIME' : 'HANG_UP'));
  try {
    const { status, header, body: bytes } = await receiving.answer;
    if (status >= 300 || bytes === undefined) {
      const code = status < 400 || bytes === undefined ? undefined : readRefusalCode(bytes);
      // two in nineteen back ends send their 404 as a 500
      const meant = status === 500 && code === '404' ? 404 : status;
      const wait = retryAfterMs(header('retry-after'), now());
      throw fail({ ...failureOf(meant), retryAfterMs: wait }, meant, code);
    }
    const text = textOf(bytes);
    if (text.trim() === '') return { status, header, body: undefined };
    if (/html|xml/i.test(header('content-type') ?? '')) {
      throw fail(failure('BACKEND_BAD_ANSWER', false, 'answered with a page, not JSON'));
    }
    const body = parsed(text);
    if (body === undefined) throw fail(failure('BACKEND_BAD_ANSWER', true, 'answered with malformed JSON'));
    return { status, header, body: body.value };
  } catch (error) {
    if (error instanceof BackEndError) throw error;
    throw fail(brokenOff(error, ended, receiving.status()));
  } finally {
    clearTimeout(timer);
    forget();
  }
}

function parsed(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

export function failureOf(status: number): Failure {
  if (status < 400) return failure('BACKEND_BAD_ANSWER', false, 'redirects, which is not followed');
  if (status === 408) return failure('BACKEND_TIMEOUT', true, 'gave up waiting');
  if (status === 429) return { ...failure('BACKEND_BUSY', true, 'asks for fewer requests'), unsent: true };
  if (status === 501 || status === 505) return failure('BACKEND_REFUSED', false, 'does not do this');
  if (status >= 500) return failure('BACKEND_UNAVAILABLE', true, 'failed');
  return failure('BACKEND_REFUSED', false, 'refused');
}

/** Seconds or a date (RFC 9110 §10.2.3), as milliseconds from now. */
function retryAfterMs(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  const seconds = /^\s*\d{1,9}\s*$/.test(value) ? Number(value) : Number.NaN;
  const ms = Number.isNaN(seconds) ? Date.parse(value) - nowMs : seconds * 1_000;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

/** Why it was ended from here. */
export type Ended = 'TIME' | 'HANG_UP' | 'REFUSED';

export function brokenOff(error: unknown, ended: Ended | undefined, status: number | undefined): Failure {
  if (ended !== undefined) {
    return ended === 'TIME'
      ? failure('BACKEND_TIMEOUT', true, 'did not answer in time')
      : failure('DEADLINE_EXCEEDED', false, 'nobody waits for the answer any longer');
  }
  if (error instanceof errors.InvalidArgumentError) {
    // what we were given can't be sent: no fault of the back end's, and its breaker must not count it
    const reason = 'could not be asked: a header or the path is not HTTP';
    return { ...failure('INTERNAL_SERVER_ERROR', false, reason), unsent: true };
  }
  if (error instanceof errors.ResponseExceededMaxSizeError) {
    return failure('BACKEND_BAD_ANSWER', false, 'answered with too large a body');
  }
  if (error instanceof errors.HTTPParserError) {
    return failure('BACKEND_BAD_ANSWER', true, 'answered with something that is not HTTP');
  }
  if (status !== undefined)
    return failure('BACKEND_BAD_ANSWER', true, 'broke off in the middle of its answer');
  // only the code: messages name hosts and ports
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return {
    ...failure(
      'BACKEND_UNAVAILABLE',
      true,
      `cannot be reached (${typeof code === 'string' ? code : 'no code'})`,
    ),
    unsent: typeof code === 'string' && NO_CONNECTION.has(code),
  };
}

/** Faults of making a connection: nothing has gone over it. */
const NO_CONNECTION: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);
