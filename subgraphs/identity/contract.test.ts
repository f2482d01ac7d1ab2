// SSM-A-01: what a customer's contract allows is read live, kept for seconds, dropped by its event, and remembered for when its back end is down.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CONTRACT_FUNCTIONS } from '../../schema/access.ts';
import { encodeId } from '../../schema/id.ts';
import { asTopicBus, localBus } from '../cache/local-bus.ts';
import { memoryCache } from '../cache/memory.ts';
import { createValueCache } from '../cache/value-cache.ts';
import { bounded, contractBound } from '../store/contract-bound.ts';
import { openStore, type Store } from '../store/store.ts';
import type { TmfClient, TmfObject } from '../tmf/client.ts';
import { contractReader, functionsIn } from './contract.ts';

const NOW_MS = Date.parse('2026-11-15T10:00:00Z');
const DAY_MS = 24 * 60 * 60 * 1000;

const agreement = (changes: Partial<Record<string, unknown>> = {}): TmfObject => ({
  id: 'agr-1',
  status: 'active',
  agreementPeriod: { startDateTime: '2025-01-01T00:00:00Z' },
  engagedParty: [
    { id: '7', role: 'customer' },
    { id: '8', role: 'provider' },
  ],
  characteristic: [{ name: 'ssmFunctions', value: ['BILL_VIEW', 'USAGE_VIEW', 'FUNCTION_OF_TOMORROW'] }],
  ...changes,
});

describe('SSM-A-01 what agreements name', () => {
  test.each([
    ['in force', agreement(), ['USAGE_VIEW', 'BILL_VIEW']],
    ['the state in another spelling', agreement({ status: 'In Effect' }), ['USAGE_VIEW', 'BILL_VIEW']],
    ['ended by its state', agreement({ status: 'terminated' }), []],
    ['without a state', agreement({ status: undefined }), []],
    ['not begun', agreement({ agreementPeriod: { startDateTime: '2026-12-01T00:00:00Z' } }), []],
    ['over this instant', agreement({ agreementPeriod: { endDateTime: '2026-11-15T10:00:00Z' } }), []],
    ["another customer's", agreement({ engagedParty: [{ id: '9', role: 'customer' }] }), []],
    ['the customer in another role', agreement({ engagedParty: [{ id: '7', role: 'provider' }] }), []],
    ['naming nothing', agreement({ characteristic: [] }), []],
    [
      'as text',
      agreement({ characteristic: [{ name: 'ssmFunctions', value: 'BILL_VIEW, CHARGE_VIEW' }] }),
      ['BILL_VIEW', 'CHARGE_VIEW'],
    ],
    [
      "the provider's own function",
      agreement({ characteristic: [{ name: 'ssmFunctions', value: ['SECURITY_ALARM_VIEW', 'PUBLIC'] }] }),
      [],
    ],
  ])('%s', (_, row, functions) => {
    expect(functionsIn([row], '7', NOW_MS)).toEqual(functions);
  });

  test('several agreements allow what any of them names', () => {
    const other = agreement({ characteristic: [{ name: 'ssmFunctions', value: ['SERVICE_VIEW'] }] });
    expect(functionsIn([agreement(), other], '7', NOW_MS)).toEqual([
      'SERVICE_VIEW',
      'USAGE_VIEW',
      'BILL_VIEW',
    ]);
  });
});

describe('SSM-A-01 reading them', () => {
  let store: Store;
  let nowMs = NOW_MS;
  let answer: () => Promise<readonly TmfObject[]>;
  let asked = 0;
  const faults: unknown[] = [];
  beforeAll(async () => {
    store = await openStore({ inMemory: true });
  }, 60_000);
  afterAll(() => store.close());
  beforeEach(async () => {
    nowMs = NOW_MS;
    asked = 0;
    faults.length = 0;
    answer = async () => [agreement()];
    await store.db.delete(store.tables.contract);
  });

  /** A reader of its own: another instance, or this one after its snapshots aged. */
  const reader = (cache = memoryCache({ now: () => nowMs }), bus = asTopicBus(localBus())) => {
    const client = {
      providersOf: () => ['home'],
      many: async () => {
        asked += 1;
        return answer();
      },
    };
    return contractReader({
      client: client as unknown as TmfClient, // all of it that is used
      values: createValueCache(cache, { now: () => nowMs }),
      store,
      bus,
      now: () => nowMs,
      onFault: (error) => faults.push(error),
    });
  };
  const id = encodeId('home', 'Customer', '7');
  const gone = () => Promise.reject(new Error('down'));

  test('once for many readers on many instances; again when an event tells of a change', async () => {
    const cache = memoryCache({ now: () => nowMs });
    const bus = asTopicBus(localBus());
    const [one, two] = [reader(cache, bus), reader(cache, bus)];
    for (let round = 0; round < 3; round += 1) {
      expect([...(await one.read(id))]).toEqual(['USAGE_VIEW', 'BILL_VIEW']);
      expect([...(await two.read(id))]).toEqual(['USAGE_VIEW', 'BILL_VIEW']);
    }
    expect(asked).toBe(1);
    answer = async () => [agreement({ status: 'terminated' })];
    await one.changed(id);
    expect([...(await one.read(id))]).toEqual([]);
    expect([...(await two.read(id))]).toEqual([]);
    expect(asked).toBe(2);
  });

  test('a change of which nobody tells is seen within the bound', async () => {
    const cache = memoryCache({ now: () => nowMs });
    await reader(cache).read(id);
    answer = async () => [];
    // values are kept up to a tenth shorter than the bound, so that they don't end all at once
    nowMs += 2_600;
    expect((await reader(cache).read(id)).size, 'kept for other instances').toBe(2);
    nowMs += 500;
    expect((await reader(cache).read(id)).size).toBe(0);
  });

  test('its back end down, the last contract holds for a day, then nothing is answered', async () => {
    await reader().read(id);
    answer = gone;
    nowMs += DAY_MS - 1;
    expect([...(await reader().read(id))]).toEqual(['USAGE_VIEW', 'BILL_VIEW']);
    expect(faults).toHaveLength(1);
    nowMs += 2;
    await expect(reader().read(id)).rejects.toThrow('Authorizations cannot be read now');
  });

  test('never read and its back end down: refused, and asked again by the next', async () => {
    answer = gone;
    const one = reader();
    await expect(one.read(id)).rejects.toThrow('Authorizations cannot be read now');
    answer = async () => [agreement()];
    expect((await one.read(id)).size).toBe(2);
  });

  test('where no back end keeps contracts, the authorizations alone bound', async () => {
    const found = await reader().read(encodeId('elsewhere', 'Customer', '7'));
    expect([...found]).toEqual([...CONTRACT_FUNCTIONS]);
    expect(asked).toBe(0);
  });
});

describe('SSM-A-01 grants inside it', () => {
  const principal = {
    actorId: 'a',
    kind: 'AUTHORIZED_USER',
    customerId: 'c',
    grants: [
      { functions: ['BILL_VIEW', 'USAGE_VIEW'], scope: { kind: 'CUSTOMER' } },
      { functions: ['BILL_VIEW'], scope: { kind: 'CUSTOMER' } },
    ],
    grantVersion: '3',
  } as const;

  test('what it lacks is out of every grant, and answers of before are under another version', () => {
    const some = bounded(principal, new Set(['USAGE_VIEW'] as const));
    expect(some.grants).toEqual([{ functions: ['USAGE_VIEW'], scope: { kind: 'CUSTOMER' } }]);
    expect(some.grantVersion).not.toBe(bounded(principal, new Set(['BILL_VIEW'] as const)).grantVersion);
  });

  test('who is of no customer is bound by none', async () => {
    const staff = { ...principal, customerId: undefined };
    const { customerId: _, ...own } = staff;
    const read = contractBound(
      { read: async () => own },
      { read: () => Promise.reject(new Error('asked')), changed: async () => {} },
    );
    expect(await read.read('a')).toBe(own);
  });
});
