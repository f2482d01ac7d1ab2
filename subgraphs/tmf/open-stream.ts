// One GET whose body is handed on as it comes: a document, bounded in size, ended with its reader.
import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { BackEndError } from './back-end-error.ts';
import { type Budget, endedByTime, onAbort } from './budget.ts';
import { brokenOff, type Ended, failureOf, type Outgoing } from './exchange.ts';
import type { BackEndConfig } from './providers.ts';

/** Larger than any bill's paper; a document without end must not be passed on without end. */
const MAX_DOCUMENT_BYTES = 32 * 1024 * 1024;

export interface OpenedStream {
  readonly status: number;
  readonly mimeType: string | undefined;
  /** As the back end promises it. */
  readonly bytes: number | undefined;
  /** Destroying it ends the back end's answer. */
  readonly body: Readable;
}

/** A chunk must come in time while somebody waits for it; a slow reader is no fault of the back end's. */
async function* bounded(body: Readable, stallMs: number, stop: (how: Ended) => void) {
  const chunks = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>; // a body without encoding gives buffers
  for (let bytes = 0; ; ) {
    const timer = setTimeout(stop, stallMs, 'TIME' as const);
    const next = await chunks.next().finally(() => clearTimeout(timer));
    if (next.done === true) return;
    bytes += next.value.byteLength;
    if (bytes > MAX_DOCUMENT_BYTES) throw new Error(`a document of more than ${MAX_DOCUMENT_BYTES} bytes`);
    yield next.value;
  }
}

/** Resolves with the head; the body lives until it is read to its end or destroyed. Rejects with a BackEndError. */
export async function openStream(
  pool: Dispatcher,
  config: BackEndConfig,
  outgoing: Outgoing,
  budget: Budget,
): Promise<OpenedStream> {
  const startedAt = performance.now();
  let status: number | undefined;
  const fail = ({ code, retryable, reason }: ReturnType<typeof failureOf>) =>
    new BackEndError({
      provider: config.provider,
      api: config.api,
      method: outgoing.method,
      path: config.basePath + outgoing.path,
      waitedMs: Math.round(performance.now() - startedAt),
      ...(status === undefined ? {} : { status }),
      code,
      retryable,
      reason,
    });
  const ending = new AbortController();
  let ended: Ended | undefined;
  const stop = (how: Ended): void => {
    ended ??= how;
    ending.abort(how);
  };
  const timer = setTimeout(stop, Math.min(config.timeoutMs, budget.remainingMs()), 'TIME' as const);
  const forget = onAbort(budget.signal, () => stop(endedByTime(budget) ? 'TIME' : 'HANG_UP'));
  try {
    // undici follows no redirect unless it is told to: a back end must not send us anywhere else
    const response = await pool.request({
      method: 'GET',
      path: config.basePath + outgoing.path + (outgoing.query === undefined ? '' : `?${outgoing.query}`),
      headers: outgoing.headers,
      signal: ending.signal,
    });
    status = response.statusCode;
    // errors that come when nobody reads any more are nobody's
    response.body.on('error', () => undefined);
    const promised = Number(response.headers['content-length'] ?? Number.NaN);
    const bytes = Number.isSafeInteger(promised) ? promised : undefined;
    if (status >= 300 || status === 204 || (bytes ?? 0) > MAX_DOCUMENT_BYTES) {
      stop('REFUSED');
      throw fail(
        status >= 300
          ? failureOf(status)
          : { code: 'BACKEND_BAD_ANSWER', retryable: false, reason: 'gave no document, or too large a one' },
      );
    }
    const body = Readable.from(bounded(response.body, config.timeoutMs, stop), { objectMode: false });
    // a reader that leaves ends the back end's answer at once, and not only when its next part comes
    body.once('close', () => stop('HANG_UP'));
    const type = response.headers['content-type'];
    return { status, mimeType: Array.isArray(type) ? type[0] : type, bytes, body };
  } catch (error) {
    if (error instanceof BackEndError) throw error;
    throw fail(brokenOff(error, ended, status));
  } finally {
    clearTimeout(timer);
    forget();
  }
}
