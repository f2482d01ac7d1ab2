// One request and its whole answer, below undici's `request`, which makes a stream and a signal of each.
import type { Dispatcher } from 'undici';

export interface Received {
  readonly status: number;
  /** Names in lower case; the first of several. */
  header(name: string): string | undefined;
  /** Undefined where it didn't come whole, which only a refusal may do. */
  readonly body: Buffer | undefined;
}

export interface Receiving {
  /** Rejects when the answer can't be had whole. A refusal (300 and above) is had with its status alone. */
  readonly answer: Promise<Received>;
  /** Known from the head of the answer on. */
  status(): number | undefined;
  /** Nobody waits any longer: the answer rejects at once, and the connection is given up. */
  stop(): void;
}

/** More than this is no error body. */
const MAX_REFUSAL_BYTES = 64 * 1024;
const NOTHING = Buffer.alloc(0);

const isRefusal = (status: number | undefined): boolean => status !== undefined && status >= 300;

export function receive(pool: Dispatcher, options: Dispatcher.DispatchOptions): Receiving {
  let status: number | undefined;
  let abort: ((reason: Error) => void) | undefined;
  let stop = (): void => undefined;
  const answer = new Promise<Received>((resolve, reject) => {
    let stopped: Error | undefined;
    let first: Buffer | undefined;
    let chunks: Buffer[] | undefined;
    let bytes = 0;
    let headers: Readonly<Record<string, string | string[] | undefined>> = {};
    const header = (name: string): string | undefined => {
      const value = headers[name];
      return Array.isArray(value) ? value[0] : value;
    };
    const fail = (error: Error): void => {
      // what it said it has said, however that ended
      if (isRefusal(status)) resolve({ status: status ?? 0, header, body: undefined });
      else reject(error);
    };
    stop = () => {
      stopped = new Error('given up');
      fail(stopped);
      abort?.(stopped);
    };
    pool.dispatch(options, {
      onRequestStart(controller) {
        abort = (reason) => controller.abort(reason);
        // it waited for a connection, and was given up meanwhile
        if (stopped !== undefined) abort(stopped);
      },
      onResponseStart(_, statusCode, received) {
        // early hints and the like come before the answer
        if (statusCode < 200) return;
        status = statusCode;
        headers = received;
      },
      onResponseData(controller, chunk) {
        bytes += chunk.byteLength;
        if (isRefusal(status) && bytes > MAX_REFUSAL_BYTES)
          controller.abort(new Error('too long for a refusal'));
        else if (first === undefined) first = chunk;
        else {
          chunks ??= [first];
          chunks.push(chunk);
        }
      },
      onResponseEnd() {
        const body = chunks === undefined ? (first ?? NOTHING) : Buffer.concat(chunks, bytes);
        resolve({ status: status ?? 0, header, body });
      },
      onResponseError: (_, error) => fail(error),
    });
  });
  return { answer, status: () => status, stop: () => stop() };
}

/** Without the mark that some write before the first character, which is no JSON. */
export function textOf(body: Buffer): string {
  const marked = body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf;
  return body.toString('utf8', marked ? 3 : 0);
}
