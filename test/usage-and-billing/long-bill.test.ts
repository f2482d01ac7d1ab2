// SSM-D-01: a bill of fifty thousand lines, page by page and as a sum; amounts in two currencies are never added.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { encodeId } from '../../schema/id.ts';
import { type Instance, startWorld, type World } from '../support/gateway.ts';
import { BILL, cents, type LongBill, serviceOf, startLongBill } from './long-bill.ts';

const bill = JSON.stringify(encodeId('home', 'CustomerBill', BILL));
const service = (id: string) => encodeId('home', 'Service', id);

let world: World;
let biller: LongBill;
let gateway: Instance;
beforeAll(async () => {
  world = await startWorld();
  biller = await startLongBill(world.simulator);
  gateway = await world.another({ apis: biller.apis, env: { OPERATION_TIMEOUT_MS: '60000' } });
}, 120_000);
beforeEach(() => {
  biller.asked.length = 0;
  biller.lines = 50_000;
  biller.currency = () => 'EUR';
  biller.before = () => undefined;
});
afterAll(async () => {
  await world.stop();
  await biller.close();
});

interface Money {
  readonly amount: string;
  readonly currency: string;
}
interface Summary {
  readonly lines: number;
  readonly isComplete: boolean;
  readonly taxIncluded: readonly Money[];
  readonly groups: readonly {
    readonly service: { readonly id: string } | null;
    readonly taxIncluded: readonly Money[];
  }[];
}

const euros = (sum: number): string => (sum / 100).toFixed(2);
const sumOf = (count: number, counts: (at: number) => boolean = () => true): number =>
  Array.from({ length: count }, (_, at) => (counts(at) ? cents(at) : 0)).reduce((sum, each) => sum + each, 0);

async function summary(): Promise<Summary> {
  const asked = await gateway.ask(
    `{ bill(id: ${bill}) { summary(by: SERVICE, first: 500) { lines isComplete taxIncluded { amount currency }
      groups { service { id } taxIncluded { amount currency } } } } }`,
    { as: 'acme-billing' },
  );
  expect(asked.errors).toEqual([]);
  // as the query has it
  return (asked.data as { bill: { summary: Summary } }).bill.summary;
}

describe('SSM-D-01 a bill of 50,000 lines', () => {
  test('SSM-D-01 page by page: one question for each page, no line twice', async () => {
    const seen = new Set<string>();
    let after = '';
    for (let page = 1; page <= 5; page += 1) {
      const asked = await gateway.ask(
        `{ bill(id: ${bill}) { lines(first: 200${after}) { totalCount nodes { id } pageInfo { hasNextPage endCursor } } } }`,
        { as: 'acme-billing' },
      );
      expect(asked.errors).toEqual([]);
      const { lines } = (
        asked.data as {
          bill: { lines: { totalCount: number; nodes: { id: string }[]; pageInfo: { endCursor: string } } };
        }
      ).bill; // as the query has it
      expect(lines).toMatchObject({ totalCount: 50_000, pageInfo: { hasNextPage: true } });
      for (const { id } of lines.nodes) seen.add(id);
      after = `, after: ${JSON.stringify(lines.pageInfo.endCursor)}`;
      expect(seen.size).toBe(200 * page);
      expect(biller.asked).toHaveLength(page);
      expect(biller.asked.at(-1)?.get('limit')).toBe('200');
    }
  });

  test('SSM-D-01 as a sum: all of it, a thousand lines a question, four questions at once', async () => {
    const found = await summary();
    expect(found).toMatchObject({
      lines: 50_000,
      isComplete: true,
      taxIncluded: [{ amount: euros(sumOf(50_000)), currency: 'EUR' }],
    });
    expect(found.groups).toHaveLength(40);
    for (const group of found.groups.slice(0, 5))
      expect(group.taxIncluded[0]?.amount).toBe(
        euros(sumOf(50_000, (at) => service(serviceOf(at)) === group.service?.id)),
      );
    expect(biller.asked).toHaveLength(50);
    expect(new Set(biller.asked.map((query) => query.get('offset') ?? '0')).size).toBe(50);
    expect(biller.most()).toBeGreaterThan(1);
    expect(biller.most()).toBeLessThanOrEqual(4);
  });

  test('SSM-D-01 more than one answer walks through: said to be incomplete, and what was walked is right', async () => {
    biller.lines = 90_000;
    expect(await summary()).toMatchObject({
      lines: 80_000,
      isComplete: false,
      taxIncluded: [{ amount: euros(sumOf(80_000)), currency: 'EUR' }],
    });
    // what was under way when it was enough
    expect(biller.asked.length).toBeLessThanOrEqual(84);
  });

  test('SSM-D-01 lines that come while they are read are counted once, and none is lost', async () => {
    biller.lines = 3_500;
    biller.before = (offset) => {
      if (offset === 3_000) biller.lines = 5_200;
    };
    const found = await summary();
    expect(found).toMatchObject({
      lines: 5_200,
      isComplete: true,
      taxIncluded: [{ amount: euros(sumOf(5_200)) }],
    });
  });

  test('SSM-D-01 lines that go while they are read end it', async () => {
    biller.lines = 5_000;
    biller.before = (offset) => {
      if (offset === 2_000) biller.lines = 2_500;
    };
    expect((await summary()).lines).toBeLessThanOrEqual(5_000);
  });
});

describe('SSM-D-01 two currencies', () => {
  test('SSM-D-01 each has a sum of its own, in all and in each group', async () => {
    biller.lines = 2_400;
    biller.currency = (at) => (at % 3 === 0 ? 'USD' : 'EUR');
    const found = await summary();
    expect(found.taxIncluded).toEqual([
      { amount: euros(sumOf(2_400, (at) => at % 3 !== 0)), currency: 'EUR' },
      { amount: euros(sumOf(2_400, (at) => at % 3 === 0)), currency: 'USD' },
    ]);
    for (const group of found.groups)
      expect(group.taxIncluded.map(({ currency }) => currency)).toEqual(['EUR', 'USD']);
  });
});
