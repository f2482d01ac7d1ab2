// One POST over kept connections: the answer as a text of bounded length, given up at once when nobody waits any more.
import type { Dispatcher } from 'undici';

export interface Post {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
  readonly maxBytes: number;
}

export interface Posted {
  readonly status: number;
  readonly text: string;
}

export class TooLong extends Error {}

const textOf = (chunks: readonly Buffer[]): string =>
  (chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)).toString('utf8');

/**
 * Below undici's `request`, which makes a stream of each answer. Rejects when the answer can't be had whole.
 * @throws TooLong
 */
export function post(pool: Dispatcher, { path, headers, body, signal, maxBytes }: Post): Promise<Posted> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    let abort: ((reason: Error) => void) | undefined;
    const stop = (): void => {
      reject(signal.reason);
      abort?.(new Error('nobody waits any more'));
    };
    signal.addEventListener('abort', stop, { once: true });
    const chunks: Buffer[] = [];
    let status = 0;
    let bytes = 0;
    pool.dispatch(
      { path, method: 'POST', headers, body },
      {
        onRequestStart(controller) {
          abort = (reason) => controller.abort(reason);
          // it waited for a connection, and was given up meanwhile
          if (signal.aborted) stop();
        },
        onResponseStart(_, statusCode) {
          status = statusCode;
        },
        onResponseData(controller, chunk) {
          bytes += chunk.byteLength;
          if (bytes > maxBytes) controller.abort(new TooLong(`more than ${maxBytes} bytes`));
          else chunks.push(chunk);
        },
        onResponseEnd() {
          signal.removeEventListener('abort', stop);
          resolve({ status, text: textOf(chunks) });
        },
        onResponseError(_, error) {
          signal.removeEventListener('abort', stop);
          reject(error);
        },
      },
    );
  });
}
