// Actors and their authorizations, in and out, over both databases.
import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, expect, test } from 'vitest';
import { CONTRACT_FUNCTIONS } from '../../schema/access.ts';
import { postgresForTests } from '../../test/support/services.ts';
import { type ActorToSave, saveActors } from './actors.ts';
import { grantReader } from './grants.ts';
import { manager, now, overBothDatabases } from './store-fixture.ts';

const postgres = await postgresForTests('actors on PostgreSQL');
afterAll(async () => {
  await postgres?.close();
});

overBothDatabases(postgres, (current) => {
  /** As it was saved: without the numbers that the store gave its grants. */
  const read = async (actorId: string) => {
    const found = await grantReader(current().store, { now }).read(actorId);
    return found && { ...found, grants: found.grants.map(({ id: _id, ...grant }) => grant) };
  };

  test('an actor is read as it was saved', async () => {
    const { store } = current();
    const actor = manager();
    expect(await saveActors(store, [actor])).toEqual([actor.actorId]);
    expect(await read(actor.actorId)).toEqual({ ...actor, grantVersion: '1' });
  });

  test('an actor without customer, name or grants is read without them', async () => {
    const { store } = current();
    const actor: ActorToSave = { actorId: `staff-${randomUUID()}`, kind: 'STAFF', grants: [] };
    await saveActors(store, [actor]);
    expect(await read(actor.actorId)).toEqual({ ...actor, grantVersion: '1' });
  });

  test('an unknown actor and one that is switched off are nobody', async () => {
    const { store } = current();
    const actor = manager();
    await saveActors(store, [actor]);
    const { actor: table } = store.tables;
    await store.db.update(table).set({ active: false }).where(sql`${table.actorId} = ${actor.actorId}`);
    expect(await read(actor.actorId)).toBeUndefined();
    expect(await read("nobody'; --")).toBeUndefined();
  });

  test('saving again what is there changes nothing, whatever the order of functions, ids and grants', async () => {
    const { store } = current();
    const actor = manager();
    await saveActors(store, [actor]);
    const shuffled = {
      ...actor,
      grants: [...actor.grants].reverse().map((grant) => ({
        ...grant,
        functions: [...grant.functions].reverse(),
        scope: 'ids' in grant.scope ? { ...grant.scope, ids: [...grant.scope.ids].reverse() } : grant.scope,
      })),
    };
    expect(await saveActors(store, [shuffled, actor])).toEqual([]);
    expect((await read(actor.actorId))?.grantVersion).toBe('1');
  });

  test.each([
    ['a function', (actor: ActorToSave) => ({ grants: [{ ...actor.grants[0], functions: ['BILL_VIEW'] }] })],
    ['a scope', () => ({ grants: [{ functions: ['BILL_VIEW'], scope: { kind: 'SITES', ids: ['site'] } }] })],
    [
      'a period',
      (actor: ActorToSave) => ({
        grants: actor.grants.map((grant) => ({ ...grant, until: '2027-01-01T00:00:00.000Z' })),
      }),
    ],
    ['no grants any more', () => ({ grants: [] })],
    ['the kind', () => ({ kind: 'AUTHORIZED_USER' })],
    ['the customer', () => ({ customerId: 'another' })],
    ['the name', () => ({ displayName: 'Another' })],
  ])('a change of %s is one new version', async (_, change) => {
    const { store } = current();
    const actor = manager();
    await saveActors(store, [actor]);
    // the changes are written loosely above; each is an actor
    const next = { ...actor, ...change(actor) } as ActorToSave;
    expect(await saveActors(store, [next])).toEqual([actor.actorId]);
    expect(await read(actor.actorId)).toEqual({ ...next, grantVersion: '2' });
  });

  test('a revoked authorization stays readable in the table, and grants nothing', async () => {
    const { store } = current();
    const actor = manager();
    await saveActors(store, [actor]);
    await saveActors(store, [{ ...actor, grants: [] }]);
    const { authorization } = store.tables;
    const rows = await store.db
      .select()
      .from(authorization)
      .where(sql`${authorization.actorId} = ${actor.actorId}`);
    expect(rows).toHaveLength(2);
    expect(rows.every((row) => row.revokedAt !== null)).toBe(true);
  });

  test("a manager's row holds all that a contract can name, and what somebody granted meanwhile stays", async () => {
    const { store } = current();
    const actor: ActorToSave = { ...manager(), wholeContract: true, grants: [] };
    await saveActors(store, [actor]);
    expect((await read(actor.actorId))?.grants).toEqual([
      { functions: CONTRACT_FUNCTIONS, scope: { kind: 'CUSTOMER' } },
    ]);
    const { authorization } = store.tables;
    const granted = { functions: ['BILL_VIEW'], scope: { kind: 'CUSTOMER' } };
    await store.db
      .insert(authorization)
      .values({ ...granted, actorId: actor.actorId, grantorId: 'somebody' });
    expect(await saveActors(store, [actor])).toEqual([]);
    expect(await saveActors(store, [{ ...actor, wholeContract: false }])).toEqual([actor.actorId]);
    expect((await read(actor.actorId))?.grants).toEqual([granted]);
  });

  test('the same seed again leaves what users have changed; another seed, and no seed, do not', async () => {
    const { store } = current();
    const { actor: table, authorization } = store.tables;
    const actor = manager();
    const seed = (next: ActorToSave = actor) => saveActors(store, [next], { isSeed: true });
    expect(await seed()).toEqual([actor.actorId]);
    const ofActor = sql`actor_id = ${actor.actorId}`;
    await store.db.update(authorization).set({ revokedAt: new Date() }).where(ofActor);
    await store.db.update(table).set({ active: false }).where(ofActor);
    expect(await seed()).toEqual([]);
    expect(await read(actor.actorId)).toBeUndefined();
    expect(await seed({ ...actor, grants: actor.grants.slice(0, 1) })).toEqual([actor.actorId]);
    expect((await read(actor.actorId))?.grants).toHaveLength(1);
    expect(await saveActors(store, [actor])).toEqual([actor.actorId]);
    expect((await read(actor.actorId))?.grants).toHaveLength(2);
    const [limits, daily] = [
      [{ amount: '5', currency: 'EUR', per: 'DAY' as const }],
      [{ from: '08:00', until: '18:00', zone: 'UTC' }],
    ];
    for (const condition of [{ limits }, { daily }])
      expect(
        await seed({ ...actor, grants: actor.grants.map((each) => ({ ...each, ...condition })) }),
      ).toEqual([actor.actorId]);
    expect((await read(actor.actorId))?.grants).toMatchObject([{ daily }, { daily }]);
  });

  test('what one customer granted is nothing once the actor is of another', async () => {
    const { store } = current();
    const actor = manager();
    await saveActors(store, [actor]);
    const { actor: table } = store.tables;
    await store.db
      .update(table)
      .set({ customerId: 'another' })
      .where(sql`${table.actorId} = ${actor.actorId}`);
    expect(await read(actor.actorId)).toMatchObject({ customerId: 'another', grants: [] });
  });

  test('a grant whose period is over is left out; one that is to come is in, with its beginning', async () => {
    const { store } = current();
    const actor = manager();
    const grant = { functions: ['BILL_VIEW'] as const, scope: { kind: 'CUSTOMER' } as const };
    const toCome = { ...grant, from: '2027-01-01T00:00:00.000Z' };
    const over = { ...grant, until: '2026-11-15T10:00:00.000Z' };
    await saveActors(store, [{ ...actor, grants: [over, toCome] }]);
    expect((await read(actor.actorId))?.grants).toEqual([toCome]);
  });

  test('what this version does not understand grants nothing', async () => {
    const { store } = current();
    const actor = manager();
    await saveActors(store, [{ ...actor, grants: [] }]);
    const { authorization } = store.tables;
    const row = { actorId: actor.actorId, functions: ['BILL_VIEW'], scope: { kind: 'CUSTOMER' } };
    await store.db.insert(authorization).values([
      { ...row, functions: ['FUNCTION_OF_TOMORROW', 'toString', 'BILL_VIEW'] },
      { ...row, functions: ['FUNCTION_OF_TOMORROW'] },
      { ...row, scope: { kind: 'GALAXY' } },
      { ...row, scope: { kind: 'SERVICES' } },
    ]);
    expect((await read(actor.actorId))?.grants).toEqual([
      { functions: ['BILL_VIEW'], scope: { kind: 'CUSTOMER' } },
    ]);
  });

  test('the anonymous principal is nobody’s row, and a false instant is refused', async () => {
    const { store } = current();
    const actor = manager();
    await expect(saveActors(store, [{ ...actor, kind: 'ANONYMOUS' }])).rejects.toThrow();
    const grant = {
      functions: ['BILL_VIEW'] as const,
      scope: { kind: 'CUSTOMER' } as const,
      until: 'soon',
    };
    await expect(saveActors(store, [{ ...actor, grants: [grant] }])).rejects.toThrow('"soon"');
    expect(await read(actor.actorId), 'half of a save stayed').toBeUndefined();
  });

  test('a thousand actors are saved at once', async () => {
    const { store } = current();
    const actors = Array.from({ length: 1_001 }, () => ({ ...manager(), grants: [] }));
    expect(await saveActors(store, actors)).toHaveLength(1_001);
    expect(await saveActors(store, actors)).toEqual([]);
  }, 30_000);
});
