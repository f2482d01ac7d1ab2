// What every cache driver does, as tests: run over memory and over Redis.
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { CacheDriver } from './driver.ts';

/** Opens two instances on one cache; a driver that lives in one process gives the same one twice. */
export type OpenPair = () => Promise<readonly [CacheDriver, CacheDriver]>;

export function driverSuite(name: string, openPair: OpenPair): void {
  describe(name, () => {
    let here: CacheDriver;
    let there: CacheDriver;
    let keys = 0;
    const freshKey = () => `key ${++keys}:/?{}é\n`;

    beforeAll(async () => {
      [here, there] = await openPair();
    });
    afterAll(async () => {
      await Promise.all([here.close(), there.close()]);
    });

    test('a value is read by the other instance as it was written', async () => {
      const key = freshKey();
      expect(await here.get(key)).toBeUndefined();
      for (const value of ['{"a":1}', '', '-', 'line\nline', '🛰️'.repeat(1000)]) {
        await here.set(key, value, 10_000);
        expect(await there.get(key)).toBe(value);
      }
    });

    test('a value ends with its TTL', async () => {
      const key = freshKey();
      await here.set(key, 'short', 30);
      await here.set(`${key}2`, 'long', 60_000);
      await vi.waitFor(async () => expect(await there.get(key)).toBeUndefined());
      expect(await there.get(`${key}2`)).toBe('long');
    });

    test('many are answered in the order of the keys, the unknown ones as nothing', async () => {
      const base = freshKey();
      const many = Array.from({ length: 300 }, (_, index) => `${base}${index}`);
      const even = many.filter((_, index) => index % 2 === 0);
      expect(await here.setMany(even.map((key) => ({ key, value: key, ttlMs: 10_000 })))).toEqual(
        even.map(() => undefined),
      );
      const found = await there.getMany(many);
      expect(found.map((stored) => stored.value)).toEqual(
        many.map((key, index) => (index % 2 === 0 ? key : undefined)),
      );
      expect(found.map((stored) => stored.version === '')).toEqual(many.map((_, index) => index % 2 === 1));
      expect(await here.getMany([])).toEqual([]);
      expect(await here.setMany([])).toEqual([]);
    });

    test('a load that began before an event does not overwrite it, and gets it as the answer', async () => {
      const key = freshKey();
      const [before] = await here.getMany([key]);
      await there.setMany([{ key, value: 'event', ttlMs: 10_000 }]);
      const [refused] = await here.setMany([
        { key, value: 'slow load', ttlMs: 10_000, over: before?.version ?? '' },
      ]);
      expect(refused?.value).toBe('event');
      expect(await here.get(key)).toBe('event');

      const [seen] = await here.getMany([key]);
      const next = [{ key, value: 'next load', ttlMs: 10_000, over: seen?.version ?? '' }];
      expect(await here.setMany(next)).toEqual([undefined]);
      expect(await there.get(key)).toBe('next load');
    });

    test('two loads of one key: the second to end is refused', async () => {
      const key = freshKey();
      const write = (value: string) => [{ key, value, ttlMs: 10_000, over: '' }];
      expect(await here.setMany(write('first'))).toEqual([undefined]);
      expect((await there.setMany(write('second')))[0]?.value).toBe('first');
    });

    test('a dropped key has no value, and a load that began before does not bring it back', async () => {
      const key = freshKey();
      await here.set(key, 'old', 10_000);
      const [before] = await here.getMany([key]);
      await there.drop([key, `${key}unknown`]);
      expect(await here.get(key)).toBeUndefined();
      const over = before?.version ?? '';
      const [refused] = await here.setMany([{ key, value: 'older', ttlMs: 10_000, over }]);
      expect(refused).toMatchObject({ value: undefined });
      expect(await there.get(key)).toBeUndefined();

      const [after] = await here.getMany([key]);
      await here.setMany([{ key, value: 'new', ttlMs: 10_000, over: after?.version ?? '' }]);
      expect(await there.get(key)).toBe('new');
    });

    test('one lease at a time; it ends by release, or by itself', async () => {
      const key = freshKey();
      const tokens = await Promise.all([here.lease(key, 10_000), there.lease(key, 10_000)]);
      const held = tokens.filter((token) => token !== undefined);
      expect(held).toHaveLength(1);
      await there.release(key, 'another token');
      expect(await here.lease(key, 10_000)).toBeUndefined();
      await there.release(key, held[0] ?? '');
      const token = await here.lease(key, 30);
      expect(token).toBeDefined();
      const next = await vi.waitFor(async () => {
        const taken = await there.lease(key, 10_000);
        expect(taken).toBeDefined();
        return taken;
      });
      await here.release(key, token ?? '');
      expect(await here.lease(key, 10_000), 'a late release freed the next holder’s lease').toBeUndefined();
      await there.release(key, next ?? '');
    });

    test('a renewed lease lives on; one that has ended cannot be renewed', async () => {
      const key = freshKey();
      const token = (await here.lease(key, 300)) ?? '';
      expect(await here.renew(key, token, 60_000)).toBe(true);
      expect(await there.renew(key, 'another token', 60_000)).toBe(false);
      await new Promise((resolve) => setTimeout(resolve, 350));
      expect(await there.lease(key, 10)).toBeUndefined();
      await here.release(key, token);
      expect(await here.renew(key, token, 60_000)).toBe(false);
    });

    test('a lease and a value of the same name are two things', async () => {
      const key = freshKey();
      await here.lease(key, 10_000);
      expect(await here.get(key)).toBeUndefined();
    });

    test('a message reaches each listener of its topic once, here and there, until it leaves', async () => {
      const topic = freshKey();
      const heard: string[] = [];
      const leaveHere = await here.subscribe(topic, (message) => heard.push(`here ${message}`));
      const leaveThere = await there.subscribe(topic, (message) => heard.push(`there ${message}`));
      await there.subscribe(`${topic}2`, (message) => heard.push(`other ${message}`));
      await here.publish(topic, 'one two\nthree');
      await vi.waitFor(() => expect(heard).toHaveLength(2));
      expect([...heard].sort()).toEqual(['here one two\nthree', 'there one two\nthree']);

      await leaveHere();
      await leaveHere();
      await here.publish(topic, '');
      await here.publish(`${topic}2`, 'end');
      await vi.waitFor(() => expect(heard).toContain('other end'));
      expect(heard.slice(2).sort()).toEqual(['other end', 'there ']);
      await leaveThere();
      await leaveThere();
      await here.publish(topic, 'nobody');
      await here.publish(`${topic}2`, 'end of all');
      await vi.waitFor(() => expect(heard).toContain('other end of all'));
      expect(heard).toHaveLength(5);
    });

    test('a topic left and taken up again is heard', async () => {
      const topic = freshKey();
      const heard: string[] = [];
      for (const round of ['1', '2', '3']) {
        const leave = await there.subscribe(topic, (message) => heard.push(message));
        await here.publish(topic, round);
        await vi.waitFor(() => expect(heard.at(-1)).toBe(round));
        void leave();
      }
      expect(heard).toEqual(['1', '2', '3']);
    });

    test('a listener that throws costs neither the publisher nor the other listeners', async () => {
      const topic = freshKey();
      const heard: string[] = [];
      await here.subscribe(topic, () => {
        throw new Error('listener fault');
      });
      await here.subscribe(topic, (message) => heard.push(message));
      await here.publish(topic, 'still');
      await vi.waitFor(() => expect(heard).toEqual(['still']));
    });

    test('its health says UP, and that nothing depends on it', async () => {
      expect(await here.health()).toMatchObject([{ kind: 'CACHE', state: 'UP', required: false }]);
    });
  });
}
