// One token endpoint for several countries: each provider gets tokens of its own country, and new ones in time.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeId } from '../../schema/id.ts';
import { type Instance, startWorld, type World } from '../support/gateway.ts';
import { TOKEN_AUTH } from './settings.ts';

const COUNTRIES = ['de', 'fr'];
/** A token lives 59 min 59 s, a kept offering less than this too. */
const LATER_MS = 2 * 3_600_000;

let world: World;
let gateway: Instance;
let folder: string;
beforeAll(async () => {
  process.env.WILD_CLIENT = 'wild';
  folder = await mkdtemp(join(tmpdir(), 'ssm-countries-'));
  // Redis forgets by its own clock
  world = await startWorld({ env: { REDIS_URL: '' } });
  const { url, apis } = world.simulator;
  const at = apis.find(({ api }) => api === 'TMF620')?.baseUrl;
  const providers = COUNTRIES.map((id) => ({
    id,
    auth: { ...TOKEN_AUTH(url), parameters: { country: id } },
    headers: { 'x-country': id },
    apis: { TMF620: { url: at } },
  }));
  const file = join(folder, 'providers.json');
  await writeFile(file, JSON.stringify({ providers }));
  gateway = await world.another({ env: { REDIS_URL: '' }, providersFile: file });
});
afterAll(async () => {
  await world.stop();
  await rm(folder, { recursive: true, force: true });
});

test('SSM-A-08 token-of-country: one call for each country, each with its own token, before and after it ends', async () => {
  const { data } = await world.ask('{ productOfferings(first: 1) { nodes { id name } } }');
  const [offering] = (data as { productOfferings: { nodes: { id: string; name: string }[] } })
    .productOfferings.nodes; // as asked
  const [, , local = ''] = Buffer.from(offering?.id ?? '', 'base64url')
    .toString()
    .split(':');
  const query = COUNTRIES.map(
    (id) => `${id}: productOffering(id: "${encodeId(id, 'ProductOffering', local)}") { name }`,
  );
  world.simulator.deviate('TMF620', 'token-of-country');
  for (const pauseMs of [0, LATER_MS]) {
    world.clock.advance(pauseMs);
    const given = await gateway.ask(`{ ${query.join(' ')} }`);
    expect(given.errors).toEqual([]);
    expect(given.data).toEqual({ de: { name: offering?.name }, fr: { name: offering?.name } });
    expect(given.calls).toEqual(Array(2).fill(`GET TMF620 productOffering/${local}`));
  }
});
