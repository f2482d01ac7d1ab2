// One POST over kept connections: the answer's bytes, of bounded number, given up at once when nobody waits any more.
import type { Dispatcher } from 'undici';
import { clientError } from '../schema/errors.ts';
import { AGREEMENT_HEADER } from '../schema/key-agreement.ts';
import type { Ending } from './execute/ending.ts';

export interface Post {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly ending: Ending;
  readonly maxBytes: number;
}

export interface Posted {
  readonly status: number;
  /** As it came. */
  readonly bytes: Buffer;
  readonly encoding: string | undefined;
  /** The subgraph's half of a key. */
  readonly agreement: string | undefined;
}

export class TooLong extends Error {}

const EMPTY = Buffer.alloc(0);

/**
 * Below undici's `request`, which makes a stream of each answer. Rejects when the answer can't be had whole.
 * @throws TooLong
 */
export function post(pool: Dispatcher, { path, headers, body, ending, maxBytes }: Post): Promise<Posted> {
  return new Promise((resolve, reject) => {
    if (ending.ended) {
      reject(clientError('DEADLINE_EXCEEDED'));
      return;
    }
    let abort: ((reason: Error) => void) | undefined;
    const stop = (): void => {
      const reason = clientError('DEADLINE_EXCEEDED');
      reject(reason);
      abort?.(reason);
    };
    ending.onEnd(stop);
    let first: Buffer | undefined;
    let chunks: Buffer[] | undefined;
    let status = 0;
    let encoding: string | undefined;
    let agreement: string | undefined;
    let bytes = 0;
    pool.dispatch(
      { path, method: 'POST', headers, body },
      {
        onRequestStart(controller) {
          abort = (reason) => controller.abort(reason);
          // it waited for a connection, and was given up meanwhile
          if (ending.ended) stop();
        },
        onResponseStart(_, statusCode, { 'content-encoding': named, [AGREEMENT_HEADER]: said }) {
          status = statusCode;
          if (typeof said === 'string') agreement = said;
          if (named !== undefined) encoding = String(named).toLowerCase();
        },
        onResponseData(controller, chunk) {
          bytes += chunk.byteLength;
          if (bytes > maxBytes) controller.abort(new TooLong(`more than ${maxBytes} bytes`));
          else if (first === undefined) first = chunk;
          else {
            chunks ??= [first];
            chunks.push(chunk);
          }
        },
        onResponseEnd() {
          ending.offEnd(stop);
          const whole = chunks === undefined ? (first ?? EMPTY) : Buffer.concat(chunks, bytes);
          resolve({ status, bytes: whole, encoding, agreement });
        },
        onResponseError(_, error) {
          ending.offEnd(stop);
          reject(error);
        },
      },
    );
  });
}
