// SSM-C-12 Call analysis through the front door: what is counted, for whom, in whose days; and bad input.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeId } from '../../schema/id.ts';
import { startWorld, type World } from '../support/gateway.ts';

let world: World;

const SERVICE = encodeId('home', 'Service', 'svc-acme-cc-1');
const LINE = encodeId('home', 'Service', 'svc-acme-m-01');
const HQ = encodeId('home', 'Site', 'site-acme-hq');
const ACME = encodeId('home', 'Customer', 'cust-acme');
const PERIOD = 'from: "2026-11-02", until: "2026-11-09", zone: "Europe/Paris"';

interface Figures {
  readonly received: number;
  readonly answered: number;
  readonly lost: number;
  readonly made: number;
  readonly trafficSeconds: number;
}
interface Analysis {
  readonly totals: Figures | null;
  readonly before: Figures | null;
  readonly series: readonly { readonly label: string; readonly figures: Figures }[];
  readonly groups: readonly { readonly group: string | null; readonly figures: Figures }[];
  readonly services: readonly {
    readonly service: { readonly id: string } | null;
    readonly figures: Figures;
  }[];
  readonly sites: readonly { readonly siteId: string | null; readonly figures: Figures }[];
  readonly coverage: Coverage;
}
interface Coverage {
  readonly readUntil: string | null;
  readonly isComplete: boolean;
  readonly notCounted: {
    readonly withoutService: number;
    readonly ahead: number;
    readonly unreadable: number;
  } | null;
}

const FIGURES = '{ received answered lost made trafficSeconds }';

async function ask(as: string, input: string, fields = `totals ${FIGURES}`) {
  const asked = await world.ask(`{ callAnalysis(input: { ${input} }) { ${fields} } }`, { as });
  // as the schema says
  const { callAnalysis } = (asked.data ?? {}) as { callAnalysis?: Analysis | null };
  return { ...asked, analysis: callAnalysis };
}

async function until(what: () => Promise<boolean>): Promise<void> {
  const untilMs = performance.now() + 50_000;
  while (!(await what())) {
    if (performance.now() > untilMs) throw new Error('it did not come to be');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const readAll = async (as: string) =>
  (await ask(as, PERIOD, 'coverage { isComplete }')).analysis?.coverage.isComplete === true;

/** A usage record as a back end would hold it. */
async function record(
  more: Readonly<Record<string, unknown>>,
  named: Readonly<Record<string, unknown>> = {},
) {
  const url = world.simulator.apis.find(({ api }) => api === 'TMF635')?.baseUrl;
  const values = {
    serviceId: 'svc-acme-cc-1',
    direction: 'incoming',
    answered: true,
    duration: 60,
    ...named,
  };
  const id = String(more.id ?? `usg-made-${randomUUID()}`);
  const body = {
    id,
    usageType: 'voice',
    relatedParty: [{ id: 'cust-acme', role: 'customer' }],
    usageCharacteristic: Object.entries(values).flatMap(([name, value]) =>
      value === undefined ? [] : [{ name, value }],
    ),
    ...more,
  };
  const headers = { 'content-type': 'application/json' };
  const made = await fetch(`${url}/usage`, { method: 'POST', headers, body: JSON.stringify(body) });
  const answer =
    made.status === 409
      ? await fetch(`${url}/usage/${id}`, { method: 'PATCH', headers, body: JSON.stringify(body) })
      : made;
  expect([200, 201]).toContain(answer.status);
  return id;
}

beforeAll(async () => {
  world = await startWorld({ env: { WORK_SECONDS: '1' } });
  await until(() => readAll('acme-manager'));
  await until(() => readAll('borealis-manager'));
}, 120_000);
afterAll(() => world?.stop());

describe('SSM-C-12 what was counted', () => {
  it('is what the records come to, one by one', async () => {
    const { analysis } = await ask(
      'acme-manager',
      `${PERIOD}, serviceIds: ["${SERVICE}"]`,
      `totals ${FIGURES} before ${FIGURES} series(by: DAY) { label figures ${FIGURES} }`,
    );
    let after: string | null = null;
    const totals = { received: 0, answered: 0, lost: 0, made: 0, trafficSeconds: 0 };
    for (;;) {
      // the same days, as instants
      const { data } = await world.ask(
        `query ($after: String) { usageRecords(first: 200, after: $after, filter: { serviceId: "${SERVICE}", kind: [VOICE],
          from: "2026-11-01T23:00:00Z", until: "2026-11-08T23:00:00Z" }) {
          pageInfo { hasNextPage endCursor } nodes { direction isAnswered durationSeconds } } }`,
        { as: 'acme-manager', variables: { after } },
      );
      // as asked
      const { usageRecords } = data as {
        usageRecords: {
          pageInfo: { hasNextPage: boolean; endCursor: string };
          nodes: { direction: string; isAnswered: boolean; durationSeconds: number }[];
        };
      };
      for (const { direction, isAnswered, durationSeconds } of usageRecords.nodes) {
        if (direction === 'INCOMING') totals[isAnswered ? 'answered' : 'lost'] += 1;
        else totals.made += 1;
        totals.trafficSeconds += durationSeconds;
      }
      if (!usageRecords.pageInfo.hasNextPage) break;
      after = usageRecords.pageInfo.endCursor;
    }
    totals.received = totals.answered + totals.lost;
    expect(totals.received).toBeGreaterThan(100);
    expect(analysis?.totals).toEqual(totals);
    expect(analysis?.series.map(({ label }) => label)).toEqual(
      [2, 3, 4, 5, 6, 7, 8].map((day) => `2026-11-0${day}`),
    );
    expect(analysis?.series.reduce((sum, { figures }) => sum + figures.received, 0)).toBe(totals.received);
    expect(analysis?.before?.received).toBeGreaterThan(100);
  });

  it('adds up by group, service and site, in no REST call of its own', async () => {
    const { analysis, calls, errors } = await ask(
      'acme-manager',
      PERIOD,
      `totals ${FIGURES} services { figures ${FIGURES} } groups { group figures ${FIGURES} } busyWindow { from until }`,
    );
    expect(errors).toEqual([]);
    expect(calls).toEqual([]);
    const sum = (rows: readonly { figures: Figures }[] = []) =>
      rows.reduce((all, { figures }) => all + figures.received, 0);
    expect(sum(analysis?.services)).toBe(analysis?.totals?.received);
    expect(analysis?.groups.map(({ group }) => group).sort()).toEqual(['Reception', 'Sales', 'Support']);
    const { analysis: bySite } = await ask('acme-manager', PERIOD, `sites { siteId figures ${FIGURES} }`);
    expect(sum(bySite?.sites)).toBe(analysis?.totals?.received);
    expect(bySite?.sites.map(({ siteId }) => siteId)).toContain(HQ);
  });

  it('counts a day of 25 hours as such', async () => {
    const { analysis } = await ask(
      'acme-manager',
      'from: "2026-10-25", until: "2026-10-26", zone: "Europe/Paris"',
      'series(by: HOUR) { label }',
    );
    expect(analysis?.series).toHaveLength(25);
  });
});

describe('SSM-C-12 a record that comes', () => {
  const DAY = 'from: "2026-11-15", until: "2026-11-16"';
  const received = async (as = 'acme-manager') => (await ask(as, DAY)).analysis?.totals?.received ?? -1;

  it('is counted once, however often it is told, and a correction replaces it', async () => {
    const before = await received();
    const id = await record({ usageDate: '2026-11-15T09:00:00Z' });
    await until(async () => (await received()) === before + 1);
    await record({ id, usageDate: '2026-11-15T09:00:00Z' });
    await record({ id, usageDate: '2026-11-14T09:00:00Z' });
    await until(async () => (await received()) === before);
  });

  it('is kept but not counted without a service, ahead of its time, or unreadable; and said to be so', async () => {
    const counts = async () =>
      (await ask('acme-manager', DAY, 'coverage { notCounted { withoutService ahead unreadable } }')).analysis
        ?.coverage.notCounted;
    const before = await received();
    await record({ usageDate: '2026-11-15T09:00:00Z' }, { serviceId: undefined });
    await record({ usageDate: '2026-11-15T18:00:00Z' });
    await record({ usageDate: '2026-11-15T09:00:00Z' }, { duration: -5 });
    await until(async () => (await counts())?.unreadable === 1);
    expect(await counts()).toEqual({ withoutService: 1, ahead: 1, unreadable: 1 });
    expect(await received()).toBe(before);
  });

  it('of another customer counts for that one alone', async () => {
    const [acme, borealis] = [await received(), await received('borealis-manager')];
    await record(
      { usageDate: '2026-11-15T09:30:00Z', relatedParty: [{ id: 'cust-borealis', role: 'customer' }] },
      { serviceId: 'svc-borealis-m-01' },
    );
    await until(async () => (await received('borealis-manager')) === borealis + 1);
    expect(await received()).toBe(acme);
  });
});

describe('SSM-C-12 SSM-A-08 who sees what', () => {
  it('another customer, named in any way, looks like one without calls', async () => {
    for (const input of [`customerId: "${ACME}"`, `siteId: "${HQ}"`, `serviceIds: ["${SERVICE}"]`]) {
      const { analysis, errors } = await ask(
        'borealis-manager',
        `${PERIOD}, ${input}`,
        `totals ${FIGURES} services { service { id } } lines { line } flows { calls } coverage { notCounted { ahead } }`,
      );
      expect(errors).toEqual([]);
      expect(analysis).toMatchObject({
        totals: { received: 0, made: 0 },
        services: [],
        lines: [],
        flows: [],
      });
    }
  });

  it('who was granted some services, or a site, sees those alone', async () => {
    const grant = (actorId: string, scope: string) =>
      world.ask(
        `mutation { grantAuthorization(input: { actorId: "${actorId}", functions: ["CALL_ANALYSIS_VIEW"], scope: ${scope} }) { userErrors { code } } }`,
        { as: 'acme-manager' },
      );
    const all = (await ask('acme-manager', `${PERIOD}, serviceIds: ["${SERVICE}"]`)).analysis?.totals;
    const line = (await ask('acme-manager', `${PERIOD}, serviceIds: ["${LINE}"]`)).analysis?.totals;
    expect(line).not.toEqual(all);
    expect((await ask('acme-config', PERIOD)).errors).toMatchObject([{ code: 'FORBIDDEN' }]);
    expect((await grant('acme-config', `{ kind: SERVICES, ids: ["${LINE}"] }`)).errors).toEqual([]);
    expect((await grant('acme-check', `{ kind: SITES, ids: ["${HQ}"] }`)).errors).toEqual([]);
    const fields = `totals ${FIGURES} coverage { notCounted { ahead } }`;
    expect((await ask('acme-config', PERIOD, fields)).analysis).toMatchObject({
      totals: line,
      coverage: { notCounted: null },
    });
    expect(
      (await ask('acme-config', `${PERIOD}, serviceIds: ["${SERVICE}"]`)).analysis?.totals,
    ).toMatchObject({ received: 0 });
    expect((await ask('acme-check', PERIOD)).analysis?.totals).toEqual(all);
  });

  it('who sees aggregates only learns nothing of a few services, and no name', async () => {
    expect((await ask('analytics', `${PERIOD}, serviceIds: ["${SERVICE}"]`)).errors).toMatchObject([
      { code: 'FORBIDDEN' },
    ]);
    const names = [
      'services { service { id } }',
      'sites { siteId }',
      'groups { group }',
      'lines { line }',
      'flows { from }',
    ];
    for (const fields of names)
      expect((await ask('analytics', PERIOD, fields)).errors).toMatchObject([{ code: 'FORBIDDEN' }]);
    const { analysis } = await ask(
      'analytics',
      PERIOD,
      `totals ${FIGURES} series(by: HOUR) { figures ${FIGURES} }`,
    );
    expect(analysis?.totals?.received).toBeGreaterThan(100);
    // hours of the night in which a handful of lines rang are left out
    expect(analysis?.series.length).toBeLessThan(7 * 24);
  });

  it('what provider staff sees of a customer is recorded', async () => {
    const { analysis } = await ask('soc-operator', `${PERIOD}, customerId: "${ACME}"`);
    expect(analysis?.totals?.received).toBeGreaterThan(100);
    await until(async () => {
      const { data } = await world.ask('{ auditTrail(first: 50) { nodes { actorId action } } }', {
        as: 'acme-manager',
      });
      return JSON.stringify(data).includes('soc-operator');
    });
  });
});

describe('SSM-C-12 bad input', () => {
  it.each([
    ['a period reversed', 'from: "2026-11-09", until: "2026-11-02"', 'BAD_USER_INPUT'],
    ['an empty one', 'from: "2026-11-09", until: "2026-11-09"', 'BAD_USER_INPUT'],
    ['one of ten years', 'from: "2016-11-09", until: "2026-11-09"', 'BAD_USER_INPUT'],
    ['a day that there is not', 'from: "2026-02-30", until: "2026-03-09"', 'GRAPHQL_VALIDATION_FAILED'],
    [
      'a zone that there is not',
      'from: "2026-11-02", until: "2026-11-09", zone: "Mars/Olympus"',
      'BAD_USER_INPUT',
    ],
    ['group and line', `${PERIOD}, group: "a", line: "b"`, 'BAD_USER_INPUT'],
    ['an id that is none', `${PERIOD}, serviceIds: ["svc"]`, 'INVALID_ID'],
    ["another type's id", `${PERIOD}, siteId: "${SERVICE}"`, 'INVALID_ID'],
  ])('%s is refused', async (_, input, code) => {
    expect((await ask('acme-manager', input)).errors).toMatchObject([{ code }]);
  });

  it('hours of a year are refused, days of it are not', async () => {
    const year = 'from: "2025-11-15", until: "2026-11-15"';
    expect((await ask('acme-manager', year, 'series(by: HOUR) { label }')).errors).toMatchObject([
      { code: 'BAD_USER_INPUT' },
    ]);
    const days = await ask('acme-manager', year, 'series(by: DAY) { label }');
    expect([days.errors, days.analysis?.series.length]).toEqual([[], 365]);
  });
});
