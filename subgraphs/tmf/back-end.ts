// One back end as the client calls it: queue, breaker, credentials and retries around single exchanges.
import type { ErrorCode } from '../../schema/errors.ts';
import type { HealthReport } from '../../schema/ports.ts';
import { BackEndError } from './back-end-error.ts';
import type { Api } from './backends.ts';
import { createBreaker } from './breaker.ts';
import { type Budget, pause } from './budget.ts';
import { createCredentials } from './credentials.ts';
import { type Answer, exchange, type Outgoing } from './exchange.ts';
import { type OpenedStream, openStream } from './open-stream.ts';
import type { PoolOf } from './pools.ts';
import type { BackEndConfig } from './providers.ts';
import { encode } from './query.ts';
import { createSlots } from './slots.ts';

export interface Source {
  readonly provider: string;
  readonly api: Api;
  readonly resource: string;
}

/** One attempt as it ended; the path is without its query, the status absent when no answer came. */
export interface CallReport {
  readonly source: Source;
  readonly method: string;
  readonly path: string;
  readonly status: number | undefined;
  readonly ms: number;
  readonly requestId: string;
}

interface BackEndRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly resource: string;
  readonly id?: string;
  readonly query?: string;
  readonly body?: unknown;
  /** Of the body; plain JSON when absent. */
  readonly contentType?: string;
  /** In the place of resource and id: a document's. */
  readonly place?: PlaceBelow;
  /** Whether sending it twice does no harm. */
  readonly repeatable: boolean;
}

/** A place below the API's base, as its answers name it. */
export interface PlaceBelow {
  readonly path: string;
  readonly query?: string;
}

/** How one attempt is sent; the same queue, breaker, credentials and report around each. */
type Exchange<T extends { readonly status: number }> = (
  pool: ReturnType<PoolOf>,
  config: BackEndConfig,
  outgoing: Outgoing,
  budget: Budget,
  now: () => number,
) => Promise<T>;

export interface BackEnd {
  readonly config: BackEndConfig;
  /** Rejects with a BackEndError. */
  send(request: BackEndRequest, budget: Budget): Promise<Answer>;
  /** Opens a document that lies below the API's base; a slot of the queue is held for its head only. */
  open(place: PlaceBelow, budget: Budget): Promise<OpenedStream>;
  /** Notes a habit that its profile doesn't tell; shown in the health report. */
  notice(habit: string): void;
  health(): HealthReport;
}

export interface Surroundings {
  readonly poolOf: PoolOf;
  readonly now: () => number;
  readonly random: () => number;
  readonly onCall: (report: CallReport) => void;
}

const MAX_RETRIES = 2;
const FIRST_BACKOFF_MS = 100;
/** So many calls may wait for a slot: beyond it the answer is BUSY at once, and memory stays bounded. */
const MAX_WAITING = 1_000;

// a time-out is not sent again: the time that a retry would need is what has just been spent
const worthRepeating = (error: BackEndError) => error.retryable && error.code !== 'BACKEND_TIMEOUT';

export function createBackEnd(config: BackEndConfig, around: Surroundings): BackEnd {
  const { now, random, onCall, poolOf } = around;
  const slots = createSlots(config.concurrency, MAX_WAITING);
  const breaker = createBreaker(config.timeoutMs);
  const credentials = createCredentials(config, poolOf, now);
  const habits = new Set<string>();
  let lastFault: ErrorCode | undefined;

  async function attempt<T extends { readonly status: number }>(
    request: BackEndRequest,
    budget: Budget,
    via: Exchange<T>,
  ): Promise<T> {
    const path = request.place?.path ?? pathOf(request);
    const fail = (code: ErrorCode, retryable: boolean, reason: string, isTold = false) =>
      new BackEndError({
        isTold,
        provider: config.provider,
        api: config.api,
        method: request.method,
        path: config.basePath + path,
        code,
        retryable,
        reason,
        unsent: true,
      });
    const late = () => fail('DEADLINE_EXCEEDED', false, 'nobody waits for the answer any longer', true);
    const open = () => fail('BACKEND_UNAVAILABLE', false, 'is left alone after repeated failures', true);

    if (breaker.state() === 'HALF_OPEN') throw open();
    const slot = await slots.acquire(budget);
    if (slot.kind === 'FULL') throw fail('BACKEND_BUSY', false, 'has too many calls waiting');
    if (slot.kind === 'EXPIRED') throw late();
    try {
      const outcome = await breaker.run(async () => {
        for (let renewed = false; ; renewed = true) {
          const credential = await credentials.present(budget);
          if (credential.kind === 'EXPIRED') throw late();
          if (credential.kind === 'MISSING')
            throw fail('BACKEND_REFUSED', false, "wants the user's own token");
          try {
            return await sendOnce(request, path, credential.headers, budget, via);
          } catch (error) {
            const refused = error instanceof BackEndError && error.status === 401;
            if (!refused || renewed || !credentials.renewable(credential)) throw error;
          }
        }
      });
      if (outcome === 'OPEN') throw open();
      if (outcome instanceof BackEndError) throw outcome;
      lastFault = undefined;
      return outcome;
    } catch (error) {
      if (error instanceof BackEndError && error.code.startsWith('BACKEND_')) lastFault = error.code;
      if (error instanceof BackEndError && error.status === 404) lastFault = undefined;
      throw error;
    } finally {
      slot.release();
    }
  }

  async function sendOnce<T extends { readonly status: number }>(
    request: BackEndRequest,
    path: string,
    credential: Readonly<Record<string, string>>,
    budget: Budget,
    via: Exchange<T>,
  ): Promise<T> {
    const startedAt = performance.now();
    const report = (status: number | undefined) =>
      onCall({
        source: { provider: config.provider, api: config.api, resource: request.resource },
        method: request.method,
        path: config.basePath + path,
        status,
        ms: performance.now() - startedAt,
        requestId: budget.requestId,
      });
    try {
      const answer = await via(
        poolOf(config.origin, config.tls),
        config,
        {
          method: request.method,
          path,
          ...(request.query === undefined ? {} : { query: request.query }),
          headers: {
            ...filled(config.headers, budget.requestId),
            accept: request.place === undefined ? 'application/json' : '*/*',
            'x-request-id': budget.requestId,
            ...(request.body === undefined
              ? {}
              : { 'content-type': request.contentType ?? 'application/json' }),
            ...credential,
          },
          ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
        },
        budget,
        now,
      );
      report(answer.status);
      return answer;
    } catch (error) {
      report(error instanceof BackEndError ? error.status : undefined);
      throw error;
    }
  }

  return {
    config,
    async send(request, budget) {
      for (let retries = 0; ; retries += 1) {
        try {
          return await attempt(request, budget, exchange);
        } catch (error) {
          if (!(error instanceof BackEndError)) throw error;
          if (!request.repeatable || retries >= MAX_RETRIES || !worthRepeating(error)) throw error;
          // full jitter: many callers that failed together must not come back together
          const backoffMs = random() * FIRST_BACKOFF_MS * 2 ** retries;
          const rest = await pause(Math.max(backoffMs, error.retryAfterMs ?? 0), budget);
          if (rest === 'EXPIRED') throw error;
        }
      }
    },
    open: (place, budget) =>
      attempt(
        {
          method: 'GET',
          resource: 'document',
          repeatable: false,
          place,
          ...(place.query === undefined ? {} : { query: place.query }),
        },
        budget,
        openStream,
      ),
    notice(habit) {
      habits.add(habit);
    },
    health() {
      const circuit = breaker.state();
      const notes = [
        ...(circuit === 'CLOSED' ? [] : [`circuit ${circuit === 'OPEN' ? 'open' : 'half open'}`]),
        ...(lastFault === undefined ? [] : [`last call: ${lastFault}`]),
        ...habits,
      ];
      return {
        name: `${config.provider}/${config.api}`,
        kind: 'BACKEND',
        state:
          circuit === 'OPEN' ? 'DOWN' : lastFault === undefined && circuit === 'CLOSED' ? 'UP' : 'DEGRADED',
        embedded: false,
        required: false,
        ...(notes.length === 0 ? {} : { detail: notes.join('; ') }),
      };
    },
  };
}

function pathOf({ resource, id }: BackEndRequest): string {
  return `/${resource}${id === undefined ? '' : `/${encode(id)}`}`;
}

function filled(headers: Readonly<Record<string, string>>, requestId: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, value.replaceAll('{requestId}', requestId)]),
  );
}
