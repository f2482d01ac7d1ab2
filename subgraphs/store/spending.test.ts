// Reserving, settling and releasing amounts: never more than the limit, whatever happens at once.
import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { afterAll, describe, expect, test } from 'vitest';
import { CONTRACT_FUNCTIONS, type SsmFunction } from '../../schema/access.ts';
import type { Principal } from '../../schema/principal.ts';
import { postgresForTests } from '../../test/support/services.ts';
import { saveActors } from './actors.ts';
import { updateAuthorization } from './authorizations.ts';
import { createSpending, type SpendAsk } from './spending.ts';
import type { Store } from './store.ts';
import { now, overBothDatabases } from './store-fixture.ts';

const postgres = await postgresForTests('spending on PostgreSQL');
afterAll(async () => {
  await postgres?.close();
});

const CUSTOMER = 'aG9tZTpDdXN0b21lcjox';
const HERE = { customers: [CUSTOMER], accounts: ['account-1'], services: [], sites: [] };
// no function spends yet in this file's world: which one it is makes no difference to the store
const SPENDS: SsmFunction = 'BILL_VIEW';
const everything = { read: async () => new Set(CONTRACT_FUNCTIONS) };

overBothDatabases(postgres, (current) => {
  async function payer(amount: string, over: Partial<Principal> = {}): Promise<string> {
    const actorId = `payer-${randomUUID()}`;
    const limits = [{ amount, currency: 'EUR', per: 'MONTH' as const }];
    await saveActors(current().store, [
      {
        actorId,
        kind: 'AUTHORIZED_USER',
        customerId: CUSTOMER,
        grants: [{ functions: [SPENDS], scope: { kind: 'ACCOUNTS', ids: ['account-1'] }, limits }],
        ...over,
      },
    ]);
    return actorId;
  }
  const spendings = (store: Store = current().store) => createSpending(store, everything);
  const ask = (actorId: string, amount: string, over: Partial<SpendAsk> = {}): SpendAsk => ({
    by: { actorId, customerId: CUSTOMER },
    key: randomUUID(),
    function: SPENDS,
    position: HERE,
    money: { amount, currency: 'EUR' },
    nowMs: now(),
    ...over,
  });

  describe('SSM-A-02 an amount limit per period', () => {
    test('what is reserved counts, what is released does not, what is settled stays', async () => {
      const actorId = await payer('100');
      const { reserve, settle, release } = spendings();
      const first = ask(actorId, '60');
      expect(await reserve(first)).toEqual({ kind: 'RESERVED' });
      const over = { kind: 'REFUSED', code: 'AMOUNT_OVER_LIMIT' };
      expect(await reserve(ask(actorId, '40.01'))).toEqual({
        ...over,
        room: { amount: '40', currency: 'EUR', per: 'MONTH' },
      });
      expect(await release({ actorId, key: first.key })).toBe(true);
      expect(await release({ actorId, key: first.key })).toBe(false);
      const second = ask(actorId, '100');
      expect(await reserve(second)).toEqual({ kind: 'RESERVED' });
      expect(await settle({ actorId, key: second.key })).toBe(true);
      expect(await release({ actorId, key: second.key })).toBe(false);
      expect(await reserve(ask(actorId, '0.01'))).toMatchObject(over);
    });

    test('a new period begins at nothing', async () => {
      const actorId = await payer('10');
      const { reserve } = spendings();
      await reserve(ask(actorId, '10', { nowMs: Date.parse('2026-11-30T23:59:59Z') }));
      const next = { nowMs: Date.parse('2026-12-01T00:00:00Z') };
      expect(await reserve(ask(actorId, '10', next))).toEqual({ kind: 'RESERVED' });
      expect(await reserve(ask(actorId, '0.01', next))).toMatchObject({ kind: 'REFUSED' });
    });

    test('one key is one reservation, however often it comes; with something else it is refused', async () => {
      const actorId = await payer('100');
      const { reserve, settle, release } = spendings();
      const asked = ask(actorId, '60', { key: 'a key\0 of a client' });
      await reserve(asked);
      expect(await reserve(asked)).toEqual({ kind: 'RESERVED', again: 'RESERVED' });
      for (const other of [
        { money: { amount: '61', currency: 'EUR' } },
        { money: { amount: '60', currency: 'NOK' } },
        { function: 'USAGE_VIEW' as const },
      ])
        expect(await reserve({ ...asked, ...other })).toEqual({ kind: 'REFUSED', code: 'KEY_REUSED' });
      await settle({ actorId, key: asked.key });
      expect(await reserve(asked)).toEqual({ kind: 'RESERVED', again: 'SPENT' });
      const another = ask(actorId, '40');
      await reserve(another);
      await release({ actorId, key: another.key });
      expect(await reserve(another)).toEqual({ kind: 'RESERVED' });
      expect(await reserve(ask(actorId, '0.01'))).toMatchObject({ kind: 'REFUSED' });
    });

    test('money that is gone after all is spent, whatever was thought before', async () => {
      const actorId = await payer('10');
      const { reserve, settle, release } = spendings();
      const asked = ask(actorId, '10');
      await reserve(asked);
      await release({ actorId, key: asked.key });
      expect(await settle({ actorId, key: asked.key })).toBe(true);
      expect(await reserve(ask(actorId, '1'))).toMatchObject({ kind: 'REFUSED' });
      expect(await settle({ actorId, key: 'never reserved' })).toBe(false);
    });

    test('what stands elsewhere, or is anothers, is forbidden; a manager is bound by nothing', async () => {
      const { reserve } = spendings();
      const actorId = await payer('100');
      const elsewhere = { ...HERE, accounts: ['account-2'] };
      await expect(reserve(ask(actorId, '1', { position: elsewhere }))).rejects.toThrow();
      const others = { ...HERE, customers: ['another'] };
      await expect(reserve(ask(actorId, '1', { position: others }))).rejects.toThrow();
      const claimed = { actorId, customerId: 'another' };
      await expect(reserve(ask(actorId, '1', { by: claimed, position: others }))).rejects.toThrow();
      await expect(reserve(ask(actorId, '1', { by: { actorId } }))).rejects.toThrow();
      const manager = await payer('0', {
        kind: 'MANAGER',
        grants: [{ functions: [SPENDS], scope: { kind: 'CUSTOMER' } }],
      });
      expect(await reserve(ask(manager, '1000000'))).toEqual({ kind: 'RESERVED' });
    });

    test('what the contract does not name, nobody spends', async () => {
      const actorId = await payer('100');
      const { reserve } = createSpending(current().store, { read: async () => new Set<SsmFunction>() });
      await expect(reserve(ask(actorId, '1'))).rejects.toThrow();
    });

    test('a limit that a manager lowers or gives later counts what was spent before', async () => {
      const { store } = current();
      const { authorization } = store.tables;
      const actorId = await payer('0', { grants: [{ functions: [SPENDS], scope: { kind: 'CUSTOMER' } }] });
      const { reserve } = spendings();
      expect(await reserve(ask(actorId, '80'))).toEqual({ kind: 'RESERVED' });
      const [row] = await store.db.select().from(authorization).where(eq(authorization.actorId, actorId));
      await store.db.transaction((db) =>
        updateAuthorization({ db, tables: store.tables }, row?.id ?? 0, {
          amountLimit: { amount: '100', currency: 'EUR', per: 'DAY' },
        }),
      );
      expect(await reserve(ask(actorId, '20.01'))).toMatchObject({ room: { amount: '20', per: 'DAY' } });
    });

    test('what is written along is there exactly when the reservation is', async () => {
      const { store } = current();
      const actorId = await payer('10');
      const { reserve } = spendings();
      const fails = async () => {
        throw new Error('the payment cannot be written');
      };
      const asked = ask(actorId, '10');
      await expect(reserve(asked, fails)).rejects.toThrow('cannot be written');
      let ran = 0;
      const along = async ({ db }: { readonly db: Pick<Store['db'], 'execute'> }) => {
        await db.execute('SELECT 1');
        ran += 1;
      };
      expect(await reserve(asked, along)).toEqual({ kind: 'RESERVED' });
      await reserve(asked, along);
      await reserve(ask(actorId, '1'), along);
      expect(ran).toBe(1);
      const rows = await store.db.$count(store.tables.spending, eq(store.tables.spending.actorId, actorId));
      expect(rows).toBe(1);
    });

    test('forty at once on two instances spend the limit and no more', async () => {
      const scene = current();
      const actorId = await payer('100');
      const second = postgres === undefined ? undefined : await scene.open();
      const other =
        second !== undefined &&
        (await second.db.$count(second.tables.actor, eq(second.tables.actor.actorId, actorId))) === 1
          ? second
          : scene.store;
      const all = await Promise.all(
        Array.from({ length: 40 }, (_, index) =>
          spendings(index % 2 === 0 ? scene.store : other).reserve(ask(actorId, '7')),
        ),
      );
      await second?.close();
      expect(all.filter(({ kind }) => kind === 'RESERVED')).toHaveLength(14);
    });
  });
});
