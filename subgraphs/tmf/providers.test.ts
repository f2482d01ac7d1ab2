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
      profile: { idBatch: 'none', totals: 'filtered' },
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
      'providers.0.apis.TMF629.colour',
    ];
    expect(faults.map((fault) => fault.split(': ')[1]).sort()).toEqual(places.sort());
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
    expect(read.ok ? [] : [...read.faults].sort()).toEqual(
      [
        'line 1: providers.0.apis.TMF678: url is missing, here or at the provider',
        'line 1: providers.0.apis.TMF629.auth.token: nothing is behind file:/broken',
        'line 1: providers.0.apis.TMF629.headers.k: nothing is behind env:EMPTY',
        'line 1: providers.0.apis.TMF678.auth.token: nothing is behind env:GONE',
        'line 1: providers.0.apis.TMF999: no such API is known',
        "line 1: providers.1.apis.TMF620.version: v99 isn't known of TMF620, but v4, v5",
        'line 1: providers.1.id: home is there twice',
      ].sort(),
    );
  });

  it('tells each fault with its line, whatever else is wrong, and what may have been meant', () => {
    const read = readProviders(
      `providers:
  - id: home
    url: https://oss.example
    profil: { totals: filtered }
    auth:
      kind: oauth2ClientCredentials
      tokenUrl: https://login.example/token
      clientID: env:ID
      clientSecret: hunter2
    apis:
      TMF678:
        version: v99
        profile: { idBatch: coma, fiters: true }
      TMF6789: {}
      TMF620: { tls: { cert: 'env:CERT' } }
  - id: home
    colour: red
    url: http://other.example
    apis:
      TMF629:
        headers:
          x y: a
          x-country: '\${env:COUNTRY}'
        tls: { ca: env:CA }
`,
      noSecrets,
    );
    const faults = read.ok ? [] : read.faults;
    expect(faults).toEqual([
      'line 4: providers.0.profil: no such key; is profile meant?',
      'line 5: providers.0.auth.clientId: is missing',
      'line 8: providers.0.auth.clientID: no such key; is clientId meant?',
      'line 8: providers.0.auth.clientID: nothing is behind env:ID',
      expect.stringMatching(/^line 9: providers.0.auth.clientSecret: a secret is a reference/),
      "line 12: providers.0.apis.TMF678.version: v99 isn't known of TMF678, but v4, v5",
      expect.stringMatching(/^line 13: providers.0.apis.TMF678.profile.idBatch: .*"comma"/),
      'line 13: providers.0.apis.TMF678.profile.fiters: no such key; is filters meant?',
      'line 14: providers.0.apis.TMF6789: no such API is known; is TMF678 meant?',
      'line 15: providers.0.apis.TMF620.tls: cert and key come together',
      'line 15: providers.0.apis.TMF620.tls.cert: nothing is behind env:CERT',
      'line 16: providers.1.id: home is there twice',
      'line 17: providers.1.colour: no such key',
      'line 22: providers.1.apis.TMF629.headers.x y: not a header name',
      'line 23: providers.1.apis.TMF629.headers.x-country: nothing is behind env:COUNTRY',
      'line 24: providers.1.apis.TMF629.tls.ca: nothing is behind env:CA',
      'line 24: providers.1.apis.TMF629.tls: tls wants an https url',
    ]);
    expect(faults.join()).not.toContain('hunter2');
  });

  it('tells all that is wrong with its YAML, each with its line', () => {
    const read = readProviders('providers:\n  - id: a\n    id: b\n    apis: [}\n', noSecrets);
    expect(read.ok ? [] : read.faults.map((fault) => fault.split(':')[0])).toEqual(
      expect.arrayContaining(['line 3', 'line 4']),
    );
  });

  it('may say a thing once: anchors, presets, what a provider says of all its APIs', () => {
    const read = readProviders(
      `
x: &country { x-country: '\${env:COUNTRY}', x-trace: 'a-{requestId}' }
`.replace('x: &', 'providers:\n  - id: de\n    url: https://de.example\n    headers: &') +
        `    profile: { preset: unfiltered, zone: '+01:00' }
    apis:
      TMF678:
      TMF629: { profile: { filters: [relatedParty.id], preset: published } }
  - id: fr
    url: https://fr.example
    headers: { <<: *country, x-country: fr }
    apis: { TMF678: , }
`,
      () => 'de',
    );
    if (!read.ok) throw new Error(read.faults.join());
    const [bills, customers, french] = read.providers.backEnds;
    expect(bills).toMatchObject({
      headers: { 'x-country': 'de', 'x-trace': 'a-{requestId}' },
      profile: { idBatch: 'none', filters: false, totals: 'unfiltered', zone: '+01:00', paging: 'offset' },
    });
    expect(customers?.profile).toMatchObject({
      filters: ['relatedParty.id'],
      totals: 'filtered',
      idBatch: 'none',
    });
    expect(french?.headers).toEqual({ 'x-country': 'fr', 'x-trace': 'a-{requestId}' });
    expect(new Set(read.providers.backEnds.map(({ fingerprint }) => fingerprint)).size).toBe(3);
  });

  it('never sends a header of two lines', () => {
    const document = {
      providers: [{ id: 'home', apis: { TMF678: { url: 'https://x', headers: { k: 'env:KEY' } } } }],
    };
    const read = readProviders(JSON.stringify(document), () => 'a\r\nb: c');
    expect(read.ok ? [] : read.faults).toEqual([
      'line 1: providers.0.apis.TMF678.headers.k: not the value of a header: one line of ASCII is wanted',
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
