// The one client for every TM Forum API of every provider.
import { randomUUID } from 'node:crypto';
import type { HealthReport } from '../../schema/ports.ts';
import { type BackEnd, type CallReport, createBackEnd, type Source, type Surroundings } from './back-end.ts';
import { BackEndError } from './back-end-error.ts';
import type { Api } from './backends.ts';
import { budgetOf, type Call } from './budget.ts';
import { type ChangeAsk, changeObject, removeObject } from './change.ts';
import { type CreateAsk, createObject } from './create.ts';
import { type HubSource, subscribeToHub, unsubscribeFromHub } from './hub.ts';
import { listMany, type ManyAsk } from './list-many.ts';
import { listPage, type Page, type PageAsk } from './list-page.ts';
import { fetchOne } from './lookup.ts';
import type { OpenedStream } from './open-stream.ts';
import { placeOf } from './place-of.ts';
import { createPools } from './pools.ts';
import type { Providers } from './providers.ts';
import { fieldNames } from './query.ts';
import { runTask } from './task.ts';
import { type TmfObject, tmfObject } from './tmf-object.ts';
import { differenceOf } from './versions/differences.ts';
import { ours } from './versions/one-shape.ts';
import { versioned } from './versions/versioned.ts';
import type { Written } from './written.ts';
import { zoned } from './zoned.ts';

export type { Source } from './back-end.ts';
export type { Call } from './budget.ts';
export type { OpenedStream } from './open-stream.ts';
export type { Filter } from './query.ts';
export type { TmfObject } from './tmf-object.ts';
export type { Written } from './written.ts';

/** Everything rejects with a BackEndError, or what the call's `onQuestion` throws, and nothing else, mistakes in our own code apart. */
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
  /** Makes an object by a POST that is sent once, and looked for where its answer was lost. */
  create(source: Source, ask: CreateAsk, call: Call): Promise<Written>;
  /** Merges changes into an object, and reads it back: rejects with CHANGE_NOT_APPLIED where it reads as before. */
  change(source: Source, id: string, ask: ChangeAsk, call: Call): Promise<Written>;
  /** Done where the object is gone afterwards, also when it was gone before. */
  remove(source: Source, id: string, call: Call): Promise<Written>;
  /**
   * Opens a document at an address that one of the provider's back ends has given: only where it lies below the base of
   * one of that provider's APIs, with that API's credentials. Undefined for any other address: it is never asked.
   */
  document(provider: string, address: string, call: Call): Promise<OpenedStream | undefined>;
  /** Asks for notifications; undefined where the back end has no hub or wants none of it. */
  subscribe(
    source: HubSource,
    callbackUrl: string,
    query?: string,
  ): Promise<{ readonly id: string } | undefined>;
  unsubscribe(source: HubSource, id: string): Promise<void>;
  /** Whether the API, or any of the provider, answers as the user's own token lets it: that is kept for no other reader. */
  ofUser(source: { readonly provider: string; readonly api?: Api }): boolean;
  /** An object that came otherwise than by an answer, in a notification, in the one shape. */
  shaped(source: Source, object: TmfObject): TmfObject;
  /** The client as it is now, whatever providers file comes next: for one operation. */
  pinned(): TmfClient;
  /** Takes another providers file: what didn't change goes on as it is, calls under way end as they began. */
  replace(providers: Providers): Replacement;
  health(): readonly HealthReport[];
  close(): Promise<void>;
}

/** Back ends by what another providers file means to them, each as `provider/API`: a changed one is removed and added. */
export interface Replacement {
  readonly added: readonly string[];
  readonly kept: readonly string[];
  readonly removed: readonly string[];
}

export interface ClientFault {
  readonly error: BackEndError;
  readonly requestId: string;
  readonly resource: string;
}

export interface TmfClientOptions {
  readonly providers: Providers;
  /** The clock that deadlines, token lifetimes and Retry-After dates are on. */
  readonly now?: () => number;
  /** Between 0 and 1: the jitter of retries. */
  readonly random?: () => number;
  /** Told of every attempt, retries included. Must not throw. */
  readonly onCall?: (call: CallReport) => void;
  /** Told of every question that a back end has left without an answer, when nobody tries again. Must not throw. */
  readonly onFault?: (fault: ClientFault) => void;
}

export function createTmfClient({
  providers,
  now = Date.now,
  random = Math.random,
  onCall = () => undefined,
  onFault = () => undefined,
}: TmfClientOptions): TmfClient {
  const pools = createPools();
  const around = { poolOf: pools.of, now, random, onCall };
  let record = recordOf(providers, new Map(), around);
  const hubCall = (backEnd: BackEnd) =>
    budgetOf(
      {
        requestId: randomUUID(),
        deadlineMs: now() + backEnd.config.timeoutMs,
        signal: new AbortController().signal,
      },
      now,
    );

  async function told<T>(work: Promise<T>, resource: string, { requestId }: Call): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (error instanceof BackEndError) onFault({ error, requestId, resource });
      throw error;
    }
  }

  /** The client over one record: as it is now, or as it was when an operation began. */
  const over = (current: () => ClientRecord): TmfClient => {
    const backEndOf = ({ provider, api }: HubSource) => backEndIn(current(), provider, api);
    const asked = <T>(source: Source, call: Call, ask: (backEnd: BackEnd, source: Source) => Promise<T>) =>
      told(ask(backEndOf(source), source), source.resource, call);
    return {
      providersOf: (api) => current().serving.get(api) ?? [],
      ofUser: ({ provider, api }) =>
        current().ofUser.has(api === undefined ? provider : keyOf({ provider, api })),
      one: async (source, id, { fields }, call) =>
        asked(source, call, (...to) => fetchOne(...to, id, fieldNames(fields, []), budgetOf(call, now))),
      many: async (source, values, ask, call) =>
        asked(source, call, (...to) => listMany(...to, values, ask, budgetOf(call, now))),
      page: async (source, ask, call) =>
        asked(source, call, (...to) => listPage(...to, ask, budgetOf(call, now))),
      task: async (source, body, call) =>
        asked(source, call, (...to) => runTask(...to, body, budgetOf(call, now))),
      create: async (source, ask, call) =>
        asked(source, call, (...to) => createObject(...to, ask, budgetOf(call, now))),
      change: async (source, id, ask, call) =>
        asked(source, call, (...to) => changeObject(...to, id, ask, budgetOf(call, now))),
      remove: async (source, id, call) =>
        asked(source, call, (...to) => removeObject(...to, id, budgetOf(call, now))),
      async document(provider, address, call) {
        const found = placeOf(address, [...current().backEnds.values()], provider);
        return found && told(found.backEnd.open(found.place, budgetOf(call, now)), 'document', call);
      },
      async subscribe(source, callbackUrl, query) {
        const backEnd = backEndOf(source);
        if (backEnd.config.profile.hub === 'none') return undefined;
        return subscribeToHub(backEnd, callbackUrl, query, hubCall(backEnd));
      },
      async unsubscribe(source, id) {
        const backEnd = backEndOf(source);
        return unsubscribeFromHub(backEnd, id, hubCall(backEnd));
      },
      shaped: (source, object) => {
        const { api, version } = backEndOf(source).config;
        const difference = differenceOf(api, version);
        return difference === undefined
          ? object
          : (tmfObject(ours(difference, object, source.resource)) ?? object);
      },
      pinned() {
        const pinned = current();
        return over(() => pinned);
      },
      replace(successors) {
        const former = record;
        record = recordOf(successors, former.backEnds, around);
        pools.keep(
          successors.backEnds.flatMap(({ origin, tls, auth }) => [
            { origin, tls },
            ...('tokenUrl' in auth ? [{ origin: new URL(auth.tokenUrl).origin, tls }] : []),
          ]),
        );
        const isKept = (key: string) => former.backEnds.get(key) === record.backEnds.get(key);
        const keys = [...record.backEnds.keys()];
        return {
          added: keys.filter((key) => !isKept(key)),
          kept: keys.filter(isKept),
          removed: [...former.backEnds.keys()].filter((key) => !isKept(key)),
        };
      },
      health: () => [...current().backEnds.values()].map((backEnd) => backEnd.health()),
      close: pools.close,
    };
  };
  return over(() => record);
}

/** The back ends of one providers file. */
interface ClientRecord {
  readonly backEnds: ReadonlyMap<string, BackEnd>;
  readonly serving: ReadonlyMap<Api, readonly string[]>;
  /** Providers and back ends that want the user's own token. */
  readonly ofUser: ReadonlySet<string>;
}

/** A back end whose configuration is as it was is the same one: its breaker, its queue, its token. */
function recordOf(
  { backEnds: configs }: Providers,
  former: ReadonlyMap<string, BackEnd>,
  around: Surroundings,
): ClientRecord {
  const backEnds = new Map<string, BackEnd>();
  const serving = new Map<Api, string[]>();
  const ofUser = new Set<string>();
  for (const config of configs) {
    const key = keyOf(config);
    const kept = former.get(key);
    const same = kept?.config.fingerprint === config.fingerprint;
    backEnds.set(key, kept !== undefined && same ? kept : versioned(zoned(createBackEnd(config, around))));
    serving.set(config.api, [...(serving.get(config.api) ?? []), config.provider]);
    if (config.auth.kind === 'userToken') ofUser.add(config.provider).add(key);
  }
  return { backEnds, serving, ofUser };
}

function backEndIn({ backEnds }: ClientRecord, provider: string, api: Api): BackEnd {
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
    unsent: true,
  });
}

function keyOf({ provider, api }: HubSource): string {
  return `${provider}/${api}`;
}
