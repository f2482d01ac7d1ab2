// One supergraph in force, immutable: schema, planner, documents, rules and subgraphs belong together from start to end.
import { createHash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import type { Logger } from 'pino';
import { bodyOf } from '../schema/manifest.ts';
import type { Subgraph } from '../schema/ports.ts';
import type { ClientOperation } from './client-operations.ts';
import { type Documents, knownDocuments } from './documents.ts';
import { createEngine, type Engine, type EngineOptions } from './engine.ts';
import { misfits } from './graph-fit.ts';
import type { Admit } from './live/admission.ts';
import { readRules } from './schema-rules.ts';
import { type Answer, createPipeline, type Stages } from './server.ts';

export interface GraphSource {
  readonly supergraphSdl: string;
  readonly subgraphs: readonly Subgraph[];
  /** Names of those that run elsewhere: what they can answer isn't known here. */
  readonly elsewhere?: ReadonlySet<string>;
}

export interface Graph {
  /** Of its text. */
  readonly hash: string;
  readonly answer: Answer;
  readonly admit: Admit;
  /** Nothing may be in flight. */
  stop(): Promise<void>;
}

export interface GraphOptions extends Omit<Stages, 'schemaHash' | 'documents' | 'engine'> {
  /** Planned before the first request. */
  readonly operations: readonly ClientOperation[];
  readonly execution?: EngineOptions['execution'];
}

/** Each takes milliseconds of planning, between which requests to another graph have their turn. */
async function warm(
  engine: Engine,
  documents: Documents,
  operations: readonly ClientOperation[],
  log: Logger,
): Promise<void> {
  for (const { name, text } of operations) {
    try {
      const read = documents.read(bodyOf(text));
      for (const { node, live } of documents.understand(read).values()) {
        const run = live?.query ?? { document: read.document, node };
        engine.prepare(run.document, run.node);
      }
    } catch (error) {
      // its client will be told the same; the others are served
      log.warn({ operation: name, err: error }, 'a registered operation does not fit the supergraph');
    }
    await turn();
  }
}

/** @throws Error that says why the supergraph can't be taken. */
export async function openGraph(source: GraphSource, options: GraphOptions): Promise<Graph> {
  const { supergraphSdl, elsewhere = new Set() } = source;
  const { log, metrics, config, operations, execution, ...stages } = options;
  const faults = misfits(source);
  if (faults.length > 0) throw new Error(faults.join('; '));
  const subgraphs = new Map(source.subgraphs.map((subgraph) => [subgraph.name, subgraph]));
  const engine = await createEngine({
    supergraphSdl,
    subgraph: (name) => subgraphs.get(name),
    onCall: (call) => metrics?.subgraphCalled(call),
    onFault: (name, error, { requestId }) =>
      log.error({ requestId, subgraph: name, err: error }, 'subgraph failed'),
    ...(config.shareCalls ? { shares: (name: string) => elsewhere.has(name) } : {}),
    overrideLabels: new Set(config.overrideLabels),
    log,
    ...(execution === undefined ? {} : { execution }),
  });
  const documents = knownDocuments(engine.schema, readRules(supergraphSdl), config.limits);
  await warm(engine, documents, operations, log);
  const hash = createHash('sha256').update(supergraphSdl).digest('base64url');
  const pipeline = createPipeline({ ...stages, log, metrics, config, documents, engine, schemaHash: hash });
  return { hash, ...pipeline, stop: () => engine.stop() };
}
