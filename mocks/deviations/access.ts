// What must come with a request: business headers, and tokens that live shorter than was said.
import { failure } from '../server/reply.ts';
import type { Asked, Deviations } from './deviation.ts';

const HEADERS = ['lob', 'channelid', 'targetsystem'];
/** Requests that one token is good for, whatever `expires_in` says. */
const GOOD_FOR = 5;

/** As long as one for a country is good: one second less than everybody counts on. */
const COUNTRY_TOKEN_S = 3_599;

export interface Tokens {
  /** The body of an OAuth2 answer to the form. */
  issue(form?: string): Readonly<Record<string, unknown>>;
  /** Uses it once. */
  take(header: string | undefined, uses: number): boolean;
  /** Whether it was given for the country, and not too long ago. */
  isOf(header: string | undefined, country: string): boolean;
}

interface Token {
  readonly country: string | null;
  readonly issuedAtMs: number;
  uses: number;
}

export function createTokens(now: () => number = Date.now): Tokens {
  const tokens = new Map<string, Token>();
  const named = (header: string | undefined) => tokens.get(/^Bearer (.+)$/i.exec(header ?? '')?.[1] ?? '');
  return {
    issue(form = '') {
      const country = new URLSearchParams(form).get('country');
      const name = `simulated-${tokens.size + 1}`;
      tokens.set(name, { country, issuedAtMs: now(), uses: 0 });
      const lifetimeS = country === null ? 3_600 : COUNTRY_TOKEN_S;
      return { access_token: name, token_type: 'Bearer', expires_in: lifetimeS };
    },
    take(header, most) {
      const token = named(header);
      if (token === undefined || token.uses >= most) return false;
      token.uses += 1;
      return true;
    },
    isOf(header, country) {
      const token = named(header);
      return token?.country === country && now() - token.issuedAtMs < COUNTRY_TOKEN_S * 1_000;
    },
  };
}

export function access(tokens: Tokens): Deviations {
  const refusedUnless = (isGood: (asked: Asked) => boolean) => (asked: Asked) =>
    isGood(asked) ? asked : failure(401, 'no valid token');
  const guarded = (uses: number) => refusedUnless(({ header }) => tokens.take(header('authorization'), uses));
  return {
    'base-prefixed': {
      does: 'serves its APIs below /market/<country> alone',
      ask: (asked) => (asked.prefix === '' ? failure(404, 'no such API') : asked),
    },
    'headers-demanded': {
      does: `refuses whoever sends no ${HEADERS.join(', ')}`,
      ask: (asked) =>
        HEADERS.every((name) => asked.header(name)) ? asked : failure(400, 'business headers are missing'),
    },
    'token-demanded': {
      does: 'wants a token of POST /_simulator/token',
      ask: guarded(Number.POSITIVE_INFINITY),
    },
    'token-dies-early': {
      does: `forgets a token of POST /_simulator/token after ${GOOD_FOR} requests`,
      ask: guarded(GOOD_FOR),
    },
    'token-of-country': {
      does: 'wants a token of POST /_simulator/token that was given for the country of x-country; it lives 59 min 59 s',
      ask: refusedUnless(({ header }) => tokens.isOf(header('authorization'), header('x-country') ?? '')),
    },
    'second-token-demanded': {
      does: 'wants a token of POST /_simulator/token, and another one in x-second-token',
      ask: refusedUnless(
        ({ header }) =>
          tokens.take(header('authorization'), Number.POSITIVE_INFINITY) && Boolean(header('x-second-token')),
      ),
    },
  };
}
