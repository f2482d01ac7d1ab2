// SSM-D-11 A crossing is told once, also where whoever began to tell it ends late.
import { afterAll, expect, test } from 'vitest';
import { encodeId } from '../../../schema/id.ts';
import { postgresForTests } from '../../../test/support/services.ts';
import type { Systems } from '../../loads.ts';
import type { Own } from '../../own.ts';
import { saveActors } from '../../store/actors.ts';
import { manager, now, overBothDatabases } from '../../store/store-fixture.ts';
import { deliverPending, fire, type Telling } from './firing.ts';

const postgres = await postgresForTests('alert firings on PostgreSQL');
afterAll(async () => {
  await postgres?.close();
});

interface Sending {
  readonly done: () => void;
  readonly refused: () => void;
}

overBothDatabases(postgres, (current) => {
  test('SSM-D-11 who gives up late does not give back a lease that is another’s by then', async () => {
    const { store } = current();
    let nowMs = now();
    const sendings: Sending[] = [];
    const began: (() => void)[] = [];
    const begins = () => new Promise<void>((resolve) => void began.push(resolve));
    const client = {
      providersOf: () => ['home'],
      create: () =>
        new Promise((resolve, reject) => {
          sendings.push({
            done: () => resolve({ kind: 'DONE', object: { id: 'm' } }),
            refused: () => reject(new Error('refused')),
          });
          began.shift()?.();
        }),
    } as unknown as Systems['client'];
    const telling: Telling = {
      // as much of it as telling takes
      own: { store, bus: { publish: async () => undefined } } as unknown as Own,
      client,
      now: () => nowMs,
    };
    const holder = manager();
    await saveActors(store, [holder]);
    const [alert] = await store.db
      .insert(store.tables.alert)
      .values({
        customerId: encodeId('home', 'Customer', 'c'),
        actorId: holder.actorId,
        serviceId: encodeId('home', 'Service', 's'),
        usageKind: 'VOICE',
        threshold: '10',
        unit: 'min',
        channel: 'EMAIL',
        createdAt: new Date(nowMs),
      })
      .returning();
    if (alert === undefined) throw new Error('no row');
    const faults: unknown[] = [];
    const round = () => deliverPending(telling, (fault) => void faults.push(fault));

    const firstBegins = begins();
    const first = fire(telling, alert, { about: 'b', period: 'p', name: 'n', value: '11', unit: 'min' });
    await firstBegins;
    // its lease is over before it ends
    nowMs += 120_000;
    const secondBegins = begins();
    const second = round();
    await secondBegins;
    sendings[0]?.refused();
    await expect(first).rejects.toThrow('refused');
    await round();
    expect(sendings).toHaveLength(2);
    sendings[1]?.done();
    await second;
    const rows = await store.db.select().from(store.tables.alertFiring);
    expect(rows.map(({ delivery }) => delivery)).toEqual(['SENT']);
    expect(faults).toEqual([]);
  });
});
