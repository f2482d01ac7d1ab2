// SSM-C-06, D-01, D-06: periods as clients name them: across a change of clocks, in another zone, reversed, of ten years.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeId } from '../../schema/id.ts';
import { clockAt, startWorld, type World } from '../support/gateway.ts';

const SERVICE = JSON.stringify(encodeId('home', 'Service', 'svc-acme-bb-1'));

/** Berlin's days on which clocks change, each seen an hour or two later: hours are kept for two days. */
const DAYS = [
  {
    title: 'in March',
    at: '2026-03-29T23:00:00Z',
    from: '2026-03-29T00:00:00+01:00',
    until: '2026-03-30T00:00:00+02:00',
    utc: ['2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z'],
    hours: 23,
  },
  {
    title: 'in October',
    at: '2026-10-26T00:30:00Z',
    from: '2026-10-25T00:00:00+02:00',
    until: '2026-10-26T00:00:00+01:00',
    utc: ['2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z'],
    hours: 25,
  },
];

describe.each(DAYS)('a day of Berlin on which clocks change, $title', ({ at, from, until, utc, hours }) => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ clock: clockAt(at) });
  }, 120_000);
  afterAll(() => world.stop());

  async function both(query: (period: string) => string): Promise<unknown> {
    const asked = [];
    for (const [start, end] of [[from, until], utc]) {
      const { data, errors } = await world.ask(query(`from: "${start}", until: "${end}"`), {
        as: 'acme-manager',
      });
      expect(errors).toEqual([]);
      asked.push(data);
    }
    expect(asked[0]).toEqual(asked[1]);
    return asked[0];
  }

  test(`SSM-C-06 has ${hours} measured hours, and they are measured wholly`, async () => {
    const data = await both(
      (period) =>
        `{ service(id: ${SERVICE}) { measurements(${period}, granularity: HOUR, indicators: ["availability"]) { period { start } }
          availability(${period}) { measuredPercent period { start end } } } }`,
    );
    const { measurements, availability } = (
      data as {
        service: {
          measurements: { period: { start: string } }[];
          availability: { period: { start: string; end: string } };
        };
      }
    ).service; // as the query has it
    expect(new Set(measurements.map(({ period }) => period.start)).size).toBe(hours);
    expect(Date.parse(availability.period.end) - Date.parse(availability.period.start)).toBe(
      hours * 3_600_000,
    );
  });

  test('SSM-D-06 its records and its spending are the same, in whatever zone it is named', async () => {
    const data = await both(
      (period) => `{ usageRecords(filter: { ${period} }, first: 200, sort: OLDEST) { nodes { id at } } }`,
    );
    const { nodes } = (data as { usageRecords: { nodes: { at: string }[] } }).usageRecords; // as the query has it
    expect(nodes.length).toBeGreaterThan(0);
    for (const { at: used } of nodes) {
      expect(Date.parse(used)).toBeGreaterThanOrEqual(Date.parse(from));
      expect(Date.parse(used)).toBeLessThan(Date.parse(until));
    }
    await both((period) => `{ spendByNumber(input: { ${period} }) { numbers { taxIncluded { amount } } } }`);
  });

  const FIELDS: readonly (readonly [string, (period: string) => string])[] = [
    ['spendByNumber', (period) => `{ spendByNumber(input: { ${period} }) { numbers { charges } } }`],
    ['measurements', (period) => `{ service(id: ${SERVICE}) { measurements(${period}) { value } } }`],
    ['availability', (period) => `{ service(id: ${SERVICE}) { availability(${period}) { percent } } }`],
    ['availabilityBySite', (period) => `{ availabilityBySite(${period}) { percent } }`],
  ];
  test.each(FIELDS)('%s: a period reversed, empty or of ten years is refused', async (_, query) => {
    for (const period of [
      `from: "${until}", until: "${from}"`,
      `from: "${from}", until: "${from}"`,
      `from: "2016-01-01T00:00:00Z", until: "${from}"`,
    ]) {
      const { errors } = await world.ask(query(period), { as: 'acme-manager' });
      expect([period, errors.map(({ code }) => code)]).toEqual([period, ['BAD_USER_INPUT']]);
    }
  });
});
