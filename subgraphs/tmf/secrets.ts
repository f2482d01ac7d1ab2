// References to secrets in a providers file, and what is behind them.
import type { Place } from './document-faults.ts';
import type { Auth, Tls } from './providers-document.ts';

/** Gives the secret behind `env:NAME` or `file:/path`; undefined where there is none. */
export type SecretReader = (ref: string) => string | undefined;

export type Resolve = (ref: string, place: Place) => string;

/** Each reference is read once, and a fault of it told once for each place. */
export function secretsOf(secret: SecretReader, say: (place: Place, message: string) => void): Resolve {
  const told = new Set<string>();
  return (written, place) => {
    const ref = /^\$\{(.+)\}$/.exec(written)?.[1] ?? written;
    const value = readSecret(secret, ref);
    const message = `nothing is behind ${ref}`;
    if (value === undefined && !told.has(`${place.join('.')} ${ref}`)) say(place, message);
    told.add(`${place.join('.')} ${ref}`);
    return value ?? '';
  };
}

function readSecret(secret: SecretReader, ref: string): string | undefined {
  try {
    const value = secret(ref)?.trim();
    return value === '' ? undefined : value;
  } catch {
    return undefined;
  }
}

const BARE = /^(?:env:[A-Za-z_][A-Za-z0-9_]*|file:\/\S+)$/;
const WITHIN = /\$\{((?:env|file):[^}]+)\}/g;

/** Text with references in it; a bare reference is one too. `{requestId}` is left for each call. */
export function resolvedHeader(
  value: string,
  place: Place,
  resolve: Resolve,
  say: (place: Place, message: string) => void,
): string {
  const text = BARE.test(value)
    ? resolve(value, place)
    : value.replaceAll(WITHIN, (_, ref: string) => resolve(ref, place));
  // anything outside these characters would break the header, or smuggle a second one in
  if (!/^[\t\x20-\x7e]*$/.test(text)) say(place, 'not the value of a header: one line of ASCII is wanted');
  return text;
}

export function resolvedAuth(from: Auth, place: Place, resolve: Resolve): Auth {
  const at = (key: string, ref: string) => resolve(ref, [...place, key]);
  switch (from.kind) {
    case 'none':
    case 'userToken':
      return from;
    case 'basic':
      return { ...from, user: at('user', from.user), password: at('password', from.password) };
    case 'bearer':
      return { ...from, token: at('token', from.token) };
    case 'apiKey':
      return { ...from, key: at('key', from.key) };
    case 'oauth2ClientCredentials':
      return {
        ...from,
        clientId: at('clientId', from.clientId),
        clientSecret: at('clientSecret', from.clientSecret),
      };
  }
}

export function resolvedTls(from: Tls, place: Place, resolve: Resolve): Tls {
  const secret = (key: 'cert' | 'key' | 'passphrase' | 'ca') =>
    from[key] === undefined ? {} : { [key]: resolve(from[key], [...place, key]) };
  return { ...from, ...secret('cert'), ...secret('key'), ...secret('passphrase'), ...secret('ca') };
}
