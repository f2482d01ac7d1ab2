// SSM-A-01: `npm run actor:add` makes those whom nobody can invite: a customer's first manager, and the provider's own.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeId } from '../../schema/id.ts';
import { runCommand } from '../../test/support/command.ts';
import { readPrincipal } from '../store/grants.ts';
import { openStore } from '../store/store.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ssm-actor-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const add = (...args: readonly string[]) =>
  runCommand(new URL('./actor-add.ts', import.meta.url), ...args, '--data', folder);

test('SSM-A-01 a first manager, and staff: with a link to a password, on the record, and once', async () => {
  const customer = encodeId('home', 'Customer', 'cust-1');
  const made = await add('m-1', '--kind', 'MANAGER', '--customer', 'home:cust-1', '--name', 'Mona');
  expect(made).toMatchObject({ code: 0, said: expect.stringMatching(/^added m-1\..*\n\S{20,}\ngood once/) });
  const staff = await add('s-1', '--kind', 'STAFF', '--functions', 'SERVICE_VIEW, USAGE_VIEW');
  expect(staff.code, staff.said).toBe(0);
  const again = await add('m-1', '--kind', 'MANAGER', '--customer', 'home:cust-2');
  expect(again).toEqual({ code: 1, said: 'there is an actor m-1 already\n' });

  const store = await openStore({ dataFolder: join(folder, 'database') });
  try {
    const manager = await readPrincipal(store, 'm-1', Date.now());
    expect(manager).toMatchObject({ kind: 'MANAGER', customerId: customer, displayName: 'Mona' });
    expect(await readPrincipal(store, 's-1', Date.now())).toMatchObject({
      kind: 'STAFF',
      grants: [{ functions: ['SERVICE_VIEW', 'USAGE_VIEW'], scope: { kind: 'EVERY_CUSTOMER' } }],
    });
    const entries = await store.db
      .select()
      .from(store.tables.auditEntry)
      .orderBy(store.tables.auditEntry.seq);
    expect(entries.map(({ action, objectId }) => `${action} ${objectId}`)).toEqual([
      'addActor m-1',
      'passwordLink m-1',
      'addActor s-1',
      'passwordLink s-1',
    ]);
  } finally {
    await store.close();
  }
}, 120_000);

test('SSM-A-01 what is not understood adds nobody', async () => {
  const said = async (...args: readonly string[]) => {
    const { code, said: text } = await add('x', ...args);
    expect(code).toBe(1);
    return text;
  };
  expect(await said('--kind', 'STAFF', '--functions', 'SERVICE_VIEW,EVERYTHING')).toBe(
    'there is no function EVERYTHING\n',
  );
  expect(await said('--kind', 'MANAGER', '--customer', 'cust-1')).toContain('home:cust-1');
  for (const args of [
    [],
    ['--kind', 'MANAGER'],
    ['--kind', 'SSM_USER'],
    ['--kind', 'STAFF', '--customer', 'home:c'],
  ])
    expect(await said(...args)).toContain('npm run actor:add');
}, 120_000);
