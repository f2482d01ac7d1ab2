// Spending under authorizations' amount limits: reserved before the back end is asked, then settled or released.
//
// The way of a payment: `reserve` (commits), ask the back end, then `settle` when it has taken the money or `release`
// when it has refused for sure. After a time-out nobody knows: leave it reserved and find out later. What is reserved
// counts as spent, so spends at once never exceed a limit, whatever instances they come to, and a crash errs on the
// safe side. No back end is asked here, and none may be asked in `along`: it runs inside the transaction.
import { createHash } from 'node:crypto';
import Big from 'big.js';
import { and, arrayContains, eq, gte, inArray, lt, ne, sql } from 'drizzle-orm';
import { grantsFor, type Position, type SsmFunction } from '../../schema/access.ts';
import { calendarPeriod } from '../../schema/conditions.ts';
import { clientError } from '../../schema/errors.ts';
import type { ContractReader } from '../../schema/ports.ts';
import type { Grant, GrantLimit, Principal } from '../../schema/principal.ts';
import {
  isSpendable,
  judgeSpending,
  type Money,
  type Room,
  type SpendingFaultCode,
} from '../../schema/spending-rules.ts';
import { type Inside, inside } from './authorizations.ts';
import { bounded } from './contract-bound.ts';
import { readPrincipal } from './grants.ts';
import type { Database, Store } from './store.ts';

export interface SpendKey {
  readonly actorId: string;
  /** The client's idempotency key with a word for what it is the key of: `payBill 4711…`. */
  readonly key: string;
}

export interface SpendAsk {
  readonly by: Pick<Principal, 'actorId' | 'customerId'>;
  readonly key: string;
  readonly function: SsmFunction;
  /** Where stands what is paid for: `objects.position(item)`. */
  readonly position: Position;
  readonly money: Money;
  readonly nowMs: number;
}

export type Reservation =
  /** `again`: the same was asked for under this key before, and this is how far it has come; `along` didn't run. */
  | { readonly kind: 'RESERVED'; readonly again?: 'RESERVED' | 'SPENT' }
  | { readonly kind: 'REFUSED'; readonly code: SpendingFaultCode; readonly room?: Room };

export interface Spending {
  /**
   * Who asks is read anew behind its customer's lock: a revocation or a lower limit that came first counts. `along`
   * writes what must be there exactly when the reservation is: the payment's row, its audit entry.
   * @throws FORBIDDEN for who may not use the function on what stands there
   */
  reserve(ask: SpendAsk, along?: (inside: Inside) => Promise<void>): Promise<Reservation>;
  /** The back end has taken the money. False where nothing was reserved under the key. */
  settle(spent: SpendKey, within?: Database): Promise<boolean>;
  /** The back end has refused for sure: the limit is as it was. False where nothing was, or it is settled. */
  release(spent: SpendKey, within?: Database): Promise<boolean>;
}

/** Of any length and in any letters, as clients give them. */
const kept = (key: string): string => createHash('sha256').update(key).digest('base64url');

async function spentBy(
  { db, tables: { spending } }: Inside,
  { of, per, currency }: GrantLimit,
  nowMs: number,
): Promise<string> {
  const { fromMs, untilMs } = calendarPeriod(per, nowMs);
  const [row] = await db
    .select({ total: sql<string>`coalesce(sum(${spending.amount}), 0)::text` })
    .from(spending)
    .where(
      and(
        arrayContains(spending.authorizationIds, [Number(of)]),
        eq(spending.currency, currency),
        ne(spending.state, 'RELEASED'),
        gte(spending.reservedAt, new Date(fromMs)),
        lt(spending.reservedAt, new Date(untilMs)),
      ),
    );
  return row?.total ?? '0';
}

const limitKey = ({ of, per, currency }: GrantLimit): string => `${of} ${per} ${currency}`;

async function judge(store: Inside, grants: readonly Grant[], { money, nowMs }: SpendAsk) {
  const spent = new Map<string, string>();
  for (const limit of grants.flatMap(({ limits = [] }) => limits)) {
    if (limit.of !== undefined && !spent.has(limitKey(limit)))
      spent.set(limitKey(limit), await spentBy(store, limit, nowMs));
  }
  // a total that wasn't read bounds to nothing
  return judgeSpending(grants, money, (limit) => spent.get(limitKey(limit)) ?? limit.amount);
}

async function earlier({ db, tables: { spending } }: Inside, { by, key, money, function: name }: SpendAsk) {
  const [row] = await db
    .select()
    .from(spending)
    .where(and(eq(spending.actorId, by.actorId), eq(spending.key, kept(key))));
  if (row === undefined) return undefined;
  const same =
    row.function === name && row.currency === money.currency && new Big(row.amount).eq(money.amount);
  return { state: row.state, same };
}

export function createSpending(store: Store, contracts: Pick<ContractReader, 'read'>): Spending {
  const { spending } = store.tables;

  async function decide(tx: Inside, ask: SpendAsk, by: Principal): Promise<Reservation> {
    const { key, function: name, position, money, nowMs } = ask;
    const grants = grantsFor(by, name, position, nowMs);
    if (by.customerId === undefined || grants.length === 0) throw clientError('FORBIDDEN');
    const verdict = await judge(tx, grants, ask);
    if (verdict.kind === 'BEYOND') {
      const { code, room } = verdict;
      return { kind: 'REFUSED', code, ...(room === undefined ? {} : { room }) };
    }
    const row = {
      customerId: by.customerId,
      function: name,
      amount: money.amount,
      currency: money.currency,
      authorizationIds: verdict.by.map(Number),
      state: 'RESERVED',
      reservedAt: new Date(nowMs),
    };
    await tx.db
      .insert(spending)
      .values({ actorId: by.actorId, key: kept(key), ...row })
      .onConflictDoUpdate({ target: [spending.actorId, spending.key], set: row });
    return { kind: 'RESERVED' };
  }

  async function move(
    { actorId, key }: SpendKey,
    [to, from]: readonly [string, readonly string[]],
    db: Database,
  ): Promise<boolean> {
    const rows = await db
      .update(spending)
      .set({ state: to })
      .where(
        and(eq(spending.actorId, actorId), eq(spending.key, kept(key)), inArray(spending.state, [...from])),
      )
      .returning({ key: spending.key });
    return rows.length === 1;
  }

  return {
    async reserve(ask, along) {
      const { actorId, customerId } = ask.by;
      if (customerId === undefined) throw clientError('FORBIDDEN');
      if (!isSpendable(ask.money)) return { kind: 'REFUSED', code: 'AMOUNT_INVALID' };
      const contract = await contracts.read(customerId);
      return inside(store, customerId, async (tx) => {
        const by = await readPrincipal(tx, actorId, ask.nowMs);
        if (by?.customerId !== customerId) throw clientError('FORBIDDEN');
        const before = await earlier(tx, ask);
        if (before !== undefined && !before.same) return { kind: 'REFUSED', code: 'KEY_REUSED' };
        if (before?.state === 'RESERVED' || before?.state === 'SPENT')
          return { kind: 'RESERVED', again: before.state };
        const reservation = await decide(tx, ask, bounded(by, contract));
        if (reservation.kind === 'RESERVED') await along?.(tx);
        return reservation;
      });
    },
    // money that is gone is spent, whatever was thought before
    settle: (spent, within = store.db) => move(spent, ['SPENT', ['RESERVED', 'RELEASED']], within),
    release: (spent, within = store.db) => move(spent, ['RELEASED', ['RESERVED']], within),
  };
}
