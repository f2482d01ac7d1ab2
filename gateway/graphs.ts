// The supergraph in force and its successors: a request ends with the one it began with, and a bad one is never taken.
import type { Logger } from 'pino';
import type { HealthSource } from '../schema/ports.ts';
import type { Graph, GraphSource } from './graph.ts';
import type { Answer } from './server.ts';

export interface Graphs {
  readonly answer: Answer;
  /** Works with the graph in force, which stays open for as long as that takes. */
  using<T>(work: (graph: Graph) => Promise<T>): Promise<T>;
  /** Told when another graph is in force. */
  onTaken(listener: () => void): void;
  /**
   * Reads, checks and takes a successor; the one in force serves on if there is a fault. Calls wait for each other.
   * Resolves with whether the supergraph in force is now what was read.
   */
  reload(read: () => Promise<GraphSource>): Promise<boolean>;
  readonly health: HealthSource;
  stop(): Promise<void>;
}

interface Options {
  readonly open: (source: GraphSource) => Promise<Graph>;
  readonly log: Logger;
  readonly now: () => number;
}

interface InForce {
  readonly graph: Graph;
  readonly sinceMs: number;
  inFlight: number;
}

/** A reason is one line for operators, however long the composition's own is. */
const MAX_REASON_CHARACTERS = 500;
const SHOWN_HASH_CHARACTERS = 12;

export async function openGraphs(first: GraphSource, { open, log, now }: Options): Promise<Graphs> {
  let current: InForce = { graph: await open(first), sinceMs: now(), inFlight: 0 };
  let refused: string | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const retired = new Set<InForce>();
  const listeners: (() => void)[] = [];

  function end(each: InForce): void {
    if (each === current || each.inFlight > 0 || !retired.delete(each)) return;
    each.graph.stop().catch((error: unknown) => log.warn({ err: error }, 'a former supergraph did not stop'));
  }

  async function take(read: () => Promise<GraphSource>): Promise<boolean> {
    try {
      const graph = await open(await read());
      const former = current;
      refused = undefined;
      if (graph.hash === former.graph.hash) {
        // the same text: subgraphs may still be others, so it is taken too
        log.info({ supergraph: graph.hash }, 'the supergraph is unchanged');
      } else
        log.info({ supergraph: graph.hash, former: former.graph.hash }, 'another supergraph is in force');
      current = { graph, sinceMs: now(), inFlight: 0 };
      retired.add(former);
      end(former);
      for (const listener of listeners) listener();
      return true;
    } catch (error) {
      refused = (error instanceof Error ? error.message : String(error)).slice(0, MAX_REASON_CHARACTERS);
      log.error({ err: error }, 'the new supergraph is refused; the old one serves on');
      return false;
    }
  }

  function using<T>(work: (graph: Graph) => Promise<T>): Promise<T> {
    const serving = current;
    serving.inFlight += 1;
    const done = (): void => {
      serving.inFlight -= 1;
      if (serving !== current) end(serving);
    };
    const worked = work(serving.graph);
    worked.then(done, done);
    return worked;
  }

  return {
    answer: (http, hangUp) => using((graph) => graph.answer(http, hangUp)),
    using,
    onTaken: (listener) => void listeners.push(listener),
    reload(read) {
      const taken = last.then(() => take(read));
      last = taken;
      return taken;
    },
    health: {
      health: async () => {
        const { graph, sinceMs } = current;
        const inForce = `${graph.hash.slice(0, SHOWN_HASH_CHARACTERS)} since ${new Date(sinceMs).toISOString()}`;
        return [
          {
            name: 'supergraph',
            kind: 'SCHEMA',
            state: refused === undefined ? 'UP' : 'DEGRADED',
            embedded: false,
            detail: refused === undefined ? inForce : `${inForce}; refused: ${refused}`,
            required: true,
          },
        ];
      },
    },
    async stop() {
      await last;
      await Promise.all([current, ...retired].map(({ graph }) => graph.stop()));
    },
  };
}
