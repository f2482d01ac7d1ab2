// How a back end is told who we are: static credentials, the user's own token, or an OAuth2 token kept fresh.
import { BackEndError } from './back-end-error.ts';
import { type Budget, budgetOf, within } from './budget.ts';
import { exchange } from './exchange.ts';
import type { PoolOf } from './pools.ts';
import type { BackEndConfig } from './providers.ts';

/** Headers to send, or why there are none. */
type Credential =
  | { readonly kind: 'HEADERS'; readonly headers: Readonly<Record<string, string>> }
  | { readonly kind: 'MISSING' }
  | { readonly kind: 'EXPIRED' };

export interface Credentials {
  /** Rejects with a BackEndError when the token endpoint fails. */
  present(budget: Budget): Promise<Credential>;
  /** The back end refused what was presented: true where a fresh one can be had. */
  renewable(refused: Credential): boolean;
}

const headers = (all: Readonly<Record<string, string>>): Credential => ({ kind: 'HEADERS', headers: all });

const basic = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`;

/** `poolOf` gives the pool of an origin: the token endpoint is often another host. */
export function createCredentials(config: BackEndConfig, poolOf: PoolOf, now: () => number): Credentials {
  const { auth } = config;
  const fixed = (credential: Credential): Credentials => ({
    present: async () => credential,
    renewable: () => false,
  });
  switch (auth.kind) {
    case 'none':
      return fixed(headers({}));
    case 'basic':
      return fixed(headers({ authorization: basic(auth.user, auth.password) }));
    case 'bearer':
      return fixed(headers({ authorization: `Bearer ${auth.token}` }));
    case 'apiKey':
      return fixed(headers({ [auth.header.toLowerCase()]: auth.key }));
    case 'userToken':
      return {
        present: async ({ userToken }) =>
          userToken === undefined ? { kind: 'MISSING' } : headers({ authorization: `Bearer ${userToken}` }),
        renewable: () => false,
      };
    case 'oauth2ClientCredentials':
      return clientCredentials(config, auth, poolOf, now);
  }
}

type OAuth = Extract<BackEndConfig['auth'], { kind: 'oauth2ClientCredentials' }>;

const ASSUMED_LIFETIME_S = 300;
// renewed this long before the end, or in the last fifth of a short life: a call takes time to arrive
const RENEW_BEFORE_MS = 30_000;

function clientCredentials(
  config: BackEndConfig,
  auth: OAuth,
  poolOf: PoolOf,
  now: () => number,
): Credentials {
  const url = new URL(auth.tokenUrl);
  const endpoint: BackEndConfig = { ...config, origin: url.origin, basePath: '' };
  let kept: { readonly credential: Credential; readonly freshUntilMs: number } | undefined;
  let flight: Promise<Credential> | undefined;

  async function fetchToken(requestId: string): Promise<Credential> {
    // the flight is shared, so no single caller's deadline may end it
    const budget = budgetOf(
      { requestId, deadlineMs: now() + config.timeoutMs, signal: new AbortController().signal },
      now,
    );
    const form = new URLSearchParams({ grant_type: 'client_credentials' });
    if (auth.scope !== undefined) form.set('scope', auth.scope);
    if (auth.audience !== undefined) form.set('audience', auth.audience);
    for (const [name, value] of Object.entries(auth.parameters ?? {})) form.set(name, value);
    if (auth.clientAuth === 'post') {
      form.set('client_id', auth.clientId);
      form.set('client_secret', auth.clientSecret);
    }
    const { body } = await exchange(
      poolOf(url.origin, url.protocol === 'https:' ? config.tls : undefined),
      endpoint,
      {
        method: 'POST',
        path: url.pathname,
        headers: {
          accept: 'application/json',
          'content-type': 'application/x-www-form-urlencoded',
          'x-request-id': requestId,
          // RFC 6749 §2.3.1: both parts are form-encoded before they are joined
          ...(auth.clientAuth === 'basic'
            ? {
                authorization: basic(
                  encodeURIComponent(auth.clientId),
                  encodeURIComponent(auth.clientSecret),
                ),
              }
            : {}),
        },
        body: form.toString(),
      },
      budget,
      now,
    );
    const { access_token: token, expires_in: lifetime }: { access_token?: unknown; expires_in?: unknown } =
      typeof body === 'object' && body !== null ? body : {};
    // anything outside these characters would break the header, or smuggle a second one in
    if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) {
      throw new BackEndError({
        provider: config.provider,
        api: config.api,
        method: 'POST',
        path: url.pathname,
        code: 'BACKEND_BAD_ANSWER',
        retryable: false,
        reason: 'gave no access token',
      });
    }
    const lifetimeMs = (Number(lifetime) > 0 ? Number(lifetime) : ASSUMED_LIFETIME_S) * 1_000;
    const credential = headers({ authorization: `Bearer ${token}` });
    kept = { credential, freshUntilMs: now() + lifetimeMs - Math.min(RENEW_BEFORE_MS, lifetimeMs / 5) };
    return credential;
  }

  return {
    async present(budget) {
      if (kept !== undefined && now() < kept.freshUntilMs) return kept.credential;
      flight ??= fetchToken(budget.requestId)
        .catch((error: unknown) => {
          throw error instanceof BackEndError ? error.withoutToken() : error;
        })
        .finally(() => {
          flight = undefined;
        });
      const outcome = await within(flight, budget);
      return outcome === 'EXPIRED' ? { kind: 'EXPIRED' } : outcome;
    },
    renewable(refused) {
      // only the one that was refused: another call may have renewed it meanwhile
      if (kept?.credential === refused) kept = undefined;
      return true;
    },
  };
}
