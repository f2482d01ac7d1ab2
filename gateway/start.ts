// Starts a gateway from its parts, and stops it without dropping what is in flight.
import { createHash } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { bodyOf } from '../schema/manifest.ts';
import type { GrantReader, HealthSource, ResponseStore } from '../schema/ports.ts';
import { authenticator } from './authenticate.ts';
import { type BackEndEvents, serveBackEndEvents } from './back-end-events.ts';
import type { ClientOperation } from './client-operations.ts';
import type { Config } from './config.ts';
import { type DemoIssuer, openDemoIssuer } from './demo-issuer.ts';
import type { EngineOptions } from './engine.ts';
import { type GraphSource, openGraph } from './graph.ts';
import { graphqlListener } from './graphql-listener.ts';
import { type Graphs, openGraphs } from './graphs.ts';
import { serveHealth } from './health.ts';
import { createHttpServer } from './http-server.ts';
import { createMetrics, serveMetrics } from './metrics.ts';
import { type DemoActor, servePage } from './page.ts';
import { type PrincipalKeys, servePrincipalKeys } from './principal-keys.ts';
import { responseCache } from './response-cache.ts';

export interface GatewayParts extends GraphSource {
  readonly config: Config;
  readonly grants: GrantReader;
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
  /** Takes another supergraph, with its subgraphs, while it serves; a bad one is refused. */
  readonly reload: Graphs['reload'];
  /** Readiness says no, nothing new is taken, what is in flight is answered within the configured time. */
  drain(): Promise<void>;
}

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
  const texts = operations.map(({ text }) => bodyOf(text));
  const registered = new Map(texts.map((text) => [createHash('sha256').update(text).digest('hex'), text]));
  const shared = { config, authenticate, responses, operations, registered, metrics, log, now };
  const open = (source: GraphSource) =>
    openGraph(source, { ...shared, ...(execution === undefined ? {} : { execution }) });
  const graphs = await openGraphs(parts, { open, log, now });
  const { maxBodyBytes } = config.limits;
  const listening = { maxBodyBytes, draining: () => draining, log };
  const graphql = graphqlListener({ answer: graphs.answer, ...listening });
  const app = await createHttpServer({ graphql, ...listening });
  serveHealth(app, { sources: [...parts.health, graphs.health], draining: () => draining });
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
