// SSM-A-07: tokens of an OpenID Connect issuer elsewhere, by configuration, beside our own sign-in.
import { OAuth2Server } from 'oauth2-mock-server';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { LOCAL_ISSUER } from '../../gateway/local-issuer.ts';
import { startWorld, type World } from '../support/gateway.ts';
import { codesOf, ME, mutate, send, signedIn } from './sign-in-world.ts';

let issuer: OAuth2Server;
let world: World;
let url = '';
beforeAll(async () => {
  issuer = new OAuth2Server();
  await issuer.issuer.keys.generate('RS256', { kid: 'first' });
  await issuer.start(0, '127.0.0.1');
  world = await startWorld({
    env: {
      TOKEN_ISSUER: issuer.issuer.url ?? '',
      TOKEN_JWKS_URL: `${issuer.issuer.url}/jwks`,
      TOKEN_ACTOR_CLAIM: 'preferred_username',
    },
  });
  url = world.main.url;
});
afterAll(async () => {
  await world.stop();
  await issuer.stop();
});

type Claims = Readonly<Record<string, unknown>>;

/** As the issuer makes one for us, but for what a test says; its clock is the world's. */
function token(claims: Claims = {}, kid = 'first'): Promise<string> {
  const nowS = Math.floor(world.clock.now() / 1000);
  const usual = {
    sub: '8c1f',
    preferred_username: 'acme-manager',
    aud: 'ssm-gateway',
    iat: nowS,
    exp: nowS + 600,
  };
  return issuer.issuer.buildToken({
    kid,
    scopesOrTransform: (_header, payload) => void Object.assign(payload, { ...usual, nbf: nowS, ...claims }),
  });
}

test('SSM-A-07 the claim that the configuration names is the actor', async () => {
  const made = await send(url, ME, { token: await token() });
  expect(made.data).toEqual({ me: { actorId: 'acme-manager' } });
});

test('SSM-A-07 our own sign-in works beside it; a session of theirs is not ours to end', async () => {
  const { accessToken } = await signedIn(url, 'acme-billing');
  expect((await send(url, ME, { token: accessToken })).data).toEqual({ me: { actorId: 'acme-billing' } });
  const theirs = await token({ sid: 'a session of theirs' });
  expect(codesOf(await mutate(url, 'signOut', { token: theirs }))).toEqual(['NO_SESSION']);
  expect((await send(url, ME, { token: theirs })).status).toBe(200);
});

describe('SSM-A-07 is refused', () => {
  test.each<[string, Claims]>([
    ['a token for somebody else', { aud: 'another-service' }],
    ['one that is over', { exp: 1 }],
    ['one that is to come', { nbf: 4_000_000_000 }],
    ['an actor that we do not have', { preferred_username: 'nobody-at-all' }],
    ['a token without the claim', { preferred_username: undefined }],
    ['a claim that is no name', { preferred_username: ['acme-manager'] }],
    ['another issuer, with this one’s key', { iss: 'https://other.example/' }],
    ['our own issuer’s name, with this one’s key', { iss: LOCAL_ISSUER, sid: 'x', sub: 'acme-manager' }],
    ['the demonstration’s name, with this one’s key', { iss: 'urn:ssm-gateway:demo', sub: 'acme-manager' }],
  ])('%s', async (_, claims) => {
    expect((await send(url, ME, { token: await token(claims) })).code).toBe('UNAUTHENTICATED');
  });

  test('a token of the demonstration, since it is not the demonstration’s issuer that is trusted', async () => {
    expect((await send(url, ME, { token: await world.token('acme-manager') })).code).toBe('UNAUTHENTICATED');
  });
});

test('SSM-A-07 keys rotate: the new one is found, the old one stays good while it is published', async () => {
  const old = await token();
  await issuer.issuer.keys.generate('ES256', { kid: 'second' });
  // not asked for more than once a second, whatever key a token names
  const accepted = async () =>
    expect((await send(url, ME, { token: await token({}, 'second') })).status).toBe(200);
  await vi.waitFor(accepted, { timeout: 5_000, interval: 200 });
  expect((await send(url, ME, { token: old })).status).toBe(200);
});
