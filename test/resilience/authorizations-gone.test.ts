// SSM-A-06: with authorizations unreadable nobody who signs in is answered; what is public still is.
import { Client } from 'pg';
import { afterAll, expect, test } from 'vitest';
import { startWorld } from '../support/gateway.ts';
import { postgresForTests } from '../support/services.ts';

const postgres = await postgresForTests('authorizations-gone');
afterAll(() => postgres?.close());

const ME = '{ me { actorId } }';
const OFFERINGS = '{ productOfferings(first: 1) { nodes { id } } }';

test.skipIf(postgres === undefined)(
  'SSM-A-06 the tables of grants go away in mid-run, and come back',
  async () => {
    const url = postgres?.url ?? '';
    const world = await startWorld({ env: { DATABASE_URL: url } });
    const admin = new Client({ connectionString: url });
    await admin.connect();
    const rename = (from: string, to: string) => admin.query(`ALTER SCHEMA "${from}" RENAME TO "${to}"`);
    const hidden = `${world.namespace}_hidden`;
    try {
      expect((await world.ask(ME, { as: 'acme-manager' })).status).toBe(200);
      await rename(world.namespace, hidden);
      // nobody has asked as this one: nothing of its grants is known
      const refused = await world.ask(ME, { as: 'acme-billing' });
      expect(refused.status).toBe(503);
      expect(refused.errors).toMatchObject([{ code: 'AUTHORIZATION_UNAVAILABLE' }]);
      expect(refused.data).toBeUndefined();
      expect(refused.text).not.toMatch(/relation|schema|select|postgres/i);
      expect(refused.calls).toEqual([]);
      // what is known of others is good for two seconds
      await expect
        .poll(async () => (await world.ask(ME, { as: 'acme-manager' })).status, { timeout: 10_000 })
        .toBe(503);
      expect((await world.ask(OFFERINGS, { as: 'acme-manager' })).status).toBe(503);
      expect(await world.ask(OFFERINGS)).toMatchObject({ status: 200, data: { productOfferings: {} } });

      await rename(hidden, world.namespace);
      await expect
        .poll(async () => (await world.ask(ME, { as: 'acme-manager' })).status, { timeout: 10_000 })
        .toBe(200);
    } finally {
      await admin.query(`DROP SCHEMA IF EXISTS "${hidden}" CASCADE`);
      await admin.end();
      await world.stop();
    }
  },
);
