// What is sent to back ends of versions 2, 3 and 5, and what is read of their answers: one shape for the rest of the code.
import { afterEach, describe, expect, it } from 'vitest';
import type { Api } from '../backends.ts';
import { callOf, type Route, scenes, sendJson } from '../misbehaving-server.ts';
import { differenceOf } from './differences.ts';
import { ours, theirQuery, theirs } from './one-shape.ts';

const against = scenes(afterEach);
const path = (url: string | undefined) => decodeURIComponent(url ?? '').replace(/^\/\w+\/v\d/, '');

/** TMF678 and TMF677 are what the test client has: its TMF678 stands for any API here. */
const BILLS = { provider: 'home', api: 'TMF678', resource: 'customerBill' } as const;
const RATES = { ...BILLS, resource: 'appliedCustomerBillingRate' } as const;
const USAGE = { provider: 'home', api: 'TMF677', resource: 'queryUsageConsumption' } as const;

describe('version 2', () => {
  const difference = differenceOf('TMF623', 'v2') ?? {};
  const read = (object: object) => ours(difference, object, 'slaViolation');

  it('has addresses for references: ids are their last part, and never in the place of an id', () => {
    expect(
      read({
        id: 1,
        relatedParty: [
          { href: 'http://a.example/customer/c%2F1?x=y', role: 'customer' },
          { id: 'c-2', href: 'x/c-3' },
        ],
        sla: { href: 'http://a.example/sla/7/' },
        violation: { operator: '.ge', rule: { href: 'slo-1' } },
      }),
    ).toEqual({
      id: 1,
      relatedParty: [
        { id: 'c/1', href: 'http://a.example/customer/c%2F1?x=y', role: 'customer' },
        { id: 'c-2', href: 'x/c-3' },
      ],
      sla: { id: '7', href: 'http://a.example/sla/7/' },
      violation: { operator: '>=', rule: { id: 'slo-1', href: 'slo-1' } },
    });
  });

  it.each([
    [{ relatedParty: [{ role: 'customer' }, 'text', null], violation: { operator: 'about' } }],
    [
      {
        relatedParty: { href: 'http://a.example/%E0%A4%A' },
        sla: 'text',
        violation: { operator: 5, rule: [] },
      },
    ],
    [{ id: 'v' }],
  ])('leaves alone what it does not know: %j', (object) => {
    expect(read(object)).toEqual(object);
  });

  it('has words for signs', () => {
    const signs = ['ge', '.gt', 'LE', '.lt', 'eq', '>='].map((operator) => read({ violation: { operator } }));
    expect(signs).toEqual(['>=', '>', '<=', '<', '=', '>='].map((operator) => ({ violation: { operator } })));
  });
});

describe('version 5', () => {
  const party = {
    role: 'customer',
    '@type': 'RelatedPartyRefOrPartyRoleRef',
    partyOrPartyRole: { id: 'c-1', name: 'Ada', '@referredType': 'Individual' },
  };

  it('has parties one level deeper: filters go there, and objects come as in version 4', async () => {
    const route: Route = (_, response) =>
      sendJson(response, [{ id: 'b-1', state: 'sent', relatedParty: [party] }]);
    const { server, client } = await against(route, { version: 'v5' });
    const found = await client.many(BILLS, ['c-1'], { by: 'relatedParty.id', fields: ['state'] }, callOf());
    expect(path(server.received[0]?.url)).toMatch(
      /^\/customerBill\?fields=id,state,relatedParty&relatedParty\.partyOrPartyRole\.id=c-1&/,
    );
    expect(found).toEqual([
      {
        id: 'b-1',
        state: 'sent',
        relatedParty: [
          {
            id: 'c-1',
            name: 'Ada',
            role: 'customer',
            '@type': 'RelatedPartyRefOrPartyRoleRef',
            '@referredType': 'Individual',
          },
        ],
      },
    ]);
  });

  it('has other names: asked for, filtered by, sorted by, read and written', async () => {
    let kept: object = { id: 'r-1', appliedBillingRateType: 'usage' };
    const { server, client } = await against(
      ({ method, body }, response) => {
        if (method === 'PATCH') kept = { ...kept, ...JSON.parse(body) };
        sendJson(response, method === 'GET' && server.received.length > 1 ? kept : [kept]);
      },
      { version: 'v5' },
    );
    const ask = { fields: ['type'], filter: { type: 'usage' }, sort: '-type', offset: 0, limit: 5 };
    const page = await client.page(RATES, ask, callOf());
    expect(page.items).toEqual([{ id: 'r-1', type: 'usage' }]);
    expect(path(server.received[0]?.url)).toBe(
      '/appliedCustomerBillingRate?fields=id,appliedBillingRateType&appliedBillingRateType=usage&sort=-appliedBillingRateType&offset=0&limit=5',
    );
    const changes = { type: 'recurring', relatedParty: [{ id: 'c-1', role: 'customer' }] };
    expect((await client.change(RATES, 'r-1', { changes }, callOf())).kind).toBe('DONE');
    expect(JSON.parse(server.received[1]?.body ?? '')).toEqual({
      appliedBillingRateType: 'recurring',
      relatedParty: [{ role: 'customer', partyOrPartyRole: { id: 'c-1' } }],
    });
  });

  it('notifies in its own shape, which is read in ours', async () => {
    const { client } = await against((_, response) => sendJson(response, []), { version: 'v5' });
    const object = { id: 'b-1', relatedParty: [{ role: 'customer', partyOrPartyRole: { id: 'c-1' } }] };
    expect(client.shaped(BILLS, object)).toEqual({
      id: 'b-1',
      relatedParty: [{ role: 'customer', id: 'c-1' }],
    });
  });

  it('keeps the operator of a filter, and asks for identifiers in their list', () => {
    const orders = differenceOf('TMF622', 'v5') ?? {};
    expect(theirQuery(orders, 'orderDate.gte=2026&externalId=x,y&fields=id,externalId&sort=-orderDate')).toBe(
      'creationDate.gte=2026&externalId.id=x,y&fields=id,externalId&sort=-creationDate',
    );
  });
});

describe('version 3', () => {
  it('of TMF677 is read where version 4 asks by a task, and counts plainly', async () => {
    const { server, client } = await against(
      (_, response) =>
        sendJson(response, [
          {
            id: 'u-1',
            effectiveDate: '2026-11-15T10:00:00Z',
            bucket: [
              {
                id: 'k-1',
                service: [{ id: 's-1' }],
                bucketBalance: [
                  { unit: 'GB', remainingValue: 2.5, validFor: { endDateTime: '2026-12-01T00:00:00Z' } },
                ],
                bucketCounter: [{ value: 7.5, unit: 'GB', valueLabel: '7.5 GB', counterType: 'used' }],
              },
            ],
          },
        ]),
      { version: 'v3' },
    );
    const task = await client.task(
      USAGE,
      { searchCriteria: { service: [{ id: 's-1' }, { id: 's/2' }] } },
      callOf(),
    );
    expect(server.received.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /usage/v4/usageConsumptionReport?service.id=s-1,s%2F2',
    ]);
    expect(task).toMatchObject({
      usageConsumption: [
        {
          creationDate: '2026-11-15T10:00:00Z',
          bucketRefOrValue: [
            {
              id: 'k-1',
              remainingValue: { amount: 2.5, units: 'GB' },
              validFor: { endDateTime: '2026-12-01T00:00:00Z' },
              bucketCounter: [
                { value: { amount: 7.5, units: 'GB' }, valueName: '7.5 GB', counterType: 'used' },
              ],
            },
          ],
        },
      ],
    });
  });
});

describe('version 3, as its descriptions have it', () => {
  const read = (api: Api, resource: string, object: object) =>
    ours(differenceOf(api, 'v3') ?? {}, object, resource);
  const written = (api: Api, resource: string, object: object) =>
    theirs(differenceOf(api, 'v3') ?? {}, object, resource);

  it.each<[Api, string, object, object]>([
    [
      'TMF641',
      'serviceOrder',
      {
        id: 'o-1',
        orderItem: [{ id: '1', orderItemRelationship: [{ id: '2', relationshipType: 'reliesOn' }] }],
      },
      {
        id: 'o-1',
        serviceOrderItem: [
          { id: '1', serviceOrderItemRelationship: [{ id: '2', relationshipType: 'reliesOn' }] },
        ],
      },
    ],
    [
      'TMF640',
      'service',
      { id: 's-1', serviceOrder: [{ id: 'o-1', serviceOrderItemId: '1' }] },
      { id: 's-1', serviceOrderItem: [{ id: 'o-1', serviceOrderItemId: '1' }] },
    ],
    [
      'TMF656',
      'serviceProblem',
      {
        id: 'p-1',
        timeRaised: '2026-11-15T10:00:00Z',
        comment: [{ text: 'x' }],
        relatedObject: [{ id: 'e-1' }],
        associatedTroubleTicket: [{ id: 't-1' }],
        associatedSLAViolation: [{ id: 'v-1' }],
        impactPatterns: { description: 'y' },
        extensionInfo: [{ name: 'a', value: 'b' }],
      },
      {
        id: 'p-1',
        creationDate: '2026-11-15T10:00:00Z',
        note: [{ text: 'x' }],
        relatedEntity: [{ id: 'e-1' }],
        troubleTicket: [{ id: 't-1' }],
        slaViolation: [{ id: 'v-1' }],
        impactPattern: { description: 'y' },
        characteristic: [{ name: 'a', value: 'b' }],
      },
    ],
    [
      'TMF653',
      'serviceTest',
      { id: 't-1', relatedService: { id: 's-1' } },
      { id: 't-1', relatedService: { id: 's-1' } },
    ],
  ])('%s is read in our names, and written in its own', (api, resource, its, inOurs) => {
    expect(read(api, resource, its)).toEqual(inOurs);
    expect(written(api, resource, inOurs)).toEqual(its);
  });
});

it('what a version does not have is not asked for', () => {
  expect(differenceOf('TMF628', 'v4')?.absent).toEqual(['performanceMeasurement']);
  expect(differenceOf('TMF628', 'v5')).toBeUndefined();
  expect(differenceOf('TMF638', 'v4')).toBeUndefined();
});
