// SSM-A-09: the audit log is a chain that nobody can change unseen, over both databases.
import { randomUUID } from 'node:crypto';
import { type SQL, sql } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import type { AuditEntry } from '../../schema/ports.ts';
import { postgresForTests } from '../../test/support/services.ts';
import { createAudit } from './audit.ts';
import { verifyChain } from './audit-chain.ts';
import type { Store } from './store.ts';
import { now, overBothDatabases } from './store-fixture.ts';

const postgres = await postgresForTests('audit log on PostgreSQL');
afterAll(async () => {
  await postgres?.close();
});

const entry = (over: Partial<AuditEntry> = {}): AuditEntry => ({
  atMs: now(),
  actorId: 'acme-manager',
  action: 'signIn',
  outcome: 'DONE',
  requestId: randomUUID(),
  ...over,
});

/** As the owner who has taken the trigger away; always undone. */
async function tampered(store: Store, change: (table: SQL) => SQL, then: () => Promise<void>): Promise<void> {
  const table = sql`${store.tables.auditEntry}`;
  const undone = new Error('undone');
  await store.db
    .transaction(async (tx) => {
      await tx.execute(sql`RESET ROLE`);
      await tx.execute(sql`ALTER TABLE ${table} DISABLE TRIGGER USER`);
      await tx.execute(change(table));
      await then.call(tx);
      throw undone;
    })
    .catch((error: unknown) => {
      if (error !== undone) throw error;
    });
}

overBothDatabases(postgres, (current) => {
  test('SSM-A-09 what is appended is linked, and the chain is whole', async () => {
    const { store } = current();
    const audit = createAudit(store);
    const before = await verifyChain(store);
    await audit.append(entry({ customerId: 'c', objectId: 'o', detail: '{"a":1}', origin: '192.0.2.1' }));
    await audit.append(entry());
    const after = await verifyChain(store);
    expect(after.faults).toEqual([]);
    expect(after.entries).toBe(before.entries + 2);
    expect(after.head.hash).not.toBe(before.head.hash);
  });

  test('SSM-A-09 the database and we compute one hash, whatever the text', async () => {
    const { store } = current();
    const audit = createAudit(store);
    const text = fc.string({ unit: 'binary', maxLength: 20 });
    const odd = fc.oneof(
      text,
      fc.constantFrom('"\\', '\u2028\u2029', '\ud800', '\0', '\u007f\u0080', '</', '😀'),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.record({ actorId: odd, action: odd, detail: odd, objectId: odd }),
        async (texts) => {
          await audit.append(entry(texts));
        },
      ),
      { numRuns: 60 },
    );
    expect((await verifyChain(store)).faults).toEqual([]);
  });

  test('SSM-A-09 entries that come at once from many callers are one chain', async () => {
    const { store } = current();
    const audits = [createAudit(store), createAudit(store)];
    await Promise.all(Array.from({ length: 60 }, (_, index) => audits[index % 2]?.append(entry())));
    expect((await verifyChain(store)).faults).toEqual([]);
  });

  describe('SSM-A-09 what somebody did to the log is shown', () => {
    const middle = async (store: Store) => {
      const audit = createAudit(store);
      for (let count = 0; count < 3; count += 1) await audit.append(entry());
      return (await verifyChain(store)).head.seq - 1;
    };

    test.each([
      ['a deletion', 'MISSING', (t: SQL, seq: number) => sql`DELETE FROM ${t} WHERE seq = ${seq}`],
      [
        'a deletion at the end',
        'CUT_OFF',
        (t: SQL, seq: number) => sql`DELETE FROM ${t} WHERE seq >= ${seq}`,
      ],
      [
        'a change',
        'CHANGED',
        (t: SQL, seq: number) => sql`UPDATE ${t} SET actor_id = 'somebody' WHERE seq = ${seq}`,
      ],
      [
        'a change with its hash made anew',
        'NOT_LINKED',
        (t: SQL, seq: number) => sql`UPDATE ${t} SET hash = repeat('1', 64) WHERE seq = ${seq}`,
      ],
      [
        'a reorder',
        'NOT_LINKED',
        (t: SQL, seq: number) =>
          sql`UPDATE ${t} AS a SET (at_ms, actor_id, action, request_id, previous_hash, hash) =
              (SELECT at_ms, actor_id, action, request_id, previous_hash, hash FROM ${t} AS b
               WHERE b.seq = ${seq} * 2 - 1 - a.seq) WHERE a.seq IN (${seq} - 1, ${seq})`,
      ],
    ])('%s', async (_, kind, change) => {
      const { store } = current();
      const seq = await middle(store);
      await tampered(
        store,
        (table) => change(table, seq),
        async function (this: unknown) {
          // the transaction in which it was tampered with is the database to look at
          const inside: Store = { ...store, db: this as Store['db'] };
          expect((await verifyChain(inside)).faults.map((fault) => fault.kind)).toContain(kind);
        },
      );
      expect((await verifyChain(store)).faults).toEqual([]);
    });

    test('everything written anew, against a head that was noted before', async () => {
      const { store } = current();
      await middle(store);
      const { head } = await verifyChain(store);
      expect((await verifyChain(store, head)).faults).toEqual([]);
      expect((await verifyChain(store, { ...head, hash: '0' })).faults).toMatchObject([{ kind: 'CHANGED' }]);
      expect((await verifyChain(store, { ...head, seq: head.seq + 1 })).faults).toMatchObject([
        { kind: 'CUT_OFF' },
      ]);
    });
  });

  test.each([
    (t: SQL) => sql`UPDATE ${t} SET actor_id = 'somebody'`,
    (t: SQL) => sql`DELETE FROM ${t}`,
    (t: SQL) => sql`TRUNCATE ${t}`,
  ])('SSM-A-09 it only grows: statement %#', async (statement) => {
    const { store } = current();
    await createAudit(store).append(entry());
    const before = await verifyChain(store);
    await expect(store.db.execute(statement(sql`${store.tables.auditEntry}`))).rejects.toMatchObject({
      cause: { code: '42501' },
    });
    expect(await verifyChain(store)).toEqual(before);
  });

  test('SSM-A-09 refusals are gathered: a flood is one entry with a count, and what is too much is counted', async () => {
    const { store } = current();
    const written: AuditEntry[][] = [];
    const audit = createAudit(store, { onWritten: (entries) => written.push([...entries]) });
    for (let count = 0; count < 5; count += 1) audit.record(entry({ outcome: 'REFUSED' }));
    for (let count = 0; count < 1_500; count += 1) audit.record(entry({ action: `a${count}` }));
    await audit.flush();
    expect(written.flat()).toHaveLength(1_001);
    const { auditEntry } = store.tables;
    const rows = await store.db
      .select({ action: auditEntry.action, times: auditEntry.times })
      .from(auditEntry)
      .where(sql`${auditEntry.times} > 1`);
    expect(rows).toEqual([
      { action: 'signIn', times: 5 },
      { action: 'auditOverflow', times: 501 },
    ]);
    expect((await verifyChain(store)).faults).toEqual([]);
  });

  test('SSM-A-09 an action and its entry are kept together or not at all', async () => {
    const { store } = current();
    const audit = createAudit(store);
    const actorId = `actor-${randomUUID()}`;
    const before = await verifyChain(store);
    const undone = store.db.transaction(async (tx) => {
      await audit.append(entry({ actorId, origin: '192.0.2.9' }), tx);
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect(await verifyChain(store)).toEqual(before);
    await audit.append(entry({ actorId, origin: '192.0.2.9' }));
    const { auditEntry, auditOrigin } = store.tables;
    const rows = await store.db
      .select({ address: auditOrigin.address })
      .from(auditEntry)
      .innerJoin(auditOrigin, sql`${auditOrigin.ref} = ${auditEntry.origin}`)
      .where(sql`${auditEntry.actorId} = ${actorId}`);
    expect(rows).toEqual([{ address: '192.0.2.9' }]);
  });

  test('SSM-A-11 an address is kept beside the chain, once for each actor, and its loss breaks nothing', async () => {
    const { store } = current();
    const actorId = `actor-${randomUUID()}`;
    const origin = '203.0.113.7';
    for (const audit of [createAudit(store), createAudit(store)])
      await audit.append(entry({ actorId, origin }));
    const { auditOrigin } = store.tables;
    const rows = await store.db.delete(auditOrigin).where(sql`actor_id = ${actorId}`).returning();
    expect(rows).toMatchObject([{ address: origin }]);
    expect((await verifyChain(store)).faults).toEqual([]);
  });

  test('SSM-A-09 what staff reads is written for each customer; the same again, soon after, is one more with a count', async () => {
    const { store } = current();
    const actorId = `staff-${randomUUID()}`;
    const audit = createAudit(store, { gatherMs: 10, repeatsMs: 1_000_000 });
    const read = (...customers: string[]) =>
      audit.recordReads(entry({ actorId, action: 'read', detail: 'billing' }), customers);
    const rows = async () => {
      const { auditEntry } = store.tables;
      return store.db
        .select({ customerId: auditEntry.customerId, times: auditEntry.times })
        .from(auditEntry)
        .where(sql`${auditEntry.actorId} = ${actorId}`)
        .orderBy(auditEntry.seq);
    };
    const first = [
      { customerId: 'a', times: 1 },
      { customerId: 'b', times: 1 },
    ];
    read('a', 'b');
    await expect.poll(rows).toEqual(first);
    read('a');
    read('a', 'c');
    await expect.poll(rows).toEqual([...first, { customerId: 'c', times: 1 }]);
    // at the end, and for who reads the log, nothing waits
    await audit.flush();
    expect((await rows()).slice(3)).toEqual([{ customerId: 'a', times: 2 }]);
    expect((await verifyChain(store)).faults).toEqual([]);
  });

  test('SSM-A-09 a read of a thousand customers is a thousand entries, and takes no refusal its place', async () => {
    const { store } = current();
    const written: AuditEntry[] = [];
    const audit = createAudit(store, { onWritten: (entries) => written.push(...entries) });
    const customers = Array.from({ length: 1_200 }, (_, index) => `customer-${index}`);
    audit.recordReads(entry({ action: 'read' }), customers);
    audit.record(entry({ outcome: 'REFUSED' }));
    await audit.flush();
    expect(written.map(({ customerId }) => customerId)).toEqual([undefined, ...customers]);
    expect((await verifyChain(store)).faults).toEqual([]);
  });

  test('SSM-A-09 a log that cannot be written is told, and what was gathered waits for better times', async () => {
    const { store } = current();
    const faults: unknown[] = [];
    const written: AuditEntry[] = [];
    let down = true;
    const db: Store['db'] = Object.create(store.db, {
      execute: {
        value: (...given: Parameters<Store['db']['execute']>) =>
          down ? Promise.reject(new Error('down')) : store.db.execute(...given),
      },
    });
    const audit = createAudit(
      { ...store, db },
      {
        gatherMs: 10,
        repeatsMs: 1_000_000,
        onFault: (error) => faults.push(error),
        onWritten: (entries) => written.push(...entries),
      },
    );
    await expect(audit.append(entry())).rejects.toThrow('down');
    audit.record(entry({ outcome: 'REFUSED' }));
    audit.recordReads(entry({ action: 'read' }), ['a']);
    await expect.poll(() => faults.length).toBeGreaterThan(1);
    audit.record(entry({ outcome: 'REFUSED' }));
    await expect(audit.flush()).rejects.toThrow('down');
    down = false;
    // in its own time: nobody asks for it
    await expect.poll(() => written).toMatchObject([{ action: 'signIn' }, { action: 'read' }]);
    const { auditEntry } = store.tables;
    const [last] = await store.db
      .select({ times: auditEntry.times })
      .from(auditEntry)
      .where(sql`${auditEntry.requestId} = ${written[0]?.requestId}`);
    expect(last).toEqual({ times: 2 });
  });
});
