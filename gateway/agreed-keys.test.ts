// Keys that the gateway agrees on with a subgraph elsewhere: they spare signatures, and every call is answered once.
import { describe, expect, test } from 'vitest';
import { AGREEMENT_HEADER, newExchangeKey } from '../schema/key-agreement.ts';
import {
  connects,
  direct,
  headOf,
  instance,
  instanceOfOld,
  last,
  line,
  MANAGER,
  MINUTE_MS,
  PAID,
  pass,
  pay,
  QUERY,
} from './agreed-keys-fixture.ts';
import { answers, operation } from './remote-fixture.ts';
import { NOW_MS } from './sample-gateway.ts';

connects();

describe('between one gateway and one subgraph', () => {
  test('the first token is signed, the others are under the key that was agreed on, and say the same', async () => {
    await pay(3);
    expect(line.seen).toEqual(['S', 'a', 'a']);
    expect(line.done).toEqual([MANAGER, MANAGER, MANAGER]);
  });

  test('files are asked for with it too, and begin an agreement', async () => {
    const file = async () => {
      const chunks: unknown[] = [];
      for await (const chunk of (await line.remote.files?.('f', operation()))?.body ?? []) chunks.push(chunk);
      return chunks.join('');
    };
    expect([await file(), await file()]).toEqual(['bill', 'bill']);
    await line.instances[0]?.close();
    line.instances = [await instance()];
    expect([await file(), await file()]).toEqual(['bill', 'bill']);
    expect(line.seen).toEqual(['S', 'a', 'a401', 'S', 'a']);
  });

  test('it is made anew before five minutes are over', async () => {
    await pay(2);
    pass(4 * MINUTE_MS);
    await pay();
    pass(MINUTE_MS / 2);
    await pay(2);
    pass(4 * MINUTE_MS);
    await pay();
    expect(line.seen).toEqual(['S', 'a', 'a', 'S', 'a', 'a']);
  });

  test('the subgraph ends it by its own clock', async () => {
    await pay(2);
    line.gatewayMs += 4 * MINUTE_MS + 29_000;
    line.subgraphMs += 5 * MINUTE_MS;
    await pay();
    expect(line.seen).toEqual(['S', 'a', 'a401', 'S']);
  });

  test('a signed token that is played again does not prolong it', async () => {
    await pay();
    const signed = last();
    pass(34_000);
    expect((await direct(signed)).status).toBe(200);
    line.gatewayMs = NOW_MS + 4 * MINUTE_MS + 29_000;
    line.subgraphMs = NOW_MS + 5 * MINUTE_MS;
    await pay();
    expect(line.seen).toEqual(['S', 'a401', 'S']);
  });
});

describe('a subgraph that knows nothing of the key', () => {
  test('started anew: what it refuses is sent once more, signed, and done once', async () => {
    await pay(2);
    await line.instances[0]?.close();
    line.instances = [await instance()];
    await pay(2);
    expect(line.seen).toEqual(['S', 'a', 'a401', 'S', 'a']);
  });

  test('started anew, with many calls under way: each is sent once more, and they count as one', async () => {
    await pay();
    await line.instances[0]?.close();
    line.instances = [await instance()];
    const paid = await Promise.all(Array.from({ length: 20 }, () => line.remote.run(QUERY, operation())));
    expect(paid).toEqual(Array.from({ length: 20 }, () => PAID));
    expect(line.done).toHaveLength(21);
    await pay();
    expect(line.seen.at(-1)).toBe('a');
  });

  test('two instances behind one address: always answered, and soon signed only, for five minutes', async () => {
    line.instances.push(await instance());
    await pay(20);
    expect(line.seen.slice(0, 5)).toEqual(['S', 'a401', 'S', 'a401', 'S']);
    expect(line.seen.slice(5)).toEqual(Array.from({ length: 17 }, () => 'S'));
    pass(5 * MINUTE_MS);
    await line.instances.pop()?.close();
    await pay(2);
    expect(line.seen.slice(-2)).toEqual(['S', 'a']);
  });

  test('started anew, behind somebody who hands its refusal on without its headers', async () => {
    await pay(2);
    await line.instances[0]?.close();
    line.instances = [await instance()];
    line.told = () => null;
    await pay(2);
    expect(line.seen).toEqual(['S', 'a', 'a401', 'S', 'S']);
  });

  test('beside one from before such keys, which refuses them without a word of it: always answered', async () => {
    line.instances.push(await instanceOfOld());
    await pay(20);
    expect(line.seen.slice(0, 5)).toEqual(['S', 'a401', 'S', 'a401', 'S']);
    expect(line.seen.slice(5)).toEqual(Array.from({ length: 17 }, () => 'S'));
  });

  test('always: nothing goes in circles', async () => {
    const alg: unknown[] = [];
    const half = newExchangeKey().half;
    answers((_, response, body) => {
      alg.push(headOf(body).alg);
      response.setHeader(AGREEMENT_HEADER, half);
      response.writeHead(401).end('{}');
    });
    for (let at = 0; at < 10; at++) {
      const { errors } = await line.remote.run(QUERY, operation());
      expect(errors?.[0]?.extensions.code).toBe('BACKEND_REFUSED');
    }
    expect(alg.filter((each) => each === 'HS256')).toHaveLength(2);
    expect(alg).toHaveLength(12);
  });

  test('of any key: it is sent signatures', async () => {
    line.told = () => null;
    await pay(3);
    expect(line.seen).toEqual(['S', 'S', 'S']);
  });
});
