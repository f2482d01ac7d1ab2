// Every deviation does what it says; and switched off, it leaves nothing behind.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Row } from './listing.ts';
import { type Simulator, startSimulator } from './simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ now: () => Date.parse('2026-11-15T10:00:00Z') });
});
afterEach(async () => {
  await fetch(`${simulator.url}/_simulator/deviations`, { method: 'DELETE' });
});
afterAll(() => simulator.close());

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Undefined for what is no JSON. */
  readonly body: Row;
}

function parsed(text: string): Row {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function send(request: string, sent?: object, headers: Record<string, string> = {}): Promise<Answer> {
  const [method = '', api = '', path = ''] = request.split(' ', 3);
  const base = simulator.apis.find((each) => each.api === api)?.baseUrl;
  const answer = await fetch(`${base}/${path}`, {
    method,
    redirect: 'manual',
    headers: { 'content-type': 'application/json', ...headers },
    ...(sent === undefined ? {} : { body: JSON.stringify(sent) }),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text, body: parsed(text) };
}

const SERVICES = 'GET TMF638 service?relatedParty.id=cust-acme&offset=0&limit=10';
const SERVICE = 'GET TMF638 service/svc-acme-bb-1';
const CHANGE = ['PATCH TMF638 service/svc-acme-bb-1', { description: 'changed' }] as const;
const NOBODY = 'GET TMF638 service/nobody';
const BILL = 'GET TMF678 customerBill/bill-acc-acme-mobile-2026-10';
const MESSAGE = { content: 'x', messageType: 'SMS', sender: {}, receiver: [{}] };
const CREATE = ['POST TMF681 communicationMessage', MESSAGE] as const;
const TOTAL = (answer: Answer) => answer.headers.get('x-total-count');
const STRANGE_ID = encodeURIComponent(`prd-acme-m-01/"é' ,&=?#😀`);

type Case = readonly [name: string, ask: readonly [string, object?], shows: (answer: Answer) => void];

const CASES: readonly Case[] = [
  ['filters-ignored', [SERVICES], (a) => expect(TOTAL(a)).not.toBe('43')],
  ['nested-filters-ignored', [SERVICES], (a) => expect(TOTAL(a)).not.toBe('43')],
  ['nested-filters-empty', [SERVICES], (a) => expect(a.body).toEqual([])],
  ['comma-empty', ['GET TMF638 service?id=svc-acme-m-01,svc-acme-m-02'], (a) => expect(a.body).toEqual([])],
  [
    'comma-empty',
    ['GET TMF638 service?id=svc-acme-m-01&id=svc-acme-m-02'],
    (a) => expect(a.body).toHaveLength(2),
  ],
  [
    'ids-comma-only',
    ['GET TMF638 service?id=svc-acme-m-01&id=svc-acme-m-02'],
    (a) => expect(a.body).toHaveLength(1),
  ],
  [
    'ids-comma-only',
    ['GET TMF638 service?id=svc-acme-m-01,svc-acme-m-02'],
    (a) => expect(a.body).toHaveLength(2),
  ],
  ['ids-ignored', ['GET TMF638 service?id=svc-acme-m-01'], (a) => expect(a.body.length).toBeGreaterThan(1)],
  ['fields-ignored', [`${SERVICE}?fields=name`], (a) => expect(a.body).toHaveProperty('state')],
  [
    'sort-ignored',
    ['GET TMF638 service?sort=-id&limit=1'],
    (a) => expect(a.body[0].id).toBe('svc-acme-m-01'),
  ],
  ['limit-ignored', [SERVICES.replace('offset=0', 'offset=40')], (a) => expect(a.body).toHaveLength(3)],
  ['paging-ignored', [SERVICES.replace('offset=0', 'offset=40')], (a) => expect(a.body).toHaveLength(43)],
  ['limit-capped', [SERVICES.replace('limit=10', 'limit=40')], (a) => expect(a.body).toHaveLength(20)],
  ['pages-repeat', [SERVICES.replace('offset=0', 'offset=40')], (a) => expect(a.body).toHaveLength(10)],
  ['pages-by-link', [SERVICES], (a) => expect(a.headers.get('link')).toMatch(/cursor=\S+>; rel="next"$/)],
  ['total-absent', [SERVICES], (a) => expect(TOTAL(a)).toBeNull()],
  ['total-unfiltered', [SERVICES], (a) => expect(Number(TOTAL(a))).toBeGreaterThan(43)],
  ['total-of-page', [SERVICES], (a) => expect(TOTAL(a)).toBe('10')],
  ['rows-twice', [SERVICES], (a) => expect(a.body[0]).toEqual(a.body[1])],
  ['rows-foreign', [SERVICES], (a) => expect(a.text).toContain('"id":"svc-prepaid')],
  ['rows-endless', [SERVICES.replace('offset=0', 'offset=9000')], (a) => expect(a.body).toHaveLength(10)],
  [
    'envelope-data',
    [SERVICES],
    (a) => expect(a.body).toMatchObject({ data: { length: 10 }, pagination: { total: 43 } }),
  ],
  ['envelope-named', [SERVICES], (a) => expect(a.body).toMatchObject({ count: 10, service: { length: 10 } })],
  ['envelope-deep', [SERVICES], (a) => expect(a.body.response.body.rows).toHaveLength(10)],
  ['one-row-bare', [SERVICES.replace('limit=10', 'limit=1')], (a) => expect(a.body.id).toBe('svc-acme-m-01')],
  ['none-is-404', ['GET TMF638 service?id=nobody'], (a) => expect(a.status).toBe(404)],
  ['id-leaked', [SERVICE], (a) => expect(a.body).toMatchObject({ _id: expect.any(String), __v: 0 })],
  ['rows-without-id', [SERVICES], (a) => expect(a.body[0]).not.toHaveProperty('id')],
  ['rows-without-id', [SERVICE], (a) => expect(a.body).toHaveProperty('id')],
  ['ids-strange', [`GET TMF637 product/${STRANGE_ID}`], (a) => expect(a.body.id).toContain('😀')],
  ['href-relative', [SERVICE], (a) => expect(a.body.href).toMatch(/^\/tmf-api/)],
  ['href-link-local', [SERVICE], (a) => expect(a.body.href).toContain('http://169.254.169.254/')],
  ['href-elsewhere', [SERVICE], (a) => expect(a.body.href).toContain('/_simulator/trap/')],
  ['href-other-scheme', [SERVICE], (a) => expect(a.body.href).toMatch(/^https:/)],
  ['money-currency-amount', [BILL], (a) => expect(a.body.amountDue).toMatchObject({ currency: 'EUR' })],
  ['money-units-amount', [BILL], (a) => expect(a.body.amountDue).toMatchObject({ units: 'EUR' })],
  ['money-as-text', [BILL], (a) => expect(a.body.amountDue.value).toMatch(/^\d+\.\d\d$/)],
  ['money-nan', [BILL], (a) => expect(a.body.amountDue.value).toBe('NaN')],
  ['states-padded', [SERVICE], (a) => expect(a.body.state).toBe('active ')],
  ['states-spelt-out', ['GET TMF678 customerBill?limit=1'], (a) => expect(a.body[0].state).toBe('Settled')],
  ['states-own', [SERVICE], (a) => expect(a.body.state).toBe('active by house rules')],
  ['dates-mixed', ['GET TMF678 customerBill?limit=50'], (a) => expect(a.text).toMatch(/[+-]\d\d:?\d\d"/)],
  [
    'dates-reversed',
    [BILL],
    (a) => expect(a.body.billingPeriod.startDateTime).toBe('2026-11-01T00:00:00.000Z'),
  ],
  ['nulls-everywhere', [BILL], (a) => expect(a.body.note).toBeNull()],
  ['errors-numeric', [NOBODY], (a) => expect(a.body.code).toBe(404)],
  ['errors-bare', [NOBODY], (a) => expect(a.body).toEqual({ error: expect.any(String) })],
  ['errors-listed', [NOBODY], (a) => expect(a.body.errors).toHaveLength(1)],
  ['errors-html', [NOBODY], (a) => expect(a.text).toMatch(/^<!doctype html>/)],
  ['not-found-as-500', [NOBODY], (a) => expect(a.status).toBe(500)],
  ['errors-as-200', [NOBODY], (a) => expect(a).toMatchObject({ status: 200, body: { code: '60' } })],
  ['html-as-200', [SERVICE], (a) => expect(a).toMatchObject({ status: 200, body: undefined })],
  ['nan-literal', [BILL], (a) => expect(a.body).toBeUndefined()],
  ['redirects', [SERVICE], (a) => expect(a.headers.get('location')).toContain('/_simulator/trap/service')],
  ['patch-201', [...CHANGE], (a) => expect(a.status).toBe(201)],
  ['patch-204', [...CHANGE], (a) => expect(a.status).toBe(204)],
  [
    'patch-dropped',
    ['PATCH TMF638 service/svc-acme-bb-2', { description: 'dropped' }],
    (a) => expect(a.body.description).toBe('dropped'),
  ],
  ['patch-merge-type-only', [...CHANGE], (a) => expect(a.status).toBe(415)],
  ['create-demands-id', [...CREATE], (a) => expect(a.status).toBe(400)],
  ['create-stateless', [...CREATE], (a) => expect(a.body).not.toHaveProperty('state')],
  [
    'tasks-later',
    [
      'POST TMF645 checkServiceQualification',
      { instantSyncQualification: true, serviceQualificationItem: [] },
    ],
    (a) => expect(a.body).toEqual({ id: a.body.id, href: a.body.href, state: 'inProgress' }),
  ],
  [
    'tasks-later',
    ['POST TMF677 queryUsageConsumption', { searchCriteria: { relatedParty: [{ id: 'cust-acme' }] } }],
    (a) => expect(a.body).toEqual({ id: a.body.id, href: a.body.href, state: 'inProgress' }),
  ],
  [
    'create-monitored',
    [...CREATE],
    (a) => {
      expect(a).toMatchObject({ status: 202, text: '' });
      expect(a.headers.get('location')).toMatch(/\/monitor\/mon-1$/);
    },
  ],
  ['create-202', [...CREATE], (a) => expect(a).toMatchObject({ status: 202, text: '' })],
  ['create-200', [...CREATE], (a) => expect(a.headers.get('location')).toBeNull()],
  ['create-without-body', [...CREATE], (a) => expect(a).toMatchObject({ status: 201, text: '' })],
  ['hub-absent', ['POST TMF677 hub', { callback: 'http://127.0.0.1:9' }], (a) => expect(a.status).toBe(404)],
  ['headers-demanded', [SERVICE], (a) => expect(a.status).toBe(400)],
  ['token-demanded', [SERVICE], (a) => expect(a.status).toBe(401)],
  ['token-dies-early', [SERVICE], (a) => expect(a.status).toBe(401)],
  ['token-of-country', [SERVICE], (a) => expect(a.status).toBe(401)],
  ['second-token-demanded', [SERVICE], (a) => expect(a.status).toBe(401)],
  ['base-prefixed', [SERVICE], (a) => expect(a.status).toBe(404)],
];

describe('a deviation', () => {
  it.each(CASES)('%s', async (name, [request, body], shows) => {
    simulator.deviate('*', name);
    shows(await send(request, body));
    simulator.deviate('*');
    const [method] = request.split(' ');
    if (method === 'GET' && !request.includes('nobody')) expect((await send(SERVICE)).status).toBe(200);
  });

  it('drops a change that it has shown', async () => {
    expect((await send('GET TMF638 service/svc-acme-bb-2')).body).not.toHaveProperty(
      'description',
      'dropped',
    );
  });

  it('is tested, each of them, here or with the notifications', () => {
    const tested = new Set(CASES.map(([name]) => name));
    const untested = Object.keys(simulator.deviations).filter((name) => !tested.has(name));
    expect(untested.filter((name) => !name.startsWith('hub-'))).toEqual([]);
  });

  it('follows a cursor to the end, each row once', async () => {
    simulator.deviate('TMF638', 'pages-by-link');
    const ids: string[] = [];
    for (let request: string | undefined = SERVICES; request !== undefined; ) {
      const { body, headers } = await send(request);
      ids.push(...body.map(({ id }: Row) => id));
      const next = /\/service\?([^>]+)>; rel="next"/.exec(headers.get('link') ?? '')?.[1];
      request = next === undefined ? undefined : `GET TMF638 service?${next}`;
    }
    expect(ids).toHaveLength(43);
    expect(new Set(ids).size).toBe(43);
  });

  it('forgets a token after five requests', async () => {
    simulator.deviate('TMF638', 'token-dies-early');
    const token = await fetch(`${simulator.url}/_simulator/token`, { method: 'POST' });
    const { access_token, expires_in }: Row = await token.json();
    expect(expires_in).toBe(3600);
    const authorization = `Bearer ${access_token}`;
    const statuses: number[] = [];
    for (let n = 0; n < 6; n += 1) statuses.push((await send(SERVICE, undefined, { authorization })).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 401]);
  });

  it('says of what it has made where the monitor says', async () => {
    simulator.deviate('TMF681', 'create-monitored');
    const { headers } = await send(...CREATE);
    const look = async () => (await (await fetch(headers.get('location') ?? '')).json()) as Row;
    expect(await look()).toMatchObject({ state: 'inProgress' });
    const { state, sourceHref } = await look();
    expect(state).toBe('completed');
    expect(await (await fetch(sourceHref)).json()).toMatchObject({ content: 'x' });
  });

  it('takes a token for the country that it was given for, and a second one where two are wanted', async () => {
    simulator.deviate('TMF638', 'token-of-country');
    const body = new URLSearchParams({ grant_type: 'client_credentials', country: 'de' });
    const given = await fetch(`${simulator.url}/_simulator/token`, { method: 'POST', body });
    const { access_token, expires_in }: Row = await given.json();
    expect(expires_in).toBe(3_599);
    const status = async (headers: Record<string, string>) =>
      (await send(SERVICE, undefined, { authorization: `Bearer ${access_token}`, ...headers })).status;
    expect(await status({ 'x-country': 'de' })).toBe(200);
    expect(await status({ 'x-country': 'fr' })).toBe(401);
    simulator.deviate('TMF638', 'second-token-demanded');
    expect(await status({})).toBe(401);
    expect(await status({ 'x-second-token': 'two' })).toBe(200);
  });

  it('serves below the market and its country', async () => {
    simulator.deviate('TMF638', 'base-prefixed');
    const at = simulator.apis.find(({ api }) => api === 'TMF638')?.baseUrl ?? '';
    const below = at.replace(simulator.url, `${simulator.url}/market/de`);
    expect((await fetch(`${below}/service/svc-acme-bb-1`)).status).toBe(200);
  });

  it('is switched by the back door, for one API, and refused where there is none of the name', async () => {
    const door = (api: string, deviations: unknown) =>
      fetch(`${simulator.url}/_simulator/deviations/${api}`, {
        method: 'PUT',
        body: JSON.stringify({ deviations }),
      });
    expect(await (await door('TMF678', ['total-absent'])).json()).toEqual({ TMF678: ['total-absent'] });
    expect(TOTAL(await send('GET TMF678 customerBill'))).toBeNull();
    expect(TOTAL(await send(SERVICES))).toBe('43');
    expect((await door('TMF678', ['nonsense'])).status).toBe(400);
    expect((await door('TMF000', [])).status).toBe(404);
    expect((await fetch(`${simulator.url}/_simulator/deviations`, { method: 'DELETE' })).status).toBe(204);
    expect(TOTAL(await send('GET TMF678 customerBill'))).not.toBeNull();
  });
});
