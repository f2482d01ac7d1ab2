// What the gateway counts, for Prometheus; labels are bounded, whatever clients send.
import type { FastifyInstance } from 'fastify';
import { AggregatorRegistry, Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { SecurityAlarmKind } from '../schema/ports.ts';
import type { SubgraphCall } from './execute/run.ts';
import type { Fellows } from './workers.ts';

const SECONDS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export interface Metrics {
  answered(answer: {
    readonly operation: string;
    readonly status: number;
    readonly durationMs: number;
  }): void;
  subgraphCalled(call: SubgraphCall): void;
  responseCache(event: 'HIT' | 'MISS' | 'SHARED'): void;
  errorSent(code: string): void;
  securityAlarm(kind: SecurityAlarmKind): void;
  /** A live stream more, or one less. */
  liveStreams(transport: string, change: 1 | -1): void;
  liveRun(): void;
  liveEnded(code: string): void;
  readonly registry: Registry;
}

/** `names`: the registered operations; any other name counts as `other`. */
export function createMetrics(names: ReadonlySet<string>): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Histogram({
    name: 'ssm_request_duration_seconds',
    help: 'GraphQL requests, from the first byte of the request to the answer.',
    labelNames: ['operation', 'status'],
    buckets: SECONDS,
    registers,
  });
  const calls = new Histogram({
    name: 'ssm_subgraph_duration_seconds',
    help: 'Calls to subgraphs, in process or elsewhere.',
    labelNames: ['subgraph', 'ok'],
    buckets: SECONDS,
    registers,
  });
  const cache = new Counter({
    name: 'ssm_response_cache_total',
    help: 'Answers to PUBLIC operations: kept (HIT), executed (MISS), or waited for (SHARED).',
    labelNames: ['event'],
    registers,
  });
  const errors = new Counter({
    name: 'ssm_errors_total',
    help: 'Errors in answers, by code.',
    labelNames: ['code'],
    registers,
  });
  const alarms = new Counter({
    name: 'ssm_security_alarms_total',
    help: 'Security alarms raised by this instance, by kind.',
    labelNames: ['kind'],
    registers,
  });
  const live = new Gauge({
    name: 'ssm_live_streams',
    help: 'Live streams that are open on this instance.',
    labelNames: ['transport'],
    registers,
  });
  const liveRuns = new Counter({ name: 'ssm_live_runs_total', help: 'Answers to live streams.', registers });
  const liveEnds = new Counter({
    name: 'ssm_live_ended_total',
    help: 'Live streams that the gateway ended, by code.',
    labelNames: ['code'],
    registers,
  });
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    answered: ({ operation, status, durationMs }) =>
      requests.observe(
        { operation: names.has(operation) ? operation : 'other', status: String(status) },
        durationMs / 1000,
      ),
    subgraphCalled: ({ subgraph, durationMs, ok }) =>
      calls.observe({ subgraph, ok: String(ok) }, durationMs / 1000),
    responseCache: (event) => cache.inc({ event }),
    errorSent: (code) => errors.inc({ code }),
    securityAlarm: (kind) => alarms.inc({ kind }),
    liveStreams: (transport, change) => live.inc({ transport }, change),
    liveRun: () => liveRuns.inc(),
    liveEnded: (code) => liveEnds.inc({ code }),
  };
}

type Figures = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

/** Whoever of several workers is asked answers for all, with the number of each as a label. */
export function serveMetrics(app: FastifyInstance, { registry }: Metrics, fellows?: Fellows): void {
  if (fellows !== undefined) {
    registry.setDefaultLabels({ worker: String(fellows.number) });
    fellows.tell(() => registry.getMetricsAsJSON());
  }
  app.get('/metrics', async (_, reply) => {
    reply.header('content-type', registry.contentType);
    if (fellows === undefined) return registry.metrics();
    // what the workers tell is what `tell` was given
    const all = (await fellows.gather()) as readonly Figures[];
    // no two have a label set in common: as a sum each figure stays what it is, and none is left out
    const each = all.map((figures) => figures.map((figure) => ({ ...figure, aggregator: 'sum' as const })));
    return AggregatorRegistry.aggregate(each).metrics();
  });
}
