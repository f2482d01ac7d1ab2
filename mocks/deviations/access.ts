// What must come with a request: business headers, and tokens that live shorter than was said.
import { failure } from '../server/reply.ts';
import type { Asked, Deviations } from './deviation.ts';

const HEADERS = ['lob', 'channelid', 'targetsystem'];
/** Requests that one token is good for, whatever `expires_in` says. */
const GOOD_FOR = 5;

export interface Tokens {
  /** The body of an OAuth2 answer. */
  issue(): Readonly<Record<string, unknown>>;
  /** Uses it once. */
  take(header: string | undefined, uses: number): boolean;
}

export function createTokens(): Tokens {
  const uses = new Map<string, number>();
  let issued = 0;
  return {
    issue() {
      issued += 1;
      uses.set(`simulated-${issued}`, 0);
      return { access_token: `simulated-${issued}`, token_type: 'Bearer', expires_in: 3600 };
    },
    take(header, most) {
      const token = /^Bearer (.+)$/i.exec(header ?? '')?.[1] ?? '';
      const used = uses.get(token);
      if (used === undefined || used >= most) return false;
      uses.set(token, used + 1);
      return true;
    },
  };
}

export function access(tokens: Tokens): Deviations {
  const guarded = (uses: number) => (asked: Asked) =>
    tokens.take(asked.header('authorization'), uses) ? asked : failure(401, 'no valid token');
  return {
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
  };
}
