// TMF630 writing and refusals: creation, merge patch, removal, error bodies.
import { describe, expect, it } from 'vitest';
import { ids, list, send, simulates } from './simulator-fixture.ts';

simulates();

describe('errors', () => {
  const CASES: readonly (readonly [
    name: string,
    method: string,
    api: string,
    path: string,
    body: unknown,
    status: number,
  ])[] = [
    ['unknown id', 'GET', 'TMF638', 'service/nobody', undefined, 404],
    ['unknown resource', 'GET', 'TMF638', 'nothing', undefined, 404],
    ['too deep', 'GET', 'TMF638', 'service/svc-acme-bb-1/name', undefined, 404],
    ['no creation of bills', 'POST', 'TMF678', 'customerBill', {}, 405],
    ['PUT', 'PUT', 'TMF638', 'service/svc-acme-bb-1', {}, 405],
    ['missing attributes', 'POST', 'TMF638', 'service', { state: 'active' }, 400],
    ['no JSON', 'POST', 'TMF638', 'service', '{', 400],
    ['no object', 'POST', 'TMF638', 'service', '[]', 400],
    ['taken id', 'POST', 'TMF639', 'resource', { id: 'res-ont-acme-bb-1', name: 'x' }, 409],
    ['change of id', 'PATCH', 'TMF638', 'service/svc-acme-bb-1', { id: 'other' }, 400],
    ['loss of what is mandatory', 'PATCH', 'TMF638', 'service/svc-acme-bb-1', { state: null }, 400],
    ['patch of nothing', 'PATCH', 'TMF638', 'service/nobody', {}, 404],
    [
      'a body beyond the limit',
      'POST',
      'TMF638',
      'service',
      JSON.stringify({ name: 'x'.repeat(1_100_000) }),
      413,
    ],
    ['a callback that is none', 'POST', 'TMF638', 'hub', { callback: 'ftp://x' }, 400],
  ];

  it.each(CASES)('%s', async (_, method, api, path, body, status) => {
    const { json, ...answer } = await send(method, api, path, body);
    expect(answer.status).toBe(status);
    expect(json).toMatchObject({ '@type': 'Error', status: String(status) });
    expect(Object.keys(json).sort()).toEqual(['@type', 'code', 'message', 'reason', 'status']);
  });

  it('does not take a JSON patch', async () => {
    const { status } = await send(
      'PATCH',
      'TMF638',
      'service/svc-acme-bb-1',
      [],
      'application/json-patch+json',
    );
    expect(status).toBe(415);
  });
});

describe('writing', () => {
  it('creates, finds, merges and removes', async () => {
    const body = {
      state: 'designed',
      serviceSpecification: { id: 'svcspec-mobile' },
      relatedParty: [{ id: 'cust-acme' }],
    };
    const created = await send('POST', 'TMF638', 'service', body);
    expect(created.status).toBe(201);
    expect(created.headers.get('location')).toBe(created.json.href);
    const id = String(created.json.id);

    const found = await list('TMF638', `service?relatedParty.id=cust-acme&state=designed&limit=1000`);
    expect(ids(found.rows)).toContain(id);

    const patched = await send('PATCH', 'TMF638', `service/${id}`, {
      state: 'active',
      description: 'new',
      relatedParty: null,
    });
    expect(patched.status).toBe(200);
    expect(patched.json).toMatchObject({ id, state: 'active', description: 'new' });
    expect(patched.json).not.toHaveProperty('relatedParty');

    expect((await send('DELETE', 'TMF638', `service/${id}`)).status).toBe(204);
    expect((await send('GET', 'TMF638', `service/${id}`)).status).toBe(404);
  });

  it('keeps a change of the world under every filter and in the list', async () => {
    await send('PATCH', 'TMF678', 'customerBill/bill-acc-borealis-2026-08', { state: 'onHold' });
    const held = await list('TMF678', 'customerBill?state=onHold');
    expect(ids(held.rows)).toEqual(['bill-acc-borealis-2026-08']);
    const own = await list('TMF678', 'customerBill?billingAccount.id=acc-borealis');
    expect(own.rows.filter(({ id }) => id === 'bill-acc-borealis-2026-08')).toMatchObject([
      { state: 'onHold' },
    ]);
    const all = await list('TMF678', 'customerBill?limit=1000');
    expect(all.rows.filter(({ id }) => id === 'bill-acc-borealis-2026-08')).toMatchObject([
      { state: 'onHold' },
    ]);
    expect(new Set(ids(all.rows)).size).toBe(all.rows.length);
  });

  it('keeps what was removed away', async () => {
    expect((await send('DELETE', 'TMF639', 'resource/res-msisdn-33639989001')).status).toBe(204);
    const { rows } = await list('TMF639', 'resource?category=msisdn&resourceStatus=available');
    expect(ids(rows)).not.toContain('res-msisdn-33639989001');
    expect(rows).toHaveLength(39);
  });
});
