// What each subgraph's folder says in code: found by folder, so that no list is kept by hand.
import type { Contract } from '../schema/data-sheet.ts';
import type { EventHandlers, Resolvers } from './context.ts';

export interface SubgraphModule {
  readonly resolvers: Resolvers;
  readonly events?: EventHandlers;
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
