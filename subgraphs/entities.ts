// `_entities`: references from other subgraphs become objects, by type in one batch, checked one by one.
import type { GraphQLResolveInfo } from 'graphql';
import type { TypeSheet } from '../schema/data-sheet.ts';
import { clientError, lacking } from '../schema/errors.ts';
import { type IdParts, idOfType } from '../schema/id.ts';
import type { SubgraphContext } from './context.ts';
import { type Item, reference } from './item.ts';
import { attributesFor, readsMore } from './projection.ts';
import { asClientError } from './source.ts';

interface Representation {
  readonly __typename?: unknown;
  readonly id?: unknown;
}

type Found = Item | null | Error;

function entity(
  type: TypeSheet,
  parts: IdParts,
  { objects, sheet }: SubgraphContext,
  info: GraphQLResolveInfo,
): Item | null | Promise<Item | null> {
  if (type.api !== undefined && !objects.serves(type.name, parts.provider)) return null;
  // elsewhere's object of which nothing is read here: its place alone decides, which the operation mostly knows
  if (type.home !== sheet.name && (type.cache?.maxAgeS ?? 0) === 0 && !readsMore(info, type, sheet)) {
    const item = reference(type.name, parts.provider, parts.id);
    const seen = objects.maySee(item);
    return seen instanceof Promise ? seen.then((may) => (may ? item : null)) : seen ? item : null;
  }
  const attributes = attributesFor(info, type, sheet);
  return objects.see(type.name, parts.provider, parts.id, attributes).then((item) => item ?? null);
}

function failed(error: unknown): Error {
  const shown = asClientError(error);
  return shown instanceof Error ? shown : clientError('INTERNAL_SERVER_ERROR');
}

function answerTo(
  { __typename, id }: Representation,
  context: SubgraphContext,
  info: GraphQLResolveInfo,
): Found | Promise<Found> {
  const type = typeof __typename === 'string' ? context.contract.types.get(__typename) : undefined;
  if (type?.key !== true || type.access === undefined || !context.sheet.fields.has(type.name)) return null;
  if (!context.objects.holds(type.access)) return lacking(type.access);
  const parts = typeof id === 'string' ? idOfType(id, type.name) : undefined;
  if (parts === undefined) return null;
  try {
    const found = entity(type, parts, context, info);
    return found instanceof Promise ? found.catch(failed) : found;
  } catch (error) {
    return failed(error);
  }
}

/** One answer a representation, in their order: the object, null for what isn't there or isn't ours to see, or an error. */
export function resolveEntities(
  _root: unknown,
  { representations }: { readonly representations: readonly Representation[] },
  context: SubgraphContext,
  info: GraphQLResolveInfo,
): readonly Found[] | Promise<readonly Found[]> {
  const found = representations.map((each) => answerTo(each, context, info));
  const isHere = (each: Found | Promise<Found>): each is Found => !(each instanceof Promise);
  return found.every(isHere) ? found : Promise.all(found);
}
