// Mixes of deviations that nobody thought of: an answer may lack what it says it lacks; never wrong, never twice, never another's.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { leaksIn, type Words, wordsOfOthers } from '../matrix/leaks.ts';
import { actedOperations } from '../support/client-operations.ts';
import { compare } from './compare.ts';
import { JOURNEYS } from './journeys.ts';
import { plainIds } from './plain-ids.ts';
import { startWildWorld, type WildWorld } from './wild-world.ts';

const SEED = 20261115;
const MIXES = 40;
const JOURNEYS_PER_MIX = 3;
/** As many mixes as the time allows, and says how many; SWEEP=all tries all. */
const AT_MOST_MS = process.env.SWEEP === 'all' ? 240_000 : 8_000;

/** Of each group a server can have one habit alone. */
const HABITS: readonly (readonly string[])[] = [
  ['filters-ignored', 'nested-filters-ignored', 'nested-filters-empty', 'rows-foreign'],
  ['comma-empty', 'ids-comma-only', 'ids-ignored'],
  ['limit-ignored', 'paging-ignored', 'limit-capped', 'pages-by-link'],
  ['total-absent', 'total-unfiltered', 'total-of-page'],
  ['envelope-data', 'envelope-named', 'envelope-deep'],
  ['fields-ignored'],
  ['id-leaked', 'rows-without-id'],
  ['href-relative', 'href-link-local', 'href-elsewhere', 'href-other-scheme'],
  ['money-currency-amount', 'money-units-amount', 'money-as-text'],
  ['states-padded', 'states-spelt-out'],
  ['dates-mixed', 'dates-reversed'],
  ['nulls-everywhere'],
  ['create-202', 'create-200', 'create-without-body', 'create-monitored', 'tasks-later', 'create-demands-id'],
  ['errors-numeric', 'errors-bare', 'errors-listed', 'errors-html', 'not-found-as-500', 'errors-as-200'],
  ['html-as-200', 'redirects', 'nan-literal'],
  ['headers-demanded', 'token-of-country', 'second-token-demanded', 'base-prefixed'],
];
const APIS = [
  'TMF620',
  'TMF628',
  'TMF629',
  'TMF635',
  'TMF637',
  'TMF638',
  'TMF651',
  'TMF657',
  'TMF666',
  'TMF677',
  'TMF678',
];

const habits = fc
  .uniqueArray(fc.constantFrom(...HABITS), { minLength: 1, maxLength: 4 })
  .chain((groups) => fc.tuple(...groups.map((group) => fc.constantFrom(...group))));
const mix = fc.record({
  deviations: fc
    .uniqueArray(fc.tuple(fc.constantFrom(...APIS), habits), {
      minLength: 1,
      maxLength: 5,
      selector: ([api]) => api,
    })
    .map((entries) => Object.fromEntries(entries)),
  journeys: fc.uniqueArray(fc.constantFrom(...JOURNEYS), {
    minLength: JOURNEYS_PER_MIX,
    maxLength: JOURNEYS_PER_MIX,
  }),
});

const operations = new Map((await actedOperations()).map((each) => [each.name, each]));

let wild: WildWorld;
let words: Words;
beforeAll(async () => {
  wild = await startWildWorld();
  words = await wordsOfOthers('acme', wild.world.simulator);
});
afterAll(() => wild.stop());

test(`SSM-A-08 ${MIXES} random mixes of deviations: no wrong answer, no leak`, {
  timeout: 300_000,
}, async () => {
  const untilMs = performance.now() + AT_MOST_MS;
  let tried = 0;
  for (const { deviations, journeys } of fc.sample(mix, { seed: SEED, numRuns: MIXES })) {
    if (performance.now() > untilMs) break;
    tried += 1;
    await wild.under(deviations);
    for (const name of journeys) {
      const operation = operations.get(name);
      if (operation === undefined) throw new Error(`no operation ${name}`);
      const { right, given } = await wild.ask(operation);
      const { faults } = compare(right.data, plainIds(given.data), given.errors);
      expect(faults, `${name} under ${JSON.stringify(deviations)}: ${JSON.stringify(given.errors)}`).toEqual(
        [],
      );
      if (operation.options.as?.startsWith('acme-') === true) expect(leaksIn(given.text, words)).toEqual([]);
    }
  }
  if (tried < MIXES) process.stderr.write(`random-mix: ${tried} of ${MIXES} mixes in the time\n`);
  expect(tried).toBeGreaterThan(0);
  expect(wild.trapped()).toBe(0);
});
