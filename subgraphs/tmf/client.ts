// The one client for every TM Forum API of every provider.
import { randomUUID } from 'node:crypto';
import { Pool } from 'undici';
import type { HealthReport } from '../../schema/ports.ts';
import { type BackEnd, type CallReport, createBackEnd, type Source } from './back-end.ts';
import { BackEndError } from './back-end-error.ts';
import type { Api } from './backends.ts';
import { budgetOf, type Call } from './budget.ts';
import { MAX_BODY_BYTES } from './exchange.ts';
import { type HubSource, subscribeToHub, unsubscribeFromHub } from './hub.ts';
import { listMany, type ManyAsk } from './list-many.ts';
import { listPage, type Page, type PageAsk } from './list-page.ts';
import { fetchOne } from './lookup.ts';
import type { Providers } from './providers.ts';
import { fieldNames } from './query.ts';
import { runTask } from './task.ts';
import { isRecord, type TmfObject, tmfObject } from './tmf-object.ts';

export type { Source } from './back-end.ts';
export type { Call } from './budget.ts';
export type { Filter } from './query.ts';
export type { TmfObject } from './tmf-object.ts';

/** Everything rejects with a BackEndError and nothing else, mistakes in our own code apart. */
export interface TmfClient {
  /** The providers that serve the API, in the order of the providers file. */
  providersOf(api: Api): readonly string[];
  /** Undefined where there is no such object. */
  one(
    source: Source,
    id: string,
    ask: { readonly fields?: readonly string[] },
    call: Call,
  ): Promise<TmfObject | undefined>;
  /**
   * All objects whose `by` path (`id` when absent) names one of the values: in as few calls as the profile
   * permits, paged until complete, filtered again on what came back, each once.
   */
  many(source: Source, values: readonly string[], ask: ManyAsk, call: Call): Promise<readonly TmfObject[]>;
  /** One page in one call; fewer items than asked may come before the end: go on at `next`. */
  page(source: Source, ask: PageAsk, call: Call): Promise<Page>;
  /** Asks by a safe POST and waits until its state is final. */
  task(source: Source, body: unknown, call: Call): Promise<TmfObject>;
  /** Makes an object by a POST that is sent once: after a fault nobody knows whether it is there. */
  create(source: Source, body: unknown, call: Call): Promise<TmfObject | undefined>;
  /** Asks for notifications; undefined where the back end has no hub or wants none of it. */
  subscribe(
    source: HubSource,
    callbackUrl: string,
    query?: string,
  ): Promise<{ readonly id: string } | undefined>;
  unsubscribe(source: HubSource, id: string): Promise<void>;
  health(): readonly HealthReport[];
  close(): Promise<void>;
}

export interface TmfClientOptions {
  readonly providers: Providers;
  /** The clock that deadlines, token lifetimes and Retry-After dates are on. */
  readonly now?: () => number;
  /** Between 0 and 1: the jitter of retries. */
  readonly random?: () => number;
  /** Told of every attempt, retries included. Must not throw. */
  readonly onCall?: (call: CallReport) => void;
}

export function createTmfClient({
  providers,
  now = Date.now,
  random = Math.random,
  onCall = () => undefined,
}: TmfClientOptions): TmfClient {
  const pools = new Map<string, Pool>();
  const poolOf = (origin: string): Pool => {
    const kept = pools.get(origin);
    if (kept !== undefined) return kept;
    // each exchange has its own timer for the whole of it, so the pool's are off
    const pool = new Pool(origin, { headersTimeout: 0, bodyTimeout: 0, maxResponseSize: MAX_BODY_BYTES });
    pools.set(origin, pool);
    return pool;
  };
  const backEnds = new Map<string, BackEnd>(
    providers.backEnds.map((config) => [
      keyOf(config),
      createBackEnd(config, { poolOf, now, random, onCall }),
    ]),
  );

  function backEndOf({ provider, api }: HubSource): BackEnd {
    const backEnd = backEnds.get(keyOf({ provider, api }));
    if (backEnd !== undefined) return backEnd;
    throw new BackEndError({
      provider,
      api,
      method: 'GET',
      path: '',
      code: 'NOT_CONFIGURED',
      retryable: false,
      reason: 'is not in the providers file',
    });
  }

  const hubCall = (backEnd: BackEnd) =>
    budgetOf(
      {
        requestId: randomUUID(),
        deadlineMs: now() + backEnd.config.timeoutMs,
        signal: new AbortController().signal,
      },
      now,
    );

  return {
    providersOf: (api) =>
      providers.backEnds.filter((each) => each.api === api).map(({ provider }) => provider),
    one: async (source, id, { fields }, call) =>
      fetchOne(backEndOf(source), source, id, fieldNames(fields, []), budgetOf(call, now)),
    many: async (source, values, ask, call) =>
      listMany(backEndOf(source), source, values, ask, budgetOf(call, now)),
    page: async (source, ask, call) => listPage(backEndOf(source), source, ask, budgetOf(call, now)),
    task: async (source, body, call) => runTask(backEndOf(source), source, body, budgetOf(call, now)),
    async create(source, body, call) {
      const request = { method: 'POST', resource: source.resource, body, repeatable: false } as const;
      const answer = await backEndOf(source).send(request, budgetOf(call, now));
      return isRecord(answer.body) ? tmfObject(answer.body) : undefined;
    },
    async subscribe(source, callbackUrl, query) {
      const backEnd = backEndOf(source);
      return subscribeToHub(backEnd, callbackUrl, query, hubCall(backEnd));
    },
    async unsubscribe(source, id) {
      const backEnd = backEndOf(source);
      return unsubscribeFromHub(backEnd, id, hubCall(backEnd));
    },
    health: () => [...backEnds.values()].map((backEnd) => backEnd.health()),
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()));
      pools.clear();
    },
  };
}

function keyOf({ provider, api }: HubSource): string {
  return `${provider}/${api}`;
}
