// A process that sends requests: so many at once, each with its own headers, for so long, and times the answers.
import { Client } from 'undici';
import { runChild } from './child-side.ts';
import { drawLines, LINE, type Lines } from './lines.ts';

export interface LoadOrder {
  readonly url: string;
  readonly body: string;
  /** In the place of LINE in the body: a generated line's id. */
  readonly lines?: Lines;
  /** In the place of a placeholder in the body: running numbers, from 0 again after so many. */
  readonly numbered?: { readonly placeholder: string; readonly count: number };
  /** Taken in turn, over all connections. */
  readonly headers: readonly Readonly<Record<string, string>>[];
  readonly connections: number;
  readonly durationMs: number;
}

export interface LoadResult {
  /** The sum of what each connection did by itself, so that slow answers count in short rounds too. */
  readonly requestsPerS: number;
  /** Those that were under way at the end of the time are waited for. */
  readonly total: number;
  /** Another status than 200, no answer, or (in a sample) errors in the answer. */
  readonly failed: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly bytes: number;
}

/** One answer in so many is read; reading them all would cost more than some gateways take to make them. */
const READ_ONE_IN = 50;
const ERRORS = Buffer.from('"errors":[');

const quantile = (sorted: Float64Array, at: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * at))] ?? 0;

interface Tally {
  requestsPerS: number;
  total: number;
  failed: number;
  bytes: number;
  readonly timesMs: number[];
}

/** One request after the other on one connection, until the end. */
function keepAsking(
  client: Client,
  path: string,
  next: () => Readonly<Record<string, string>>,
  body: () => string,
  untilMs: number,
  tally: Tally,
): Promise<void> {
  return new Promise((resolve) => {
    const begunMs = performance.now();
    let done = 0;
    const ask = (): void => {
      if (performance.now() >= untilMs) {
        tally.requestsPerS += (done * 1000) / (performance.now() - begunMs);
        resolve();
        return;
      }
      const startedMs = performance.now();
      const sampled = tally.total % READ_ONE_IN === 0 ? ([] as Buffer[]) : undefined;
      let status = 0;
      const finish = (failed: boolean): void => {
        const endedMs = performance.now();
        done += 1;
        tally.total += 1;
        if (failed) tally.failed += 1;
        tally.timesMs.push(endedMs - startedMs);
        ask();
      };
      client.dispatch(
        { path, method: 'POST', headers: next(), body: body() },
        {
          onRequestStart: () => undefined,
          onResponseStart: (_, statusCode) => {
            status = statusCode;
          },
          onResponseData: (_, chunk) => {
            tally.bytes += chunk.byteLength;
            sampled?.push(chunk);
          },
          onResponseEnd: () =>
            finish(status !== 200 || (sampled !== undefined && Buffer.concat(sampled).includes(ERRORS))),
          // not at once: a gateway that is gone would be asked in a tight loop
          onResponseError: () => void setTimeout(finish, 20, true),
        },
      );
    };
    ask();
  });
}

function bodies({ body, lines, numbered }: LoadOrder): () => string {
  if (numbered !== undefined && body.includes(numbered.placeholder)) {
    const { placeholder, count } = numbered;
    let last = 0;
    return () => {
      last = (last + 1) % count;
      return body.replace(placeholder, String(last));
    };
  }
  if (lines === undefined) return () => body;
  const draw = drawLines(lines);
  return () => body.replace(LINE, draw);
}

async function load(order: LoadOrder): Promise<LoadResult> {
  const { origin, pathname } = new URL(order.url);
  const clients = Array.from({ length: order.connections }, () => new Client(origin));
  let turn = 0;
  const next = (): Readonly<Record<string, string>> => {
    turn += 1;
    return order.headers[turn % order.headers.length] ?? {};
  };
  const body = bodies(order);
  const tally: Tally = { requestsPerS: 0, total: 0, failed: 0, bytes: 0, timesMs: [] };
  const untilMs = performance.now() + order.durationMs;
  await Promise.all(clients.map((client) => keepAsking(client, pathname, next, body, untilMs, tally)));
  await Promise.all(clients.map((client) => client.close()));
  const sorted = Float64Array.from(tally.timesMs).sort();
  const { timesMs: _, ...counts } = tally;
  return {
    ...counts,
    p50Ms: quantile(sorted, 0.5),
    p99Ms: quantile(sorted, 0.99),
  };
}

await runChild<Record<string, never>>(async () => ({
  ready: {},
  // the parent, in this folder, sends nothing else
  commands: { load: (payload) => load(payload as LoadOrder) },
}));
