// The providers document: what it may say, and that every fault is told at once with its place.
import { describe, expect, it } from 'vitest';
import { BACKENDS } from './backends.ts';
import { readProviders } from './providers.ts';

const noSecrets = () => undefined;

describe('a providers document', () => {
  it('may be YAML: one base URL, the published paths behind it, exceptions by API', () => {
    const read = readProviders(
      `
providers:
  - id: home
    url: https://oss.example/
    auth: { kind: bearer, token: env:TOKEN }
    profile: { totals: filtered }
    apis:
      TMF678: {}
      TMF629: { version: v5, timeoutMs: 900, concurrency: 4 }
      TMF620:
        url: https://catalogue.example/de/prod/
        auth: { kind: none }
        headers: { LOB: mobile }
        profile: { idBatch: none, maxPage: 50 }
  - id: other
    apis: { TMF678: { url: 'http://10.0.0.1:8080' } }
`,
      (ref) => (ref === 'env:TOKEN' ? 'tok\n' : undefined),
    );
    if (!read.ok) throw new Error(read.faults.join());
    const [bills, customers, catalogue, other] = read.providers.backEnds;
    expect(bills).toMatchObject({
      provider: 'home',
      api: 'TMF678',
      version: 'v4',
      origin: 'https://oss.example',
      basePath: '/tmf-api/customerBillManagement/v4',
      auth: { kind: 'bearer', token: 'tok' },
      profile: { totals: 'filtered', idBatch: 'comma', fields: true, filters: true, paging: 'offset' },
      timeoutMs: BACKENDS.TMF678.timeoutMs,
    });
    expect(customers).toMatchObject({ basePath: '/tmf-api/customer/v5', timeoutMs: 900, concurrency: 4 });
    expect(catalogue).toMatchObject({
      origin: 'https://catalogue.example',
      basePath: '/de/prod',
      auth: { kind: 'none' },
      headers: { lob: 'mobile' },
      maxPage: 50,
      profile: { idBatch: 'none', totals: 'unfiltered' },
    });
    expect(other).toMatchObject({ provider: 'other', origin: 'http://10.0.0.1:8080', basePath: '' });
  });

  it('reports every fault of its shape at once', () => {
    const document = {
      providers: [
        {
          id: 'Home!',
          apis: {
            TMF678: {
              url: 'ftp://x',
              timeoutMs: 0,
              auth: { kind: 'basic', user: 'admin', password: 'hunter2' },
            },
            TMF629: { url: 'https://user:hunter2@x', colour: 'red' },
          },
        },
      ],
    };
    const read = readProviders(JSON.stringify(document), noSecrets);
    const faults = read.ok ? [] : read.faults;
    const places = [
      'providers.0.id',
      'providers.0.apis.TMF678.url',
      'providers.0.apis.TMF678.timeoutMs',
      'providers.0.apis.TMF678.auth.user',
      'providers.0.apis.TMF678.auth.password',
      'providers.0.apis.TMF629.url',
      'providers.0.apis.TMF629',
    ];
    expect(faults.map((fault) => fault.split(': ')[0]).sort()).toEqual(places.sort());
    expect(faults.join()).not.toContain('hunter2');
  });

  it('reports every fault of its meaning at once', () => {
    const document = {
      providers: [
        {
          id: 'home',
          apis: {
            TMF999: { url: 'https://x' },
            TMF678: { auth: { kind: 'bearer', token: 'env:GONE' } },
            TMF629: {
              url: 'https://x',
              auth: { kind: 'bearer', token: 'file:/broken' },
              headers: { k: 'env:EMPTY' },
            },
          },
        },
        { id: 'home', url: 'https://y', apis: { TMF620: { version: 'v99' } } },
      ],
    };
    const read = readProviders(JSON.stringify(document), (ref) => {
      if (ref === 'file:/broken') throw new Error('EACCES');
      return ref === 'env:EMPTY' ? ' ' : undefined;
    });
    expect(read.ok ? [] : read.faults).toEqual([
      'providers.1.id: home is there twice',
      'providers.0.apis.TMF999: no such API is known',
      'providers.0.apis.TMF678: url is missing, here or at the provider',
      'providers.0.apis.TMF629.auth.token: nothing is behind file:/broken',
      'providers.0.apis.TMF629.headers.k: nothing is behind env:EMPTY',
      "providers.1.apis.TMF620: the path of v99 isn't known: name the url",
    ]);
  });

  it('that is no document at all is one fault', () => {
    const bomb = [
      'a: &a [x, x]',
      ...'bcdefghijk'.split('').map((n, i) => `${n}: &${n} [*${'abcdefghijk'[i]}, *${'abcdefghijk'[i]}]`),
    ];
    for (const text of ['', 'providers: [', '{"providers": []}', '[]', '\u0000', bomb.join('\n')]) {
      const read = readProviders(text, noSecrets);
      expect(read.ok ? 'it was taken' : read.faults.length).toBeGreaterThan(0);
    }
  });
});
