// Measured quality, missed objectives, and what can be had at a place.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Row, refs, rows } from './listing.ts';
import { type Simulator, startSimulator } from './simulator.ts';

const NOW = Date.parse('2026-11-15T10:00:00Z');
let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ now: () => NOW, subscribers: 5 });
});
afterAll(() => simulator.close());

it('says which objectives were missed', async () => {
  const violations = await rows(simulator, 'TMF623', 'slaViolation');
  const missed = new Set(violations.map(({ violation }) => violation.rule.href.split('/').at(-1)));
  expect(missed).toEqual(new Set(['slo-svc-acme-bb-2-availability', 'slo-svc-acme-m-07-callSetupSuccess']));
  const days = await rows(
    simulator,
    'TMF628',
    'performanceMeasurement?tag.serviceId=svc-acme-bb-2&tag.granularity=P1D&validFor.startDateTime.gte=2026-11-01',
  );
  const values = days.map(({ performanceIndicatorValue }) =>
    Number(performanceIndicatorValue[0].observedValue),
  );
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(values).toHaveLength(15);
  expect(mean).toBeLessThan(99.9);
  const ids = refs(violations).map(String);
  for (const id of ids)
    expect(refs(await rows(simulator, 'TMF623', `slaViolation?id=${id}`)).map(String)).toEqual([id]);
});

it('measures hours whose mean is the day', async () => {
  const hours = await rows(
    simulator,
    'TMF628',
    'performanceMeasurement?tag.serviceId=svc-acme-bb-1&tag.granularity=PT1H&validFor.startDateTime.gte=2026-11-14&validFor.startDateTime.lt=2026-11-15T00:00:00Z',
  );
  const [day] = await rows(simulator, 'TMF628', 'performanceMeasurement?id=pm-acme-bb-1-P1D-2026-11-14');
  expect(hours).toHaveLength(24);
  for (const [at, { observedValue }] of day.performanceIndicatorValue.entries()) {
    const mean =
      hours.reduce((sum, row) => sum + Number(row.performanceIndicatorValue[at].observedValue), 0) / 24;
    expect(Math.abs(mean - Number(observedValue))).toBeLessThan(0.05);
  }
});

it('qualifies places', async () => {
  const base = simulator.apis.find(({ api }) => api === 'TMF645')?.baseUrl;
  const ask = async (resource: string, body: object): Promise<Row> =>
    (await fetch(`${base}/${resource}`, { method: 'POST', body: JSON.stringify(body) })).json();
  const check = async (id: string, downlink?: number): Promise<string> => {
    const serviceCharacteristic = downlink === undefined ? [] : [{ name: 'downlink', value: downlink }];
    const service = {
      serviceType: 'broadband',
      place: [{ id, role: 'installationAddress' }],
      serviceCharacteristic,
    };
    return (await ask('checkServiceQualification', { serviceQualificationItem: [{ service }] }))
      .serviceQualificationItem[0];
  };
  expect(await check('site-acme-hq', 1000)).toMatchObject({
    state: 'done',
    qualificationResult: 'qualified',
  });
  expect(await check('site-acme-depot', 1000)).toMatchObject({
    qualificationResult: 'alternate',
    alternateServiceProposal: [
      { alternateService: { serviceCharacteristic: [{ name: 'downlink', value: 300 }] } },
    ],
  });
  expect(await check('place-1005')).toMatchObject({
    qualificationResult: 'unqualified',
    eligibilityUnavailabilityReason: [{ code: 'noAccess' }],
  });
  expect(await check('moon')).toMatchObject({
    qualificationResult: 'unqualified',
    eligibilityUnavailabilityReason: [{ code: 'unknownPlace' }],
  });
  const query = {
    searchCriteria: { service: { place: [{ id: 'place-1001', role: 'installationAddress' }] } },
  };
  const { serviceQualificationItem } = await ask('queryServiceQualification', query);
  expect(serviceQualificationItem.map(({ service }: Row) => service.serviceType)).toEqual([
    'mobile',
    'broadband',
    'iptv',
    'callCentre',
  ]);
});
