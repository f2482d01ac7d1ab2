// What a customer's contract allows now: the functions that its agreements in force name, read live and kept for seconds.
import { randomUUID } from 'node:crypto';
import { eq, sql } from 'drizzle-orm';
import { CONTRACT_FUNCTIONS, type SsmFunction } from '../../schema/access.ts';
import { clientError } from '../../schema/errors.ts';
import { type GlobalId, idOfType } from '../../schema/id.ts';
import type { ContractReader, TopicBus } from '../../schema/ports.ts';
import { createSnapshots } from '../cache/snapshots.ts';
import { heldValues } from '../held-values.ts';
import type { Systems } from '../loads.ts';
import { compileIds, compilePath } from '../path.ts';
import type { Store } from '../store/store.ts';
import type { TmfObject } from '../tmf/client.ts';
import { asText, instantMs } from '../tmf/read.ts';

/** Together the bound on a changed contract's delay where no event tells of it: 5 s. */
const MEMORY_MS = 2_000;
const SHARED_MS = 3_000;
/** How long the last contract that was read holds while the back end doesn't answer. */
const LAST_KNOWN_MS = 24 * 60 * 60 * 1000;
const REMEMBERED_ANEW_MS = 10 * 60 * 1000;
/** Everything waits for it, so it waits less than other calls do. */
const TIMEOUT_MS = 1_500;
const MAX_CUSTOMERS = 10_000;

const IN_FORCE = new Set(['active', 'approved', 'ineffect', 'inforce', 'signed']);
const customersOf = compileIds('engagedParty[role=customer].id');
const named = compilePath('characteristic[name=ssmFunctions].value');

function inForce(agreement: TmfObject, nowMs: number): boolean {
  const state =
    asText(agreement.status)
      ?.toLowerCase()
      .replaceAll(/[\s_-]/g, '') ?? '';
  const [start, end] = ['startDateTime', 'endDateTime'].map((name) =>
    instantMs(compilePath(`agreementPeriod.${name}`)(agreement)[0]),
  );
  return IN_FORCE.has(state) && (start ?? nowMs) <= nowMs && nowMs < (end ?? Number.POSITIVE_INFINITY);
}

/** What the agreements in force of the customer name; a name that we lack allows nothing. */
export function functionsIn(
  agreements: readonly TmfObject[],
  customer: string,
  nowMs: number,
): readonly SsmFunction[] {
  const names = new Set(
    agreements
      .filter((each) => customersOf(each).includes(customer) && inForce(each, nowMs))
      .flatMap((each) => named(each).flatMap((value) => asText(value)?.split(/[\s,;]+/) ?? [])),
  );
  return CONTRACT_FUNCTIONS.filter((name) => names.has(name));
}

export const contractTopic = (customerId: GlobalId): string => `contract:${customerId}`;
const keyOf = (customerId: GlobalId): string => `contract:${customerId}`;

interface Options extends Pick<Systems, 'client' | 'values'> {
  readonly store: Store;
  readonly bus: TopicBus;
  readonly now: () => number;
  /** Told when the back end didn't answer and the last known contract holds. */
  readonly onFault: (error: unknown) => void;
}

export function contractReader({ client, values, store, bus, now, onFault }: Options): ContractReader {
  const { contract } = store.tables;

  async function ask(provider: string, customer: string): Promise<readonly SsmFunction[]> {
    const agreements = await client.many(
      { provider, api: 'TMF651', resource: 'agreement' },
      [customer],
      {
        by: 'engagedParty.id',
        fields: ['id', 'status', 'agreementPeriod', 'engagedParty', 'characteristic'],
      },
      {
        requestId: randomUUID(),
        deadlineMs: now() + TIMEOUT_MS,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      },
    );
    return functionsIn(agreements, customer, now());
  }

  async function remembered(customerId: GlobalId): Promise<readonly SsmFunction[] | undefined> {
    const [row] = await store.db.select().from(contract).where(eq(contract.customerId, customerId));
    if (row === undefined || row.readAt.getTime() < now() - LAST_KNOWN_MS) return undefined;
    return CONTRACT_FUNCTIONS.filter((name) => row.functions.includes(name));
  }

  async function askAndRemember(customerId: GlobalId, provider: string, customer: string) {
    const functions = await ask(provider, customer);
    await rememberContract(store, customerId, functions, now());
    return functions;
  }

  async function load(customerId: GlobalId): Promise<ReadonlySet<SsmFunction>> {
    const parts = idOfType(customerId, 'Customer');
    // without a back end for contracts, what stands in the store is all the bound there is
    if (parts === undefined || !client.providersOf('TMF651').includes(parts.provider)) {
      return new Set(CONTRACT_FUNCTIONS);
    }
    try {
      const found = await heldValues<readonly SsmFunction[]>(values, {
        ids: [customerId],
        keyOf,
        policy: { ttlMs: SHARED_MS, staleMs: 0 },
        load: async () => new Map([[customerId, await askAndRemember(customerId, parts.provider, parts.id)]]),
      });
      return new Set(found.get(customerId) ?? []);
    } catch (error) {
      onFault(error);
      const last = await remembered(customerId);
      if (last === undefined) throw clientError('AUTHORIZATION_UNAVAILABLE');
      return new Set(last);
    }
  }

  const read = createSnapshots({
    load,
    topicOf: contractTopic,
    bus,
    maxAgeMs: MEMORY_MS,
    max: MAX_CUSTOMERS,
  });
  return {
    read,
    async changed(customerId) {
      await values.drop([keyOf(customerId)]);
      await bus.publish(contractTopic(customerId), 'changed');
    },
  };
}

/** For when the back end doesn't answer. */
export async function rememberContract(
  { db, tables: { contract } }: Store,
  customerId: GlobalId,
  functions: readonly string[],
  nowMs: number,
): Promise<void> {
  const row = { functions: [...functions], readAt: new Date(nowMs) };
  await db
    .insert(contract)
    .values({ customerId, ...row })
    .onConflictDoUpdate({
      target: contract.customerId,
      set: row,
      // it is read every few seconds: what says nothing new isn't written
      setWhere: sql`${contract.functions} IS DISTINCT FROM excluded.functions
        OR ${contract.readAt} < ${new Date(nowMs - REMEMBERED_ANEW_MS)}`,
    });
}
