// Where the objects of one operation stand: told by what it has, if that tells, else by what is asked for besides.
import { type GraphQLResolveInfo, Kind, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { findSubgraphs, readContract } from '../schema/contract.ts';
import { encodeId } from '../schema/id.ts';
import type { Operation } from '../schema/ports.ts';
import type { Principal } from '../schema/principal.ts';
import type { SubgraphContext } from './context.ts';
import { resolveEntities } from './entities.ts';
import { type Item, reference } from './item.ts';
import type { Systems } from './loads.ts';
import { objectsOf } from './objects.ts';
import type { Source, TmfObject } from './tmf/client.ts';

const TEXTS = findSubgraphs(new URL('./', import.meta.url));
const contract = readContract(TEXTS);

const ofCustomer = (id: string, customer: string): TmfObject => ({
  id,
  name: `name of ${id}`,
  place: [],
  relatedParty: [
    { id: 'somebody', role: 'user' },
    { id: customer, role: 'customer' },
  ],
});
const SERVICES = [ofCustomer('mine', 'me'), ofCustomer('other', 'them')];
const objective = (...services: string[]): TmfObject => ({
  id: `of ${services.join(' and ')}`,
  serviceLevelObjectiveParameter: [{ relatedEntity: services.map((id) => ({ id })) }],
});

const FUNCTIONS = ['SERVICE_VIEW', 'PERFORMANCE_VIEW'] as const;
const customer = (id: string) => encodeId('one', 'Customer', id);
const manager = (id: string): Principal => ({
  actorId: 'm',
  kind: 'MANAGER',
  customerId: customer(id),
  grants: [{ functions: FUNCTIONS, scope: { kind: 'CUSTOMER' } }],
  grantVersion: '1',
});
const STAFF: Principal = {
  actorId: 's',
  kind: 'STAFF',
  grants: [{ functions: FUNCTIONS, scope: { kind: 'EVERY_CUSTOMER' } }],
  grantVersion: '1',
};

function around(principal: Principal, sheets = contract) {
  const asked: (readonly string[])[] = [];
  const read: string[] = [];
  const of = (id: string, fields: readonly string[]): TmfObject[] =>
    SERVICES.filter((each) => each.id === id).map((each) => ({
      ...Object.fromEntries(Object.entries(each).filter(([name]) => fields.includes(name))),
      id,
    }));
  const client = {
    providersOf: () => ['one'],
    async one(_from: Source, id: string, { fields }: { readonly fields: readonly string[] }) {
      asked.push(fields);
      return of(id, fields)[0];
    },
    async many(_from: Source, ids: readonly string[], { fields }: { readonly fields: readonly string[] }) {
      asked.push(fields);
      return ids.flatMap((id) => of(id, fields));
    },
  };
  const operation = {
    principal,
    nowMs: Date.parse('2026-11-15T10:00:00Z'),
    recordReads: (_entry: unknown, customers: readonly string[]) => void read.push(...customers),
  };
  // as much of both as it takes to find where something stands
  const objects = objectsOf(
    { contract: sheets, client } as unknown as Systems,
    operation as unknown as Operation,
  );
  const has = (type: string, ...rows: readonly TmfObject[]) =>
    objects.loads.keep(objects.sheet(type), 'one', rows, ['id', ...Object.keys(rows[0] ?? {})]);
  return { objects, asked, read, has };
}

const service = (id: string) => reference('Service', 'one', id);

describe('a reference to what this operation has', () => {
  test('stands where that stands, and nothing is asked', () => {
    const { objects, asked, has } = around(manager('me'));
    has('Service', ...SERVICES);
    expect(objects.mayUse('SERVICE_VIEW', service('mine'))).toBe(true);
    expect(objects.mayUse('SERVICE_VIEW', service('other'))).toBe(false);
    expect(asked).toEqual([]);
  });

  test('loaded without what tells whose it is, it is asked for that', async () => {
    const { objects, asked } = around(manager('me'));
    await Promise.all(['mine', 'other'].map((id) => objects.load('Service', 'one', id, ['id', 'name'])));
    expect(await objects.mayUse('SERVICE_VIEW', service('mine'))).toBe(true);
    expect(await objects.mayUse('SERVICE_VIEW', service('other'))).toBe(false);
    expect(asked.map((fields) => fields.includes('relatedParty'))).toEqual([false, true, true]);
  });

  test('that was looked for and is not there, is nobody’s', async () => {
    const { objects } = around(STAFF);
    await objects.load('Service', 'one', 'gone', ['id', 'relatedParty', 'place']);
    expect(await objects.mayUse('SERVICE_VIEW', service('gone'))).toBe(false);
  });
});

test('an entity whose place is known is given to who may see it, and is nothing to others as if it were not there', async () => {
  const { objects, asked, has } = around(manager('me'));
  has('Service', ...SERVICES);
  const sheet = contract.subgraphs.get('performance');
  const representations = ['mine', 'other', 'mine'].map((id) => ({
    __typename: 'Service',
    id: encodeId('one', 'Service', id),
  }));
  const found = await resolveEntities(
    null,
    { representations },
    { objects, contract, sheet, operation: objects.operation } as SubgraphContext,
    // nothing selected but the key
    { fieldNodes: [] } as unknown as GraphQLResolveInfo,
  );
  expect(found).toMatchObject([{ raw: { id: 'mine' } }, undefined, { raw: { id: 'mine' } }]);
  expect(asked).toEqual([]);
});

test.each([
  ['{ id }', []],
  // the field reads what tells whose a service is: it is the object that is asked for, not its name alone
  ['{ id parties }', ['relatedParty']],
])('an entity of which %s is selected elsewhere than at home', async (selection, read) => {
  const extra = `type Service @key(fields: "id") { id: ID! parties: String @tmf(needs: ["relatedParty"]) }`;
  const more = readContract([...TEXTS, { name: 'extra', sdl: `extend schema @link(url: "x") ${extra}` }]);
  const sheet = more.subgraphs.get('extra');
  const { objects, has } = around(manager('me'), more);
  has('Service', ...SERVICES);
  const [node] = parse(`{ _entities ${selection} }`).definitions;
  const fieldNodes = node?.kind === Kind.OPERATION_DEFINITION ? node.selectionSet.selections : [];
  const found = await resolveEntities(
    null,
    { representations: [{ __typename: 'Service', id: encodeId('one', 'Service', 'mine') }] },
    { objects, contract: more, sheet, operation: objects.operation } as SubgraphContext,
    { fieldNodes, fragments: {} } as unknown as GraphQLResolveInfo,
  );
  const [{ raw } = { raw: {} }] = found as readonly Item[];
  expect(Object.keys(raw)).toEqual(expect.arrayContaining(['id', ...read]));
});

describe('what hangs on others', () => {
  const item = (raw: TmfObject) => ({ __typename: 'ServiceLevelObjective', provider: 'one', raw });

  test.each([
    ['me', ['mine'], true],
    ['me', ['other'], false],
    ['me', ['other', 'mine'], true],
    ['them', ['other', 'mine'], true],
    ['me', [], false],
    ['nobody', ['other', 'mine'], false],
  ])('%s: %j is seen: %s', async (of, services, isSeen) => {
    const { objects, has } = around(manager(of));
    has('Service', ...SERVICES);
    expect(await objects.visible([item(objective(...services))])).toHaveLength(isSeen ? 1 : 0);
  });

  test('staff that is given it is on record with each customer, once', async () => {
    const { objects, read, has } = around(STAFF);
    has('Service', ...SERVICES);
    await objects.visible([objective('other', 'mine'), objective('mine')].map(item));
    objects.reads.record('performance');
    expect(read.sort()).toEqual([customer('me'), customer('them')].sort());
  });
});
