// Starts a gateway from its parts, and stops it without dropping what is in flight.
import { createHash } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type {
  AuditSink,
  GrantReader,
  HealthSource,
  ResponseStore,
  SecurityAlarmKind,
  Subgraph,
} from '../schema/ports.ts';
import { authenticator } from './authenticate.ts';
import { type BackEndEvents, serveBackEndEvents } from './back-end-events.ts';
import { bounded } from './bounded-subgraph.ts';
import type { ClientOperation } from './client-operations.ts';
import type { Config } from './config.ts';
import { type DemoIssuer, openDemoIssuer } from './demo-issuer.ts';
import { type Documents, knownDocuments } from './documents.ts';
import { createEngine, type Engine, type EngineOptions } from './engine.ts';
import { refuse } from './errors.ts';
import { serveHealth } from './health.ts';
import { createHttpServer, sendRefusal } from './http-server.ts';
import { createMetrics, serveMetrics } from './metrics.ts';
import { type DemoActor, servePage } from './page.ts';
import { type PrincipalKeys, servePrincipalKeys } from './principal-keys.ts';
import { responseCache } from './response-cache.ts';
import { readRules } from './schema-rules.ts';
import { type Answer, createPipeline } from './server.ts';

export interface GatewayParts {
  readonly config: Config;
  readonly supergraphSdl: string;
  readonly subgraphs: readonly Subgraph[];
  readonly grants: GrantReader;
  /** Our own sign-in; absent: switched off. */
  readonly signIn?: Parameters<typeof authenticator>[0]['local'];
  /** Where refusals are recorded. */
  readonly audit?: AuditSink;
  /** Called with what is to be told of each security alarm. */
  readonly onSecurityAlarm?: (listener: (kind: SecurityAlarmKind) => void) => void;
  readonly responseStore: ResponseStore;
  readonly health: readonly HealthSource[];
  /** Registered operations: tabs of the page, and names in the metrics. */
  readonly operations: readonly ClientOperation[];
  readonly demo?: { readonly actors: readonly DemoActor[] };
  /** Published when subgraphs run elsewhere. */
  readonly principalKeys?: PrincipalKeys;
  /** COMPILED unless said otherwise. */
  readonly execution?: EngineOptions['execution'];
  /** Where back ends deliver their notifications. */
  readonly events?: BackEndEvents;
  readonly log: Logger;
  readonly now?: () => number;
}

export interface Gateway {
  readonly url: string;
  /** Readiness says no, nothing new is taken, what is in flight is answered within the configured time. */
  drain(): Promise<void>;
}

function serveGraphQL(app: FastifyInstance, answer: Answer, draining: () => boolean, log: Logger): void {
  app.route<{ Body: Buffer | undefined }>({
    method: ['GET', 'POST'],
    url: '/graphql',
    handler: async ({ method, headers, url, body, ip: origin }, reply) => {
      if (draining()) return sendRefusal(reply, refuse('SHUTTING_DOWN'), log);
      const hangUp = new AbortController();
      reply.raw.once('close', () => {
        if (!reply.raw.writableFinished) hangUp.abort();
      });
      const search = url.slice(url.indexOf('?') + 1 || url.length);
      const {
        status,
        headers: given,
        text,
      } = await answer({ method, headers, search, body, origin }, hangUp.signal);
      return reply.code(status).headers(given).send(Buffer.from(text));
    },
  });
}

async function listen(app: FastifyInstance, { port, host }: Config): Promise<string> {
  await app.listen({ port, host });
  // listening on a port, not on a path
  const { address, family, port: taken } = app.server.address() as AddressInfo;
  const name = address === '0.0.0.0' || address === '::' ? 'localhost' : address;
  return `http://${family === 'IPv6' && name !== 'localhost' ? `[${name}]` : name}:${taken}`;
}

export async function startGateway(parts: GatewayParts): Promise<Gateway> {
  const { config, supergraphSdl, grants, log, now = Date.now } = parts;
  let draining = false;
  const metrics = config.metrics
    ? createMetrics(new Set(parts.operations.map(({ name }) => name)))
    : undefined;
  const issuer: DemoIssuer | undefined =
    config.tokens.kind === 'DEMO'
      ? await openDemoIssuer(config.dataFolder, config.tokens.audience)
      : undefined;
  const subgraphs = new Map(
    parts.subgraphs.map((subgraph) => [
      subgraph.name,
      bounded(subgraph, {
        onCall: (call) => metrics?.subgraphCalled(call),
        onFault: (name, error, { requestId }) =>
          log.error({ requestId, subgraph: name, err: error }, 'subgraph failed'),
      }),
    ]),
  );
  let documents: Documents | undefined;
  const engine: Engine = await createEngine({
    supergraphSdl,
    subgraph: (name) => subgraphs.get(name),
    documentByHash: (hash) => documents?.byHash(hash),
    log,
    ...(parts.execution === undefined ? {} : { execution: parts.execution }),
  });
  documents = knownDocuments(engine.schema, readRules(supergraphSdl), config.limits);
  const answer = createPipeline({
    config,
    schemaHash: createHash('sha256').update(supergraphSdl).digest('base64url'),
    documents,
    authenticate: authenticator({
      tokens: config.tokens,
      ...(issuer === undefined ? {} : { demoKeys: issuer.publicKeys }),
      ...(parts.signIn === undefined ? {} : { local: parts.signIn }),
      grants,
      now,
      onFault: (reason) => log.info({ reason }, 'authentication failed'),
    }),
    responses: responseCache({
      store: parts.responseStore,
      onEvent: (event) => metrics?.responseCache(event),
      onFault: (error) => log.warn({ err: error }, 'response store failed'),
    }),
    engine,
    metrics,
    audit: parts.audit,
    log,
    now,
  });
  parts.onSecurityAlarm?.((kind) => metrics?.securityAlarm(kind));
  const app = await createHttpServer({
    maxBodyBytes: config.limits.maxBodyBytes,
    trustedProxies: config.trustedProxies,
    log,
    draining: () => draining,
  });
  serveGraphQL(app, answer, () => draining, log);
  serveHealth(app, { sources: parts.health, draining: () => draining });
  if (metrics !== undefined) serveMetrics(app, metrics);
  if (parts.principalKeys !== undefined) servePrincipalKeys(app, parts.principalKeys);
  if (parts.events !== undefined) serveBackEndEvents(app, parts.events, log);
  servePage(app, { ...parts, issuer, now });
  const url = await listen(app, config);

  let drained: Promise<void> | undefined;
  const drain = async (): Promise<void> => {
    draining = true;
    const late = setTimeout(() => app.server.closeAllConnections(), config.drainTimeoutMs);
    await app.close().finally(() => clearTimeout(late));
    await engine.stop();
  };
  return {
    url,
    drain: () => {
      drained ??= drain();
      return drained;
    },
  };
}
