// `_entities`: references from other subgraphs become objects, by type in one batch, checked one by one.
import type { GraphQLResolveInfo } from 'graphql';
import type { TypeSheet } from '../schema/data-sheet.ts';
import { clientError, lacking } from '../schema/errors.ts';
import { type IdParts, idOfType } from '../schema/id.ts';
import type { SubgraphContext } from './context.ts';
import { type Item, reference } from './item.ts';
import { attributesFor, standing } from './projection.ts';
import { asClientError } from './source.ts';

interface Representation {
  readonly __typename?: unknown;
  readonly id?: unknown;
}

async function entity(
  type: TypeSheet,
  parts: IdParts,
  { objects, sheet }: SubgraphContext,
  info: GraphQLResolveInfo,
): Promise<Item | undefined> {
  if (type.api !== undefined && !objects.serves(type.name, parts.provider)) return undefined;
  const attributes = attributesFor(info, type, sheet);
  const basic = standing(type);
  // elsewhere's object of which nothing is read here: its place alone decides
  if (
    type.home !== sheet.name &&
    (type.cache?.maxAgeS ?? 0) === 0 &&
    attributes.every((each) => basic.includes(each))
  ) {
    const [seen] = await objects.visible([reference(type.name, parts.provider, parts.id)]);
    return seen;
  }
  return objects.see(type.name, parts.provider, parts.id, attributes);
}

/** One answer a representation, in their order: the object, null for what isn't there or isn't ours to see, or an error. */
export function resolveEntities(
  _root: unknown,
  { representations }: { readonly representations: readonly Representation[] },
  context: SubgraphContext,
  info: GraphQLResolveInfo,
): Promise<readonly (Item | null | Error)[]> {
  return Promise.all(
    representations.map(async ({ __typename, id }) => {
      const type = typeof __typename === 'string' ? context.contract.types.get(__typename) : undefined;
      if (type?.key !== true || type.access === undefined || !context.sheet.fields.has(type.name))
        return null;
      if (!context.objects.holds(type.access)) return lacking(type.access);
      const parts = typeof id === 'string' ? idOfType(id, type.name) : undefined;
      if (parts === undefined) return null;
      try {
        return (await entity(type, parts, context, info)) ?? null;
      } catch (error) {
        const shown = asClientError(error);
        return shown instanceof Error ? shown : clientError('INTERNAL_SERVER_ERROR');
      }
    }),
  );
}
