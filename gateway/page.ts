// GET /: GraphiQL with the client operations and the demo actors, in demo mode; otherwise nothing is served there.
import { extname } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { ClientOperation } from './client-operations.ts';
import type { Config } from './config.ts';
import type { DemoIssuer } from './demo-issuer.ts';
import { refuse } from './errors.ts';
import { sendRefusal } from './http-server.ts';
import { type PageBundle, pageBundle } from './page-bundle.ts';

export interface DemoActor {
  readonly id: string;
  readonly description: string;
}

interface Options {
  readonly config: Config;
  readonly operations: readonly ClientOperation[];
  readonly demo?: { readonly actors: readonly DemoActor[] };
  readonly issuer: DemoIssuer | undefined;
  readonly log: Logger;
  readonly now: () => number;
}

/** Monaco styles its lines inline; everything else comes from this server, and nobody frames the page. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

/** In a script element nothing ends it but `</`; an escaped `<` is the same JSON. */
const embedded = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c');

function html(version: string, { demo, operations }: Options): string {
  const data = { actors: demo?.actors ?? [], operations, version };
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>ssm-gateway</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="page/${version}/page.css">
</head>
<body>
<div id="root"></div>
<script type="application/json" id="page-data">${embedded(data)}</script>
<script type="module" src="page/${version}/page.js"></script>
</body>
</html>
`;
}

const tokenRequest = z.object({ actorId: z.string() });

function serveTokens(app: FastifyInstance, options: Options, issuer: DemoIssuer): void {
  const ids = new Set(options.demo?.actors.map(({ id }) => id));
  app.post<{ Body: Buffer | undefined }>('/demo/token', async ({ headers, body }, reply) => {
    // a foreign page can't send this type without asking first
    if (headers['content-type'] !== 'application/json') {
      return sendRefusal(reply, refuse('UNSUPPORTED_MEDIA_TYPE'), options.log);
    }
    const asked = tokenRequest.safeParse(readJson(body));
    if (!asked.success || !ids.has(asked.data.actorId)) {
      return sendRefusal(
        reply,
        refuse('BAD_REQUEST', 'actorId must be one of the demo actors.'),
        options.log,
      );
    }
    reply.header('cache-control', 'no-store');
    return { token: await issuer.sign(asked.data.actorId, options.now()) };
  });
}

function readJson(body: Buffer | undefined): unknown {
  try {
    return JSON.parse(body?.toString('utf8') ?? '');
  } catch {
    return undefined;
  }
}

export function servePage(app: FastifyInstance, options: Options): void {
  const { config, issuer, log } = options;
  if (!config.demo || options.demo === undefined) return;
  if (issuer !== undefined) serveTokens(app, options, issuer);
  let bundling: Promise<PageBundle> | undefined;
  const bundle = (): Promise<PageBundle> => {
    bundling ??= pageBundle(config.dataFolder);
    return bundling;
  };
  app.get('/', async (_, reply) => {
    const { version } = await bundle();
    return reply
      .headers({
        'content-security-policy': POLICY,
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-cache',
      })
      .type('text/html; charset=utf-8')
      .send(html(version, options));
  });
  app.get<{ Params: { version: string; file: string } }>(
    '/page/:version/:file',
    async ({ params }, reply) => {
      const { version, files } = await bundle();
      const contents = params.version === version ? files.get(params.file) : undefined;
      if (contents === undefined) return sendRefusal(reply, refuse('NOT_FOUND'), log);
      return reply
        .headers({
          'cache-control': 'public, max-age=31536000, immutable',
          'x-content-type-options': 'nosniff',
        })
        .type(TYPES[extname(params.file)] ?? 'application/octet-stream')
        .send(contents);
    },
  );
}
