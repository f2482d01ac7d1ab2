// `npm run actor:add -- <actor>`: the first manager of a customer, or somebody of the provider's own; all others are invited.
import { parseArgs } from 'node:util';
import { eq } from 'drizzle-orm';
import { FUNCTIONS, type SsmFunction } from '../../schema/access.ts';
import { encodeId } from '../../schema/id.ts';
import { type ActorToSave, saveActors } from '../store/actors.ts';
import { firstLink, recordAdded } from './first-link.ts';
import { openedStore, STORE_ARGUMENTS, STORE_USAGE } from './opened-store.ts';

const USAGE = `npm run actor:add -- <actor> [--name "…"] ${STORE_USAGE}
  --kind MANAGER --customer <provider>:<back end's customer id>
  --kind STAFF|ANALYTICS --functions SERVICE_VIEW,USAGE_VIEW…   on every customer
  --kind PARTNER`;

const ARGUMENTS = {
  ...STORE_ARGUMENTS,
  kind: { type: 'string' },
  customer: { type: 'string' },
  functions: { type: 'string' },
  name: { type: 'string' },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof ARGUMENTS }>>['values'];

const isFunction = (name: string): name is SsmFunction => Object.hasOwn(FUNCTIONS, name);

function functionsIn(text: string): readonly SsmFunction[] {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !isFunction(name));
  if (unknown.length > 0) throw new Error(`there is no function ${unknown.join(', ')}`);
  return names.filter(isFunction);
}

function customerIn(text: string): string {
  const [, provider, id] = /^([a-z][a-z0-9-]{0,31}):(.{1,512})$/.exec(text) ?? [];
  if (provider === undefined || id === undefined)
    throw new Error(`--customer is <provider>:<id>, as in home:cust-1, not ${text}`);
  return encodeId(provider, 'Customer', id);
}

function actorIn(actorId: string, { kind, customer, functions, name }: Values): ActorToSave {
  const common = { actorId, ...(name === undefined ? {} : { displayName: name }) };
  if (kind === 'MANAGER' && customer !== undefined && functions === undefined)
    return { ...common, kind, customerId: customerIn(customer), grants: [], wholeContract: true };
  if ((kind === 'STAFF' || kind === 'ANALYTICS') && functions !== undefined && customer === undefined) {
    const grant = { functions: functionsIn(functions), scope: { kind: 'EVERY_CUSTOMER' } } as const;
    return { ...common, kind, grants: [grant] };
  }
  if (kind === 'PARTNER' && functions === undefined && customer === undefined)
    return { ...common, kind, grants: [] };
  throw new Error(USAGE);
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ options: ARGUMENTS, allowPositionals: true });
  const [actorId] = positionals;
  if (actorId === undefined || actorId.length > 200) throw new Error(USAGE);
  const made = actorIn(actorId, values);
  const store = await openedStore(values, { mayBeNew: true });
  if (store === undefined) throw new Error(USAGE);
  try {
    const { actor } = store.tables;
    const found = await store.db.select().from(actor).where(eq(actor.actorId, actorId));
    // what an actor may do already is its manager's to change
    if (found.length > 0) throw new Error(`there is an actor ${actorId} already`);
    await saveActors(store, [made]);
    const about = { actorId, customerId: made.customerId };
    await recordAdded(store, about);
    console.log(`added ${actorId}. Where actors sign in here, the link to its first password:`);
    console.log(await firstLink(store, about));
  } finally {
    await store.close();
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
