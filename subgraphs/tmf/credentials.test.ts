// How back ends are told who we are, and that a token is fetched once, renewed in time and never shown.
import { afterEach, describe, expect, it } from 'vitest';
import { BILLS, callOf, type Route, scenes, sendJson } from './misbehaving-server.ts';
import { CA, CLIENT_CERTIFICATE, CLIENT_KEY, SERVER_CERTIFICATE, SERVER_KEY } from './test-certificates.ts';

const against = scenes(afterEach);

const SECRETS = {
  'env:USER': 'gate:way',
  'env:PASSWORD': 'päss',
  'file:/run/key': 'k-1\n',
  'env:ID': 'id',
  'env:SECRET': 's&s',
};

async function sentHeaders(entry: Parameters<typeof against>[1]) {
  const { server, client } = await against(
    (_, response) => sendJson(response, { id: 'b-1' }),
    entry,
    {},
    SECRETS,
  );
  await client.one(BILLS, 'b-1', {}, callOf());
  return server.received[0]?.headers;
}

describe('credentials that stay', () => {
  it('basic', async () => {
    const headers = await sentHeaders({
      auth: { kind: 'basic', user: 'env:USER', password: 'env:PASSWORD' },
    });
    expect(headers?.authorization).toBe(`Basic ${Buffer.from('gate:way:päss').toString('base64')}`);
  });

  it('bearer', async () => {
    const headers = await sentHeaders({ auth: { kind: 'bearer', token: 'file:/run/key' } });
    expect(headers?.authorization).toBe('Bearer k-1');
  });

  it('an API key under its own header, business headers beside it', async () => {
    const headers = await sentHeaders({
      auth: { kind: 'apiKey', header: 'X-Key', key: 'file:/run/key' },
      headers: { lob: 'mobile', 'X-Correlation': 'ssm-{requestId}', 'x-second-token': 'env:ID' },
    });
    expect(headers).toMatchObject({
      'x-key': 'k-1',
      lob: 'mobile',
      'x-correlation': 'ssm-req-1',
      'x-second-token': 'id',
    });
    expect(headers?.authorization).toBeUndefined();
  });

  it("the user's own token, or no call", async () => {
    const { server, client } = await against((_, response) => sendJson(response, { id: 'b-1' }), {
      auth: { kind: 'userToken' },
    });
    await expect(client.one(BILLS, 'b-1', {}, callOf())).rejects.toMatchObject({ code: 'BACKEND_REFUSED' });
    expect(server.received).toHaveLength(0);
    await client.one(BILLS, 'b-1', {}, { ...callOf(), userToken: 'u-1' });
    expect(server.received[0]?.headers.authorization).toBe('Bearer u-1');
  });
});

describe('OAuth2 client credentials', () => {
  const isToken = ({ url }: { url: string }) => url === '/token';

  function withOAuth(route: Route, now: () => number = Date.now, extra: object = {}) {
    const auth = (url: string) =>
      ({
        kind: 'oauth2ClientCredentials',
        tokenUrl: `${url}/token`,
        clientId: 'env:ID',
        clientSecret: 'env:SECRET',
        ...extra,
      }) as const;
    return against(route, (url) => ({ auth: auth(url) }), { now }, SECRETS);
  }

  it('fetches one token for many calls at once', async () => {
    const { server, client } = await withOAuth(
      (request, response) =>
        isToken(request)
          ? sendJson(response, { access_token: 'tok', expires_in: 3600, token_type: 'Bearer' })
          : sendJson(response, { id: request.url.split('/').pop() }),
      Date.now,
      { scope: 'bills' },
    );
    await Promise.all(Array.from({ length: 20 }, (_, n) => client.one(BILLS, `b-${n}`, {}, callOf())));
    const [token, ...others] = server.received;
    expect(server.received.filter(isToken)).toHaveLength(1);
    expect(token).toMatchObject({ method: 'POST', body: 'grant_type=client_credentials&scope=bills' });
    expect(token?.headers.authorization).toBe(`Basic ${Buffer.from('id:s%26s').toString('base64')}`);
    expect(others.map(({ headers }) => headers.authorization)).toEqual(Array(20).fill('Bearer tok'));
  });

  it('renews before the end, and names itself in the body where that is wanted', async () => {
    let nowMs = Date.now();
    let issued = 0;
    const { server, client } = await withOAuth(
      (request, response) => {
        if (!isToken(request)) return sendJson(response, { id: 'b-1' });
        issued += 1;
        sendJson(response, { access_token: `tok-${issued}`, expires_in: '3599' });
      },
      () => nowMs,
      { clientAuth: 'post' },
    );
    const ask = () => client.one(BILLS, 'b-1', {}, { ...callOf(), deadlineMs: nowMs + 5_000 });
    await ask();
    nowMs += 3_560_000;
    await ask();
    nowMs += 20_000;
    await ask();
    expect(
      server.received.filter((each) => !isToken(each)).map(({ headers }) => headers.authorization),
    ).toEqual(['Bearer tok-1', 'Bearer tok-1', 'Bearer tok-2']);
    expect(server.received[0]?.body).toBe('grant_type=client_credentials&client_id=id&client_secret=s%26s');
    expect(server.received[0]?.headers.authorization).toBeUndefined();
  });

  it('renews once when the token is refused, and then gives up', async () => {
    let issued = 0;
    let accepted = 'tok-2';
    const { server, client } = await withOAuth((request, response) => {
      if (isToken(request)) {
        issued += 1;
        sendJson(response, { access_token: `tok-${issued}` });
      } else if (request.headers.authorization === `Bearer ${accepted}`) sendJson(response, { id: 'b-1' });
      else sendJson(response, {}, { status: 401 });
    });
    expect((await client.one(BILLS, 'b-1', {}, callOf()))?.id).toBe('b-1');
    expect(server.received).toHaveLength(4);
    accepted = 'none';
    await expect(client.one(BILLS, 'b-1', {}, callOf())).rejects.toMatchObject({
      code: 'BACKEND_REFUSED',
      status: 401,
    });
    expect(server.received).toHaveLength(7);
  });

  const failures: readonly { name: string; route: Route; code: string }[] = [
    {
      name: 'refuses',
      route: (_, response) => sendJson(response, { error: 'invalid_client' }, { status: 401 }),
      code: 'BACKEND_REFUSED',
    },
    {
      name: 'is down',
      route: (_, response) => void response.writeHead(503).end(),
      code: 'BACKEND_UNAVAILABLE',
    },
    { name: 'gives none', route: (_, response) => sendJson(response, {}), code: 'BACKEND_BAD_ANSWER' },
    {
      name: 'gives one that would split the header',
      route: (_, response) => sendJson(response, { access_token: 'a\r\nx: y' }),
      code: 'BACKEND_BAD_ANSWER',
    },
  ];
  for (const { name, route, code } of failures) {
    it(`where the token endpoint ${name}: ${code}, and nothing goes to the back end`, async () => {
      const { server, client } = await withOAuth(route);
      const outcome = await client.one(BILLS, 'b-1', {}, callOf()).catch((error: unknown) => error);
      expect(outcome).toMatchObject({ code });
      expect(server.received.every(isToken)).toBe(true);
      expect(JSON.stringify([String(outcome), client.health()])).not.toMatch(/s&s|s%26s/);
    });
  }

  it('that the token endpoint is not there says nothing of the object', async () => {
    const { server, client } = await withOAuth((_, response) => sendJson(response, {}, { status: 404 }));
    const outcome = client.one(BILLS, 'b-1', {}, callOf());
    await expect(outcome).rejects.toMatchObject({
      code: 'BACKEND_REFUSED',
      reason: expect.stringMatching(/^gets no token \(404/),
    });
    expect(server.received.every(isToken)).toBe(true);
  });

  it('lets a caller go at its deadline while the token is fetched for others', async () => {
    let release: () => void = () => undefined;
    const { server, client } = await withOAuth((request, response) => {
      if (isToken(request)) release = () => sendJson(response, { access_token: 'tok' });
      else sendJson(response, { id: 'b-1' });
    });
    const patient = client.one(BILLS, 'b-1', {}, callOf());
    await server.arrived(1);
    await expect(client.one(BILLS, 'b-1', {}, callOf(50))).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
    });
    release();
    expect((await patient)?.id).toBe('b-1');
    expect(server.received.filter(isToken)).toHaveLength(1);
  });
});

describe('mutual TLS', () => {
  const server = {
    cert: SERVER_CERTIFICATE,
    key: SERVER_KEY,
    ca: CA,
    requestCert: true,
    rejectUnauthorized: true,
  };
  const secrets = { 'file:/ca': CA, 'env:CERT': CLIENT_CERTIFICATE, 'file:/key': CLIENT_KEY };
  const route: Route = (_, response) => sendJson(response, { id: 'b-1' });

  it('shows our certificate, and trusts the named authority', async () => {
    const tls = { cert: 'env:CERT', key: 'file:/key', ca: 'file:/ca', serverName: 'back-end.example' };
    const { client } = await against(route, { tls }, {}, secrets, server);
    expect((await client.one(BILLS, 'b-1', {}, callOf()))?.id).toBe('b-1');
  });

  for (const [name, tls] of [
    ['without our certificate', { ca: 'file:/ca' }],
    ['without trust in its authority', { cert: 'env:CERT', key: 'file:/key' }],
    [
      'under another name',
      { cert: 'env:CERT', key: 'file:/key', ca: 'file:/ca', serverName: 'evil.example' },
    ],
  ] as const) {
    it(`reaches nothing ${name}`, async () => {
      const { server: reached, client } = await against(route, { tls }, {}, secrets, server);
      const outcome = await client.one(BILLS, 'b-1', {}, callOf()).catch((error: unknown) => error);
      expect(outcome).toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
      expect(String(outcome)).not.toMatch(/PRIVATE|BEGIN/);
      expect(reached.received).toHaveLength(0);
    });
  }
});
