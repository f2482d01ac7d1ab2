// What each subgraph's folder says in code: found by folder, so that no list is kept by hand.
import type { Contract } from '../schema/data-sheet.ts';
import type { EventHandlers, Resolvers } from './context.ts';
import type { FileHandlers } from './files.ts';
import type { Systems } from './loads.ts';

const FIRST_PAUSE_MS = 2_000;

/** How work behind the answers is done. */
export interface Surroundings {
  /** The pause between two rounds. */
  readonly pauseMs: number;
  /** `what` says in a word or two what failed. */
  readonly onFault: (error: unknown, what: string) => void;
}

/** One round of what is done behind the answers, again and again; it resolves when the round is over. */
export type Work = (systems: Systems, surroundings: Surroundings) => Promise<void>;

export interface SubgraphModule {
  readonly resolvers: Resolvers;
  readonly events?: EventHandlers;
  readonly work?: Work;
  /** What of it can be downloaded. */
  readonly files?: FileHandlers;
  /** Whether it needs the store and what stands on it, wherever it runs. */
  readonly keepsState?: boolean;
}

/** Each folder with a schema has a resolvers.ts that says what its data sheet can't; rejects where one has none. */
export async function modulesOf(contract: Contract): Promise<ReadonlyMap<string, SubgraphModule>> {
  const load = async (name: string) =>
    // its exports are of this shape by convention; serve.ts refuses resolvers that the schema lacks
    [
      name,
      (await import(new URL(`./${name}/resolvers.ts`, import.meta.url).href)) as SubgraphModule,
    ] as const;
  return new Map(await Promise.all([...contract.subgraphs.keys()].map(load)));
}

/** Rounds of all modules' work, each after the other; nothing with a pause of 0. Gives back how to end that. */
export function startWork(
  modules: ReadonlyMap<string, SubgraphModule>,
  systems: Systems,
  surroundings: Surroundings,
): () => Promise<void> {
  const works = [...modules.values()].flatMap(({ work }) => work ?? []);
  if (surroundings.pauseMs === 0 || works.length === 0) return async () => {};
  let ended = false;
  let round: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const later = (pauseMs: number) => {
    timer = setTimeout(() => {
      round = (async () => {
        for (const work of works)
          if (!ended)
            await work(systems, surroundings).catch((error) =>
              surroundings.onFault(error, 'work behind answers'),
            );
        if (!ended) later(surroundings.pauseMs);
      })();
    }, pauseMs).unref();
  };
  // the first round lets a start come to its end
  later(Math.min(surroundings.pauseMs, FIRST_PAUSE_MS));
  return async () => {
    ended = true;
    clearTimeout(timer);
    await round;
  };
}
