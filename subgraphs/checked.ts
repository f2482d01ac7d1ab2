// The last check of hand-written resolvers: no item leaves one that its principal may not see.
import type { GraphQLFieldResolver } from 'graphql';
import type { FieldSheet } from '../schema/data-sheet.ts';
import type { SubgraphContext } from './context.ts';
import { type Item, isItem } from './item.ts';
import type { Connection } from './list.ts';

type Resolve = GraphQLFieldResolver<Item, SubgraphContext>;

async function allowed(items: readonly Item[], { objects }: SubgraphContext): Promise<ReadonlySet<Item>> {
  const isGuarded = ({ __typename }: Item): boolean => {
    const { access } = objects.sheet(__typename);
    return access !== undefined && access !== 'PUBLIC';
  };
  const guarded = items.filter(isGuarded);
  const seen = new Set(await objects.visible(guarded));
  return guarded.length === items.length
    ? seen
    : new Set(items.filter((item) => !isGuarded(item) || seen.has(item)));
}

function isConnection(value: unknown): value is Connection {
  return typeof value === 'object' && value !== null && 'edges' in value && 'nodes' in value;
}

/** Items that may not be seen become null, or go missing from a list, as if they weren't there. */
export function checked(resolve: Resolve, field: FieldSheet): Resolve {
  return async (parent, args, context, info) => {
    const value: unknown = await resolve(parent, args, context, info);
    if (isItem(value)) return (await allowed([value], context)).has(value) ? value : null;
    if (Array.isArray(value)) {
      const seen = await allowed(value.filter(isItem), context);
      return value.filter((each) => !isItem(each) || seen.has(each));
    }
    if (field.connection && isConnection(value)) {
      // what isn't a back end's object is the resolver's own to check
      const seen = await allowed(value.nodes.filter(isItem), context);
      const edges = value.edges.filter((edge) => !isItem(edge.node) || seen.has(edge.node));
      return { ...value, edges, nodes: edges.map((edge) => edge.node) };
    }
    return value;
  };
}
