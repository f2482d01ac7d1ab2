// `_entities`: references from other subgraphs become objects, by type in one batch, checked one by one.
import type { GraphQLResolveInfo } from 'graphql';
import type { TypeSheet } from '../schema/data-sheet.ts';
import { clientError, lacking } from '../schema/errors.ts';
import { type IdParts, idOfType } from '../schema/id.ts';
import type { SubgraphContext } from './context.ts';
import { type Item, reference } from './item.ts';
import { attributesFor, readsMore } from './projection.ts';
import { after, all, isHere, type Soon } from './soon.ts';
import { asClientError } from './source.ts';

interface Representation {
  readonly __typename?: unknown;
  readonly id?: unknown;
}

type Found = Item | null | undefined | Error;

function entity(
  type: TypeSheet,
  parts: IdParts,
  { objects, sheet }: SubgraphContext,
  info: GraphQLResolveInfo,
): Soon<Item | undefined> {
  if (type.api !== undefined && !objects.serves(type.name, parts.provider)) return undefined;
  // elsewhere's object of which nothing is read here: its place alone decides, which the operation mostly knows
  if (type.home !== sheet.name && (type.cache?.maxAgeS ?? 0) === 0 && !readsMore(info, type, sheet)) {
    const item = reference(type.name, parts.provider, parts.id);
    return after(objects.maySee(item), (may) => (may ? item : undefined));
  }
  const attributes = attributesFor(info, type, sheet);
  return objects.see(type.name, parts.provider, parts.id, attributes);
}

function failed(error: unknown): Error {
  const shown = asClientError(error);
  return shown instanceof Error ? shown : clientError('INTERNAL_SERVER_ERROR');
}

function answerTo(
  { __typename, id }: Representation,
  context: SubgraphContext,
  info: GraphQLResolveInfo,
): Soon<Found> {
  const type = typeof __typename === 'string' ? context.contract.types.get(__typename) : undefined;
  if (type?.key !== true || type.access === undefined || !context.sheet.fields.has(type.name)) return null;
  if (!context.objects.holds(type.access)) return lacking(type.access);
  const parts = typeof id === 'string' ? idOfType(id, type.name) : undefined;
  if (parts === undefined) return null;
  try {
    const found = entity(type, parts, context, info);
    return isHere(found) ? found : found.catch(failed);
  } catch (error) {
    return failed(error);
  }
}

/** One answer a representation, in their order: the object, nothing for what isn't there or isn't ours to see, or an error. */
export function resolveEntities(
  _root: unknown,
  { representations }: { readonly representations: readonly Representation[] },
  context: SubgraphContext,
  info: GraphQLResolveInfo,
): Soon<readonly Found[]> {
  return all(representations.map((each) => answerTo(each, context, info)));
}
