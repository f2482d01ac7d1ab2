// The last check of hand-written resolvers: no item leaves one that its principal may not see.
import type { GraphQLFieldResolver } from 'graphql';
import type { FieldSheet } from '../schema/data-sheet.ts';
import type { SubgraphContext } from './context.ts';
import { type Item, isItem } from './item.ts';
import type { Connection } from './list.ts';
import { after, isPromise, type Soon } from './soon.ts';

type Resolve = GraphQLFieldResolver<Item, SubgraphContext>;

function allowed(items: readonly Item[], { objects }: SubgraphContext): Soon<ReadonlySet<Item>> {
  const isGuarded = ({ __typename }: Item): boolean => {
    const { access } = objects.sheet(__typename);
    return access !== undefined && access !== 'PUBLIC';
  };
  const guarded = items.filter(isGuarded);
  return after(objects.visible(guarded), (visible) => {
    const seen = new Set(visible);
    return guarded.length === items.length
      ? seen
      : new Set(items.filter((item) => !isGuarded(item) || seen.has(item)));
  });
}

function isConnection(value: unknown): value is Connection {
  return typeof value === 'object' && value !== null && 'edges' in value && 'nodes' in value;
}

function judged(value: unknown, field: FieldSheet, context: SubgraphContext): Soon<unknown> {
  if (isItem(value)) return after(allowed([value], context), (seen) => (seen.has(value) ? value : null));
  if (Array.isArray(value)) {
    return after(allowed(value.filter(isItem), context), (seen) =>
      value.filter((each) => !isItem(each) || seen.has(each)),
    );
  }
  if (field.connection && isConnection(value)) {
    // what isn't a back end's object is the resolver's own to check
    return after(allowed(value.nodes.filter(isItem), context), (seen) => {
      const edges = value.edges.filter((edge) => !isItem(edge.node) || seen.has(edge.node));
      return { ...value, edges, nodes: edges.map((edge) => edge.node) };
    });
  }
  return value;
}

/** Items that may not be seen become null, or go missing from a list, as if they weren't there. */
export function checked(resolve: Resolve, field: FieldSheet): Resolve {
  return (parent, args, context, info) => {
    const value: unknown = resolve(parent, args, context, info);
    return isPromise(value)
      ? Promise.resolve(value).then((come) => judged(come, field, context))
      : judged(value, field, context);
  };
}
