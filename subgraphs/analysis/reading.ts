// Reads the usage records of customers whose contract has call analysis: up to where it was, and a little of that again.
import { randomUUID } from 'node:crypto';
import { and, eq, isNull, lt, or, sql } from 'drizzle-orm';
import { type GlobalId, idOfType } from '../../schema/id.ts';
import type { Systems } from '../loads.ts';
import type { Own } from '../own.ts';
import { CALL_ATTRIBUTES, readCall } from './call-record.ts';
import { fold } from './fold.ts';
import { rowsOf } from './rollups.ts';

const DAY_MS = 86_400_000;
/** Where nothing was read yet: a year to compare, and a month. */
const FIRST_READ_MS = 400 * DAY_MS;
/** Read again each time: records come late. */
const OVERLAP_MS = 3_600_000;
/** Read again now and then: they come very late, and are corrected. What comes later than that comes by an event. */
const LATE_MS = 7 * DAY_MS;
const REREAD_EACH_MS = 6 * 3_600_000;
/** Asked for at once: a back end that is down half-way costs this much again at most. */
const WINDOW_MS = 7 * DAY_MS;
/** A window with more than this is left for shorter ones: the next turn goes on where the last whole one ended. */
const CALLS_A_WINDOW = 50_000;
const SHORTER_BY = 8;
/** Of one turn: the next customer waits. */
const PAGES_A_TURN = 200;
const TURN_MS = 120_000;
/** After a turn that got nowhere the customer is left alone for so long. */
const REST_MS = 900_000;
const PAGE = 1_000;
/** A transaction's worth: the embedded database stands still for so long. */
const FOLDED_AT_ONCE = 250;
const CALL_TIMEOUT_MS = 10_000;
/** Longer than a page takes; an instance that is gone holds nobody up for longer. */
const LEASE_MS = 60_000;

export interface Reader extends Pick<Systems, 'client' | 'now'> {
  readonly own: Own;
}

export interface Analysed {
  readonly provider: string;
  readonly customer: string;
}

/** Whose contract, as it was last read, has call analysis; where no contracts are kept, who was granted it. */
export async function analysedCustomers({ client, own }: Reader): Promise<readonly Analysed[]> {
  const { authorization, contract } = own.store.tables;
  const rows = await rowsOf<{ customer_id: string; has_contract: boolean }>(
    own.store.db,
    sql`SELECT g.customer_id, c.functions IS NOT NULL AS has_contract
        FROM (SELECT DISTINCT customer_id FROM ${authorization} WHERE revoked_at IS NULL AND customer_id IS NOT NULL
            AND functions && ARRAY['CONTRACT', 'CALL_ANALYSIS_VIEW']) AS g
        LEFT JOIN ${contract} AS c ON c.customer_id = g.customer_id
        WHERE c.functions IS NULL OR 'CALL_ANALYSIS_VIEW' = ANY(c.functions)
        ORDER BY g.customer_id`,
  );
  const [serving, contracted] = [client.providersOf('TMF635'), client.providersOf('TMF651')];
  return rows.flatMap(({ customer_id, has_contract }) => {
    const parts = idOfType(customer_id as GlobalId, 'Customer'); // as it was written: what isn't one is left out
    if (parts === undefined || !serving.includes(parts.provider)) return [];
    if (!has_contract && contracted.includes(parts.provider)) return [];
    return [{ provider: parts.provider, customer: parts.id }];
  });
}

interface Turn {
  readonly readUntilMs: number;
  readonly rereadAtMs: number;
  readonly endsAtMs: number;
  /** Asked for so far. */
  pages: number;
}

/** Undefined while another instance reads. */
async function take({ own, now }: Reader, { provider, customer }: Analysed): Promise<Turn | undefined> {
  const { db, tables } = own.store;
  const { callReading } = tables;
  const nowMs = now();
  await db
    .insert(callReading)
    .values({
      provider,
      customerId: customer,
      readUntil: new Date(0),
      rereadAt: new Date(nowMs),
    })
    .onConflictDoNothing();
  const [row] = await db
    .update(callReading)
    .set({ leasedUntil: new Date(nowMs + LEASE_MS) })
    .where(
      and(
        eq(callReading.provider, provider),
        eq(callReading.customerId, customer),
        or(isNull(callReading.leasedUntil), lt(callReading.leasedUntil, new Date(nowMs))),
      ),
    )
    .returning();
  if (row === undefined) return undefined;
  const [readUntilMs, rereadAtMs] = [row.readUntil.getTime(), row.rereadAt.getTime()];
  return { readUntilMs, rereadAtMs, endsAtMs: nowMs + TURN_MS, pages: 0 };
}

async function note(
  { own }: Reader,
  { provider, customer }: Analysed,
  set: { readonly readUntil?: Date; readonly rereadAt?: Date; readonly leasedUntil?: Date | null },
): Promise<void> {
  const { callReading } = own.store.tables;
  await own.store.db
    .update(callReading)
    .set(set)
    .where(and(eq(callReading.provider, provider), eq(callReading.customerId, customer)));
}

async function readWindow(
  reader: Reader,
  { provider, customer }: Analysed,
  turn: Turn,
  { fromMs, untilMs }: { readonly fromMs: number; readonly untilMs: number | undefined },
): Promise<'WHOLE' | 'TOO_LONG' | 'TURN_OVER'> {
  const { client, now, own } = reader;
  const filter = {
    'relatedParty.id': customer,
    usageType: 'voice',
    'usageDate.gte': new Date(fromMs).toISOString(),
    ...(untilMs === undefined ? {} : { 'usageDate.lt': new Date(untilMs).toISOString() }),
  };
  let found = 0;
  for (let offset: number | undefined = 0; offset !== undefined; ) {
    const askedAtMs = now();
    // asked first: a back end that ignores filters shows few of ours on many pages, and shorter windows would be no help
    if (found > CALLS_A_WINDOW) return 'TOO_LONG';
    if (turn.pages === PAGES_A_TURN || askedAtMs >= turn.endsAtMs) return 'TURN_OVER';
    turn.pages += 1;
    const call = {
      requestId: randomUUID(),
      deadlineMs: askedAtMs + CALL_TIMEOUT_MS,
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    };
    const ask = { filter, fields: CALL_ATTRIBUTES, sort: 'usageDate', offset, limit: PAGE };
    const page = await client.page({ provider, api: 'TMF635', resource: 'usage' }, ask, call);
    const calls = page.items.flatMap((record) => {
      const read = readCall(provider, record, askedAtMs);
      // a back end's filter is not believed: another party may stand in it
      return read?.customerId === customer ? [read] : [];
    });
    found += calls.length;
    for (let at = 0; at < calls.length; at += FOLDED_AT_ONCE) {
      await fold(own.store, calls.slice(at, at + FOLDED_AT_ONCE), now());
      await new Promise((resolve) => setImmediate(resolve));
    }
    await note(reader, { provider, customer }, { leasedUntil: new Date(now() + LEASE_MS) });
    offset = page.next;
  }
  return 'WHOLE';
}

/**
 * Resolves when everything that there is now was read, or as much as a turn may; at once while another instance reads.
 * Rejects where a turn got nowhere: how far was read says what is missing.
 */
export async function readCustomer(reader: Reader, analysed: Analysed): Promise<void> {
  const turn = await take(reader, analysed);
  if (turn === undefined) return;
  let restUntilMs: number | undefined;
  try {
    const nowMs = reader.now();
    const isLate = nowMs - turn.rereadAtMs >= REREAD_EACH_MS;
    const again = isLate
      ? Math.min(turn.readUntilMs - OVERLAP_MS, nowMs - LATE_MS)
      : turn.readUntilMs - OVERLAP_MS;
    let fromMs = Math.max(again, nowMs - FIRST_READ_MS);
    let windowMs = WINDOW_MS;
    let reachedMs = turn.readUntilMs;
    for (let isDone = false; !isDone; ) {
      const untilMs = fromMs + windowMs;
      // what lies ahead is read too, and waits
      const isLast = untilMs >= nowMs;
      const window = { fromMs, untilMs: isLast ? undefined : untilMs };
      const end = await readWindow(reader, analysed, turn, window);
      if (end === 'WHOLE') {
        reachedMs = isLast ? nowMs : untilMs;
        const readUntil = new Date(Math.max(turn.readUntilMs, reachedMs));
        await note(reader, analysed, { readUntil });
        fromMs = untilMs;
      } else windowMs /= SHORTER_BY;
      isDone = end === 'TURN_OVER' || (end === 'WHOLE' && isLast);
    }
    // once: what is new goes before what is late
    if (isLate) await note(reader, analysed, { rereadAt: new Date(nowMs) });
    else if (reachedMs <= turn.readUntilMs && reachedMs < nowMs) {
      restUntilMs = reader.now() + REST_MS;
      throw new Error(`${turn.pages} pages of ${analysed.provider} were no end of a customer's calls`);
    }
  } finally {
    const leasedUntil = restUntilMs === undefined ? null : new Date(restUntilMs);
    await note(reader, analysed, { leasedUntil });
  }
}
