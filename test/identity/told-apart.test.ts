// SSM-A-09: what is read through a subgraph elsewhere that keeps no state is on record all the same; a refusal says what is lacking.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DemoActor } from '../../mocks/actors.ts';
import { type Instance, startWorld, type World } from '../support/gateway.ts';
import { customer } from './asking.ts';
import { ownOf } from './sign-in-world.ts';

const CLERK: DemoActor = {
  actorId: 'clerk',
  kind: 'STAFF',
  displayName: 'Clerk',
  grants: [{ functions: ['SERVICE_VIEW'], scope: { kind: 'EVERY_CUSTOMER' } }],
};

let world: World;
let apart: Instance;
beforeAll(async () => {
  world = await startWorld({ actors: [CLERK] });
  const { url } = await world.subgraphs(['inventory']);
  apart = await world.another({ env: { SUBGRAPHS: `inventory=${url}/inventory` } });
});
afterAll(() => world.stop());

const SERVICE = `{ service(id: "${Buffer.from('home:Service:svc-acme-m-02').toString('base64url')}") { id } }`;
const PRODUCTS = '{ products(first: 1) { nodes { id } } }';

describe('SSM-A-09 a subgraph over HTTP, without a store', () => {
  test('SSM-A-09 what staff reads there is recorded by the gateway, with its customer', async () => {
    const { data, errors, requestId } = await apart.ask(SERVICE, { as: 'clerk' });
    expect(errors).toEqual([]);
    expect(data).toMatchObject({ service: {} });
    const { audit, store } = ownOf(apart);
    await audit.flush();
    const entries = await store.db.select().from(store.tables.auditEntry);
    expect(entries.filter((entry) => entry.requestId === requestId)).toMatchObject([
      {
        action: 'read',
        actorId: 'clerk',
        customerId: customer('cust-acme'),
        detail: 'inventory',
        outcome: 'DONE',
      },
    ]);
  });

  test('SSM-A-09 what a customer reads of its own is no entry, and nothing of it reaches the client', async () => {
    const { text, requestId } = await apart.ask(SERVICE, { as: 'acme-manager' });
    expect(text).not.toContain('"reads"');
    const { audit, store } = ownOf(apart);
    await audit.flush();
    const entries = await store.db.select().from(store.tables.auditEntry);
    expect(entries.filter((entry) => entry.requestId === requestId)).toEqual([]);
  });
});

describe('SSM-A-08 a refusal', () => {
  test.each([
    ['of the whole operation', () => world.ask],
    ['by a subgraph over HTTP', () => apart.ask],
  ])('SSM-A-08 %s names the function that is lacking', async (_, ask) => {
    const { text } = await ask()(`{ me { kind } ${PRODUCTS.slice(1)}`, { as: 'acme-user' });
    expect(JSON.parse(text).errors[0].extensions).toMatchObject({
      code: 'FORBIDDEN',
      function: 'PRODUCT_VIEW',
    });
    const whole = await ask()(PRODUCTS, { as: 'acme-user' });
    expect(JSON.parse(whole.text).errors[0].extensions).toMatchObject({ function: 'PRODUCT_VIEW' });
  });
});
