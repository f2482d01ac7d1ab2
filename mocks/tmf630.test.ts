// TMF630 reading as clients meet it: filters, fields, sorting, pages.
import { describe, expect, it } from 'vitest';
import { ids, list, send, simulates } from './simulator-fixture.ts';

simulates();

describe('filters', () => {
  const CASES: readonly (readonly [name: string, api: string, path: string, expected: readonly string[]])[] =
    [
      ['one value', 'TMF638', 'service?id=svc-acme-bb-1', ['svc-acme-bb-1']],
      ['comma is or', 'TMF638', 'service?id=svc-acme-bb-1,svc-acme-bb-2', ['svc-acme-bb-1', 'svc-acme-bb-2']],
      [
        'encoded comma is or',
        'TMF638',
        'service?id=svc-acme-bb-1%2Csvc-acme-bb-2',
        ['svc-acme-bb-1', 'svc-acme-bb-2'],
      ],
      [
        'repeated is or',
        'TMF638',
        'service?id=svc-acme-bb-1&id=svc-acme-bb-2',
        ['svc-acme-bb-1', 'svc-acme-bb-2'],
      ],
      [
        'two attributes are and',
        'TMF638',
        'service?serviceType=broadband&state=active&place.id=site-acme-depot',
        ['svc-acme-bb-2'],
      ],
      ['through arrays', 'TMF637', 'product?realizingService.id=svc-acme-m-07', ['prd-acme-m-07']],
      [
        'through nested arrays',
        'TMF651',
        'agreement?agreementItem.product.id=prd-family-tv-1',
        ['agr-family'],
      ],
      ['by number', 'TMF638', 'service?serviceCharacteristic.value=33639980007', ['svc-acme-m-07']],
      ['nothing fits', 'TMF638', 'service?state=terminated', []],
      ['unknown attribute', 'TMF638', 'service?colour=red', []],
      ['unknown id', 'TMF637', 'product?relatedParty.id=cust-nobody', []],
      [
        'ne',
        'TMF638',
        'service?relatedParty.id=cust-family&serviceType.ne=mobile',
        ['svc-family-bb-1', 'svc-family-tv-1'],
      ],
      ['regex', 'TMF638', 'service?id.regex=^svc-family-(bb|tv)-', ['svc-family-bb-1', 'svc-family-tv-1']],
      [
        'boolean',
        'TMF620',
        'productOffering?isBundle=true&category.id=cat-tv',
        ['off-bundle-home', 'off-bundle-family'],
      ],
      [
        'number, gt',
        'TMF620',
        'productOfferingPrice?price.value.gt=99',
        [
          'price-handset-norda-x1-device',
          'price-handset-norda-x1-storage-512',
          'price-bundle-office-monthly',
        ],
      ],
      [
        'number, equal in value',
        'TMF620',
        'productOfferingPrice?price.value=499.00',
        ['price-handset-norda-x1-device'],
      ],
      [
        'date, gte and lt',
        'TMF678',
        'customerBill?billingAccount.id=acc-family&billDate.gte=2026-10-01&billDate.lt=2026-11-01',
        ['bill-acc-family-2026-09'],
      ],
      [
        'date, other zone',
        'TMF678',
        'customerBill?billingAccount.id=acc-family&billDate=2026-10-01T02:00:00%2B02:00',
        ['bill-acc-family-2026-09'],
      ],
      [
        'date, plus not encoded',
        'TMF678',
        'customerBill?billingAccount.id=acc-family&billDate=2026-10-01T02:00:00+02:00',
        ['bill-acc-family-2026-09'],
      ],
      [
        'date, lte',
        'TMF678',
        'customerBill?billingAccount.id=acc-family&billDate.lte=2026-06-01T00:00:00Z',
        ['bill-acc-family-2026-05'],
      ],
    ];

  it.each(CASES)('%s', async (_, api, path, expected) => {
    const { status, rows, headers } = await list(api, path);
    expect({ status, ids: ids(rows) }).toEqual({ status: 200, ids: expected });
    expect(headers.get('x-total-count')).toBe(String(expected.length));
  });
});

describe('fields', () => {
  it('keeps id, href and @type', async () => {
    const { rows } = await list('TMF638', 'service?id=svc-acme-bb-1&fields=state,name,nonsense');
    expect(Object.keys(rows[0] ?? {}).sort()).toEqual(['@type', 'href', 'id', 'name', 'state']);
  });

  it('works for one resource', async () => {
    const { json } = await send('GET', 'TMF638', 'service/svc-acme-bb-1?fields=state');
    expect(Object.keys(json).sort()).toEqual(['@type', 'href', 'id', 'state']);
  });
});

describe('sort', () => {
  it('goes by several keys, numbers as numbers', async () => {
    const { rows } = await list('TMF620', 'productOfferingPrice?sort=-price.value,id&limit=3&fields=price');
    expect(rows.map(({ price }) => price)).toEqual([499, 200, 180].map((value) => ({ unit: 'EUR', value })));
  });

  it('goes by date, newest first', async () => {
    const { rows } = await list(
      'TMF678',
      'customerBill?billingAccount.id=acc-family&sort=-billDate&fields=billDate',
    );
    const dates = rows.map(({ billDate }) => String(billDate));
    expect(dates).toEqual([...dates].sort().reverse());
    expect(dates).toHaveLength(6);
  });
});

describe('pages', () => {
  it('cuts the list without gaps or repetitions', async () => {
    const all = ids((await list('TMF638', 'service?limit=1000')).rows);
    const paged: unknown[] = [];
    for (let offset = 0; offset < all.length; offset += 25) {
      const { status, rows, headers } = await list('TMF638', `service?limit=25&offset=${offset}`);
      expect(status).toBe(206);
      expect(headers.get('x-total-count')).toBe(String(all.length));
      expect(headers.get('x-result-count')).toBe(String(rows.length));
      paged.push(...ids(rows));
    }
    expect(paged).toEqual(all);
    expect(new Set(all).size).toBe(all.length);
  });

  it('is 200 when the page is everything, and when no page was asked for', async () => {
    expect((await list('TMF638', 'service?limit=1000')).status).toBe(200);
    const first = await list('TMF657', 'serviceLevelObjective');
    expect([first.status, first.rows.length]).toEqual([200, 100]);
    expect(Number(first.headers.get('x-total-count'))).toBeGreaterThan(100);
  });

  it('never sends more than 1000', async () => {
    const { rows } = await list('TMF635', 'usage?relatedParty.id=cust-acme&limit=5000');
    expect(rows).toHaveLength(1000);
  });

  it('gives links in version 5', async () => {
    const { headers } = await list(
      'TMF628',
      'performanceMeasurement?tag.serviceId=svc-acme-bb-1&limit=10&offset=10',
    );
    const link = headers.get('link') ?? '';
    for (const rel of ['self', 'first', 'prev', 'next', 'last']) expect(link).toContain(`rel="${rel}"`);
    const next = /<([^>]+)>; rel="next"/.exec(link)?.[1] ?? '';
    const following = await fetch(next);
    expect(following.status).toBe(206);
    expect(next).toContain('offset=20');
  });

  it.each(['limit=-1', 'limit=ten', 'offset=1.5'])('refuses %s', async (query) => {
    const { status, json } = await send('GET', 'TMF638', `service?${query}`);
    expect(status).toBe(400);
    expect(json).toMatchObject({ '@type': 'Error', status: '400', code: '28' });
  });
});
