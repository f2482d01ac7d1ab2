// What the providers file says of a back end with each deviation: nothing, where the gateway finds out by itself.

export interface Settings {
  readonly profile?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly auth?: Readonly<Record<string, unknown>>;
  /** Before the path of each API. */
  readonly prefix?: string;
}

export const TOKEN_AUTH = (simulator: string) => ({
  kind: 'oauth2ClientCredentials',
  tokenUrl: `${simulator}/_simulator/token`,
  clientId: 'env:WILD_CLIENT',
  clientSecret: 'env:WILD_CLIENT',
});

/** By name of the deviation. */
export function settingsFor(simulator: string): Readonly<Record<string, Settings>> {
  const profile = (habits: Settings['profile'] = {}): Settings => ({ profile: habits });
  return {
    'filters-ignored': profile({ preset: 'unfiltered' }),
    'nested-filters-ignored': profile({ filters: ['id'], totals: 'unfiltered' }),
    'nested-filters-empty': profile({ filters: ['id'] }),
    'comma-empty': profile({ idBatch: 'repeated' }),
    'sort-ignored': profile({ sort: false }),
    'limit-capped': profile({ maxPage: 20 }),
    'pages-by-link': profile({ paging: 'cursor', totals: 'none' }),
    'total-unfiltered': profile({ totals: 'unfiltered' }),
    'total-of-page': profile({ totals: 'none' }),
    'rows-endless': profile({ totals: 'none' }),
    'envelope-deep': profile({ envelope: 'response.body.rows' }),
    'headers-demanded': { headers: { lob: 'mobile', channelId: 'self-service', targetSystem: 'bss' } },
    'token-demanded': { auth: TOKEN_AUTH(simulator) },
    'token-dies-early': { auth: TOKEN_AUTH(simulator) },
    'token-of-country': {
      auth: { ...TOKEN_AUTH(simulator), parameters: { country: 'de' } },
      headers: { 'x-country': 'de' },
    },
    'second-token-demanded': {
      auth: TOKEN_AUTH(simulator),
      headers: { 'x-second-token': 'env:WILD_CLIENT' },
    },
    'base-prefixed': { prefix: '/market/de' },
    'hub-silent': profile({ hub: 'silent' }),
    'hub-absent': profile({ hub: 'none' }),
    'create-demands-id': profile({ createId: 'client' }),
    'patch-merge-type-only': profile({ patch: 'mergePatch' }),
  };
}
