// The grant reader: how seldom it reads, and how soon it sees a change.
import { afterAll, expect, test, vi } from 'vitest';
import type { TopicBus } from '../../schema/ports.ts';
import { postgresForTests } from '../../test/support/services.ts';
import { asTopicBus, localBus } from '../cache/local-bus.ts';
import { saveActors } from './actors.ts';
import { grantReader, grantsTopic } from './grants.ts';
import { manager, now, overBothDatabases } from './store-fixture.ts';

const postgres = await postgresForTests('grants on PostgreSQL');
afterAll(async () => {
  await postgres?.close();
});

overBothDatabases(postgres, (current) => {
  const withBus = () => asTopicBus(localBus());
  /** Waits until the first read was repeated behind the subscription, as the reader does of itself. */
  const warm = async (reader: ReturnType<typeof grantReader>, actorId: string) => {
    await reader.read(actorId);
    await reader.read(actorId);
  };
  const counted = () => {
    const { store } = current();
    const select = vi.spyOn(store.db, 'select');
    return select;
  };

  test('reads once for many at a time, and again only after the age bound', async () => {
    const { store } = current();
    const actor = manager();
    await saveActors(store, [actor]);
    const reader = grantReader(store, { maxAgeMs: 80, now });
    const select = counted();
    await Promise.all(Array.from({ length: 20 }, () => reader.read(actor.actorId)));
    await reader.read(actor.actorId);
    expect(select).toHaveBeenCalledTimes(1);
    await saveActors(store, [{ ...actor, grants: [] }]);
    await vi.waitFor(async () => expect((await reader.read(actor.actorId))?.grants).toEqual([]));
    select.mockRestore();
  });

  test('a change that is announced is seen by the very next read', async () => {
    const { store } = current();
    const bus = withBus();
    const actor = manager();
    await saveActors(store, [actor], { bus });
    const reader = grantReader(store, { bus, maxAgeMs: 60_000, now });
    await warm(reader, actor.actorId);
    const select = counted();
    await reader.read(actor.actorId);
    expect(select).not.toHaveBeenCalled();
    select.mockRestore();
    await saveActors(store, [{ ...actor, grants: [] }], { bus });
    expect(await reader.read(actor.actorId)).toMatchObject({ grants: [], grantVersion: '2' });
  });

  test('nobody joins a read that began before the change', async () => {
    const { store } = current();
    const bus = withBus();
    const actor = manager();
    await saveActors(store, [actor]);
    const reader = grantReader(store, { bus, maxAgeMs: 60_000, now });
    await warm(reader, actor.actorId);
    await bus.publish(grantsTopic(actor.actorId), '');
    const before = reader.read(actor.actorId);
    await saveActors(store, [{ ...actor, grants: [] }], { bus });
    expect((await reader.read(actor.actorId))?.grants).toEqual([]);
    await before;
    expect((await reader.read(actor.actorId))?.grants).toEqual([]);
  });

  test('a change before the listening has begun is seen as soon as it has', async () => {
    const { store } = current();
    const bus = withBus();
    let listening = () => {};
    const subscribe: TopicBus['subscribe'] = async () => {
      await new Promise<void>((resolve) => {
        listening = resolve;
      });
      return async () => {};
    };
    const actor = manager();
    await saveActors(store, [actor]);
    const reader = grantReader(store, { bus: { ...bus, subscribe }, maxAgeMs: 60_000, now });
    await reader.read(actor.actorId);
    await saveActors(store, [{ ...actor, grants: [] }], { bus });
    listening();
    await vi.waitFor(async () => expect((await reader.read(actor.actorId))?.grants).toEqual([]));
  });

  test('an actor that comes to be is seen at once', async () => {
    const { store } = current();
    const bus = withBus();
    const actor = manager();
    const reader = grantReader(store, { bus, maxAgeMs: 60_000, now });
    await warm(reader, actor.actorId);
    await saveActors(store, [actor], { bus });
    expect((await reader.read(actor.actorId))?.actorId).toBe(actor.actorId);
  });

  test('it keeps few actors, and leaves the topics of the others', async () => {
    const { store } = current();
    const local = localBus();
    const bus: TopicBus = asTopicBus(local);
    const reader = grantReader(store, { bus, maxActors: 2, now });
    for (const actorId of ['a', 'b', 'c', 'd']) await warm(reader, actorId);
    await vi.waitFor(() => expect(local.topics()).toEqual([grantsTopic('c'), grantsTopic('d')]));
  });

  test('a bus that cannot listen costs nothing but the age bound', async () => {
    const { store } = current();
    const subscribe = () => Promise.reject(new Error('bus fault'));
    const actor = manager();
    await saveActors(store, [actor]);
    const reader = grantReader(store, { bus: { ...withBus(), subscribe }, now });
    expect((await reader.read(actor.actorId))?.actorId).toBe(actor.actorId);
  });
});
