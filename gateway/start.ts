// Starts a gateway from its parts, and stops it without dropping what is in flight.
import { createHash } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { bodyOf } from '../schema/manifest.ts';
import type {
  AuditSink,
  FileSource,
  GrantReader,
  HealthSource,
  ResponseStore,
  SecurityAlarmKind,
} from '../schema/ports.ts';
import { authenticator } from './authenticate.ts';
import { type BackEndEvents, serveBackEndEvents } from './back-end-events.ts';
import type { ClientOperation } from './client-operations.ts';
import type { Config } from './config.ts';
import { type DemoIssuer, openDemoIssuer } from './demo-issuer.ts';
import { serveDownloads } from './downloads.ts';
import type { EngineOptions } from './engine.ts';
import { type GraphSource, openGraph } from './graph.ts';
import { graphqlListener, originOf } from './graphql-listener.ts';
import { type Graphs, openGraphs } from './graphs.ts';
import { serveHealth } from './health.ts';
import { createHttpServer } from './http-server.ts';
import { createLive, type LiveSource } from './live/live.ts';
import { webSockets } from './live/websocket.ts';
import { createMetrics, serveMetrics } from './metrics.ts';
import { type DemoActor, servePage } from './page.ts';
import { type PrincipalKeys, servePrincipalKeys } from './principal-keys.ts';
import { responseCache } from './response-cache.ts';
import type { Fellows } from './workers.ts';

export interface GatewayParts extends GraphSource {
  readonly config: Config;
  readonly grants: GrantReader;
  /** Our own sign-in; absent: switched off. */
  readonly signIn?: Parameters<typeof authenticator>[0]['local'];
  /** Where refusals are recorded. */
  readonly audit?: AuditSink;
  /** Called with what is to be told of each security alarm. */
  readonly onSecurityAlarm?: (listener: (kind: SecurityAlarmKind) => void) => void;
  readonly responseStore: ResponseStore;
  /** What live streams listen to; absent: nothing fires, and they are asked anew now and then. */
  readonly liveSource?: LiveSource;
  readonly health: readonly HealthSource[];
  /** Registered operations: tabs of the page, and names in the metrics. */
  readonly operations: readonly ClientOperation[];
  readonly demo?: { readonly actors: readonly DemoActor[] };
  /** Published when subgraphs run elsewhere. */
  readonly principalKeys?: PrincipalKeys;
  /** COMPILED unless said otherwise. */
  readonly execution?: EngineOptions['execution'];
  /** What can be downloaded through the gateway. */
  readonly files?: FileSource;
  /** Where back ends deliver their notifications. */
  readonly events?: BackEndEvents;
  /** Absent: this process has the port to itself. */
  readonly fellows?: Fellows;
  readonly log: Logger;
  readonly now?: () => number;
}

export interface Gateway {
  readonly url: string;
  /** Takes another supergraph, with its subgraphs, while it serves; a bad one is refused. */
  readonly reload: Graphs['reload'];
  /** Readiness says no, nothing new is taken, what is in flight is answered within the configured time. */
  drain(): Promise<void>;
}

const UNHEARD: LiveSource = {
  bus: { publish: async () => undefined, subscribe: async () => async () => undefined },
  topicsOf: () => [],
  reachable: async () => true,
};

async function listen(app: FastifyInstance, { port, host }: Config): Promise<string> {
  await app.listen({ port, host });
  // listening on a port, not on a path
  const { address, family, port: taken } = app.server.address() as AddressInfo;
  const name = address === '0.0.0.0' || address === '::' ? 'localhost' : address;
  return `http://${family === 'IPv6' && name !== 'localhost' ? `[${name}]` : name}:${taken}`;
}

export async function startGateway(parts: GatewayParts): Promise<Gateway> {
  const { config, grants, log, now = Date.now } = parts;
  let draining = false;
  const metrics = config.metrics
    ? createMetrics(new Set(parts.operations.map(({ name }) => name)))
    : undefined;
  const issuer: DemoIssuer | undefined =
    config.tokens.kind === 'DEMO'
      ? await openDemoIssuer(config.dataFolder, config.tokens.audience)
      : undefined;
  const authenticate = authenticator({
    tokens: config.tokens,
    ...(issuer === undefined ? {} : { demoKeys: issuer.publicKeys }),
    ...(parts.signIn === undefined ? {} : { local: parts.signIn }),
    grants,
    now,
    onFault: (reason) => log.info({ reason }, 'authentication failed'),
  });
  const responses = responseCache({
    store: parts.responseStore,
    onEvent: (event) => metrics?.responseCache(event),
    onFault: (error) => log.warn({ err: error }, 'response store failed'),
  });
  const { operations, execution } = parts;
  const bodies = operations.map(({ text }) => bodyOf(text));
  const registered = new Map(bodies.map((text) => [createHash('sha256').update(text).digest('hex'), text]));
  const { audit } = parts;
  const shared = { config, registered, authenticate, responses, operations, metrics, audit, log, now };
  parts.onSecurityAlarm?.((kind) => metrics?.securityAlarm(kind));
  const open = (source: GraphSource) =>
    openGraph(source, { ...shared, ...(execution === undefined ? {} : { execution }) });
  const graphs = await openGraphs(parts, { open, log, now });
  const { maxBodyBytes } = config.limits;
  const { trustedProxies, keepAliveMs } = config;
  const listening = { maxBodyBytes, trustedProxies, draining: () => draining, log };
  const live = createLive({
    graphs,
    ...(parts.liveSource ?? UNHEARD),
    limits: config.live,
    metrics,
    log,
    now,
  });
  const sockets = webSockets({
    live,
    authenticate,
    registered,
    maxMessageBytes: maxBodyBytes,
    maxConnections: config.live.maxStreams,
    draining: () => draining,
    originOf: (request) => originOf(request, trustedProxies),
    log,
  });
  const graphql = graphqlListener({ answer: graphs.answer, live, registered, ...listening });
  const app = await createHttpServer({
    graphql,
    upgrade: sockets.upgrade,
    keepAliveMs,
    ...listening,
  });
  serveHealth(app, {
    sources: [...parts.health, graphs.health],
    draining: () => draining,
    details: config.healthDetails,
  });
  if (metrics !== undefined) serveMetrics(app, metrics, parts.fellows);
  if (parts.principalKeys !== undefined) servePrincipalKeys(app, parts.principalKeys);
  if (parts.events !== undefined) serveBackEndEvents(app, parts.events, log);
  if (parts.files !== undefined)
    serveDownloads(app, {
      files: parts.files,
      authenticate,
      audit,
      timeoutMs: config.operationTimeoutMs,
      log,
      now,
    });
  servePage(app, { ...parts, issuer, now });
  const url = await listen(app, config);

  let drained: Promise<void> | undefined;
  const drain = async (): Promise<void> => {
    draining = true;
    live.close();
    sockets.close();
    const late = setTimeout(() => {
      app.server.closeAllConnections();
      sockets.terminate();
    }, config.drainTimeoutMs);
    await app.close().finally(() => clearTimeout(late));
    await graphs.stop();
  };
  return {
    url,
    reload: graphs.reload,
    drain: () => {
      drained ??= drain();
      return drained;
    },
  };
}
