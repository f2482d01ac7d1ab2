// Objects whose place is another object's, asked for beside that one while neither has come.
import { expect, test } from 'vitest';
import { findSubgraphs, readContract } from '../schema/contract.ts';
import { encodeId } from '../schema/id.ts';
import type { Operation } from '../schema/ports.ts';
import type { Systems } from './loads.ts';
import { modulesOf } from './modules.ts';
import { serve } from './serve.ts';
import type { Source, TmfObject } from './tmf/client.ts';

const contract = readContract(findSubgraphs(new URL('./', import.meta.url)));
const modules = await modulesOf(contract);

const relatedParty = [{ id: 'me', role: 'customer' }];
/** A credit for a violation on the service that it is charged for. */
const ROWS: Readonly<Record<string, TmfObject>> = {
  service: { id: 'x', relatedParty, place: [] },
  serviceLevelObjective: { id: 's', serviceLevelObjectiveParameter: [{ relatedEntity: [{ id: 'x' }] }] },
  slaViolation: { id: 'v', violation: { rule: { id: 's' } } },
  billingAccount: { id: 'a', relatedParty },
  appliedCustomerBillingRate: {
    id: 'c',
    relatedParty,
    billingAccount: { id: 'a' },
    type: 'appliedBillingCredit',
    characteristic: [
      { name: 'serviceId', value: 'x' },
      { name: 'slaViolationId', value: 'v' },
    ],
  },
};

/** The service comes last of all. */
function client() {
  let objectiveCame = (): void => undefined;
  const objective = new Promise<void>((resolve) => {
    objectiveCame = resolve;
  });
  const answer = async ({ resource }: Source, id: string): Promise<TmfObject | undefined> => {
    const row = ROWS[resource];
    if (resource === 'serviceLevelObjective') objectiveCame();
    if (resource === 'service') {
      await objective;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return row?.id === id ? row : undefined;
  };
  const made = {
    pinned: () => made,
    providersOf: () => ['one'],
    ofUser: () => false,
    one: answer,
    many: async (from: Source, ids: readonly string[]) =>
      (await Promise.all(ids.map((id) => answer(from, id)))).filter((each) => each !== undefined),
  };
  return made;
}

/** A cache that keeps nothing. */
const values = {
  async read({
    keys,
    load,
  }: {
    keys: readonly string[];
    load: (keys: readonly string[]) => Promise<Map<string, unknown>>;
  }) {
    const found = await load(keys);
    return new Map([...found].map(([key, value]) => [key, { value, asOfMs: 0, freshness: 'LIVE' }]));
  },
};

test('a charge’s service and the violation on that service wait for the back ends, not for each other', {
  timeout: 5_000,
}, async () => {
  // as much of each as it takes
  const systems = { contract, client: client(), values, now: Date.now } as unknown as Systems;
  const billing = serve('billing', systems, modules.get('billing')?.resolvers ?? {});
  const nowMs = Date.parse('2026-11-15T10:00:00Z');
  const functions = ['SERVICE_VIEW', 'PERFORMANCE_VIEW', 'CHARGE_VIEW', 'ACCOUNT_VIEW', 'BILL_VIEW'];
  const operation = {
    requestId: 'r',
    principal: {
      actorId: 'm',
      kind: 'MANAGER',
      customerId: encodeId('one', 'Customer', 'me'),
      grants: [{ functions, scope: { kind: 'CUSTOMER' } }],
      grantVersion: '1',
    },
    nowMs,
    deadlineMs: nowMs + 60_000,
    signal: new AbortController().signal,
  } as unknown as Operation;
  const result = await billing.run(
    {
      query: `query ($r: [_Any!]!) {
        _entities(representations: $r) { ... on Charge { service { id } slaViolation { id } } }
      }`,
      variables: { r: [{ __typename: 'Charge', id: encodeId('one', 'Charge', 'c') }] },
    },
    operation,
  );
  expect(JSON.parse(JSON.stringify(result))).toEqual({
    data: {
      _entities: [
        {
          service: { id: encodeId('one', 'Service', 'x') },
          slaViolation: { id: encodeId('one', 'SlaViolation', 'v') },
        },
      ],
    },
  });
});
