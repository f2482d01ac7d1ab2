// Deviations × journeys: whatever back ends do, the answer is right, or says what it lacks; with the calls that it took.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTokens } from '../../mocks/deviations/access.ts';
import { EVENTS } from '../../mocks/deviations/events.ts';
import { createSwitches } from '../../mocks/deviations/switches.ts';
import { type ActedOperation, actedOperations } from '../support/client-operations.ts';
import { compare } from './compare.ts';
import { JOURNEYS } from './journeys.ts';
import { plainIds } from './plain-ids.ts';
import { startWildWorld, type WildWorld } from './wild-world.ts';

const { known } = createSwitches(createTokens());
/** Of writes and notifications: no journey that reads meets them. States that nobody knows make another answer: own-words.test.ts. */
const ELSEWHERE = [
  ...Object.keys(EVENTS),
  'patch-201',
  'patch-204',
  'patch-dropped',
  'patch-merge-type-only',
  'states-own',
];
const READING = Object.entries(known).filter(([name]) => !ELSEWHERE.includes(name));

/** All of them takes minutes: wherever somebody asks for it; else one in four where services are real, elsewhere one in seven. */
const isWhole = process.env.SWEEP === 'all';
const EVERY = isWhole ? 1 : process.env.REQUIRE_SERVICES === '1' ? 4 : 7;
const TRIED = READING.filter((_, index) => index % EVERY === 0);
if (!isWhole)
  console.warn(
    `\n*** TRIED: ${TRIED.length} of ${READING.length} deviations; all of them with SWEEP=all ***\n`,
  );

const operations = new Map((await actedOperations()).map((each) => [each.name, each]));
const journeys = JOURNEYS.map((name) => operations.get(name)).filter((each) => each !== undefined);

const cells = new Map<string, readonly string[]>();
let wild: WildWorld;
beforeAll(async () => {
  wild = await startWildWorld();
});
afterAll(() => wild.stop());

/** Without filters the simulator draws every usage record of its world for each page: minutes, and no other way of reading. */
const isTooSlow = (name: string, journey: ActedOperation) =>
  name.includes('filters') && journey.name === 'MobileUsageDetail';

async function cell(name: string, journey: ActedOperation): Promise<string> {
  if (isTooSlow(name, journey)) return '–';
  const { right, given } = await wild.ask(journey);
  expect(right.errors, journey.name).toEqual([]);
  const { faults, missing } = compare(right.data, plainIds(given.data), given.errors);
  expect(faults, `${name}, ${journey.name}: ${JSON.stringify(given.errors.slice(0, 2))}`).toEqual([]);
  if (given.errors.length > 0) return 'error';
  const isLess = missing.length > 0 ? 'part ' : '';
  const { length } = given.calls;
  return `${isLess}${length === right.calls.length ? length : `${right.calls.length} → ${length}`}`;
}

const table = (): string =>
  [
    '# What back ends do × what clients ask',
    '',
    'A number is the REST calls of a right answer, `a → b` those of undisturbed and deviating back ends; `part`: the page',
    'is shorter and says that there is more, or a sum says that it is not whole; `error`: what is missing has an error; `–`: not asked.',
    '',
    `| back ends … | ${journeys.map(({ name }) => name).join(' | ')} |`,
    `| --- | ${journeys.map(() => '---').join(' | ')} |`,
    ...READING.flatMap(([name, does]) => {
      const row = cells.get(name);
      return row === undefined ? [] : [`| \`${name}\`: ${does} | ${row.join(' | ')} |`];
    }),
    '',
  ].join('\n');

describe('SSM-A-08 back ends that deviate', () => {
  test.each(TRIED)('SSM-A-08 %s: %s', { timeout: 180_000 }, async (name) => {
    await wild.under({ '*': [name] });
    const row: string[] = [];
    for (const journey of journeys) row.push(await cell(name, journey));
    cells.set(name, row);
    expect(wild.trapped()).toBe(0);
  });

  test.runIf(isWhole)('the table is as committed', async () => {
    await expect(table()).toMatchFileSnapshot('deviations-by-journey.md');
  });
});
