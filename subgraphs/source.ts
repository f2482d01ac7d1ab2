// From @tmf to resolvers: leaves, parts, references, joins, lists and root fields, all from the data sheet.
import type { GraphQLFieldResolver, GraphQLResolveInfo } from 'graphql';
import type { SsmFunction } from '../schema/access.ts';
import { attributeOf } from '../schema/contract.ts';
import {
  type Contract,
  type FieldSheet,
  ROOTS,
  type SubgraphSheet,
  type TypeSheet,
} from '../schema/data-sheet.ts';
import { clientError } from '../schema/errors.ts';
import { decodeId } from '../schema/id.ts';
import type { SubgraphContext } from './context.ts';
import { type Convert, converterFor, isUnreadable } from './convert.ts';
import { backEndId, entityOf, globalId, type Item, isItem, reference } from './item.ts';
import { isWithheld, refuseByLabel, withheldAt } from './labels.ts';
import { type Connection, list } from './list.ts';
import { guardsOn, readFilter } from './list-filter.ts';
import type { Objects } from './objects.ts';
import { compileFirst, compileIds, compilePath, filterPath, type Path } from './path.ts';
import { attributesFor } from './projection.ts';
import { after, all, type Soon } from './soon.ts';
import { BackEndError } from './tmf/back-end-error.ts';

type Resolve = GraphQLFieldResolver<Item, SubgraphContext>;

/** What clients may learn of a back end's failure: its code, and nothing that it said. */
export function asClientError(error: unknown): unknown {
  return error instanceof BackEndError ? error.toClientError() : error;
}

/**
 * Parameters whose names some field of the graph guards (`number`: PERSON_VIEW) are guarded in every list of parameters,
 * else the list would tell what the field doesn't.
 */
function guardedNames(contract: Contract): ReadonlyMap<string, SsmFunction> {
  const known = namesKept.get(contract);
  if (known !== undefined) return known;
  const names = new Map<string, SsmFunction>();
  for (const sheet of contract.subgraphs.values()) {
    for (const fields of sheet.fields.values()) {
      for (const { access, path } of fields.values()) {
        const name = /\[name=([^\]]+)\]/.exec(path ?? '')?.[1];
        if (access !== undefined && access !== 'PUBLIC' && name !== undefined) names.set(name, access);
      }
    }
  }
  namesKept.set(contract, names);
  return names;
}

const namesKept = new WeakMap<Contract, ReadonlyMap<string, SsmFunction>>();

function characteristics(read: Path, convert: Convert, contract: Contract): Resolve {
  return (item, _args, { objects }) => {
    const guards = guardedNames(contract);
    // what the conversion to Characteristic makes
    const guardOf = (made: unknown) => guards.get(String((made as { name?: unknown }).name));
    const made = read(item.raw)
      .map(convert)
      .filter((each) => each !== null);
    const needed = [...new Set(made.map(guardOf))].filter((fn) => fn !== undefined);
    const verdicts = all(needed.map((fn) => objects.mayUse(fn, item)));
    return after(verdicts, (may) => {
      const refused = new Set<SsmFunction | undefined>(needed.filter((_, index) => may[index] !== true));
      return made.filter((each) => !refused.has(guardOf(each)));
    });
  };
}

function leaf(field: FieldSheet, sheet: SubgraphSheet, contract: Contract): Resolve | undefined {
  const convert = converterFor(field.returns, sheet.enums);
  if (convert === undefined || field.path === undefined) return undefined;
  const read = compilePath(field.path);
  if (field.list && field.returns === 'Characteristic') return characteristics(read, convert, contract);
  if (field.list) {
    return (item) =>
      isItem(item)
        ? read(item.raw)
            .map(convert)
            .filter((each) => each !== null)
        : undefined;
  }
  const first = compileFirst(field.path);
  return (item, _args, { objects }) => {
    const value = first(item.raw);
    if (value === undefined || (field.label !== undefined && isWithheld(field, objects))) return null;
    const made = convert(value);
    if (made === null && isUnreadable(field.returns, value)) throw clientError('BACKEND_BAD_ANSWER');
    return made;
  };
}

/** A part of an object (a tax item, a feature): an item of its own that stands where the whole stands. */
function part(field: FieldSheet): Resolve {
  const read = compilePath(field.path ?? field.name);
  return (item) => {
    const parts = read(item.raw).flatMap((raw): Item[] =>
      typeof raw === 'object' && raw !== null
        ? [{ __typename: field.returns, provider: item.provider, raw: raw as Item['raw'], whole: item }] // an object, as just checked
        : [],
    );
    return field.list ? parts : (parts[0] ?? null);
  };
}

function toEntity(field: FieldSheet, type: TypeSheet, sheet: SubgraphSheet): Resolve {
  const idsAt = compileIds(field.path ?? field.name);
  const here = type.home === sheet.name && type.api !== undefined;
  return (item, _args, { objects }, info) => {
    const ids = [...new Set(idsAt(item.raw))];
    const wanted = field.list ? ids : ids.slice(0, 1);
    const attributes = here ? attributesFor(info, type, sheet) : [];
    // an id alone tells something too: a reference is given to those only who may see what it names
    const found: Soon<readonly (Item | undefined)[]> = here
      ? all(wanted.map((id) => objects.see(type.name, item.provider, id, attributes)))
      : objects.visible(wanted.map((id) => reference(type.name, item.provider, id)));
    return after(found, (each) => (field.list ? each.filter((one) => one !== undefined) : each[0]));
  };
}

function joined(field: FieldSheet, by: string, type: TypeSheet, sheet: SubgraphSheet): Resolve {
  return async (item, _args, { objects }, info) => {
    const entity = entityOf(item);
    const attributes = attributesFor(info, type, sheet);
    const found = await objects.by(type.name, by, entity.provider, backEndId(entity), { attributes });
    return after(objects.visible(found), (seen) => (field.list ? seen : seen[0]));
  };
}

interface ListArgs {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly filter?: Readonly<Record<string, unknown>> | null;
  readonly sort?: string | null;
}

/** One operation asks for equal lists once: the same field, object, arguments and selection. */
const lists = new WeakMap<Objects, WeakMap<object, Map<string, Promise<Connection>>>>();

function once(
  objects: Objects,
  key: string,
  info: GraphQLResolveInfo,
  ask: () => Promise<Connection>,
): Promise<Connection> {
  const [node] = info.fieldNodes;
  if (node === undefined || info.fieldNodes.length > 1) return ask();
  const ofOperation = lists.get(objects) ?? new WeakMap<object, Map<string, Promise<Connection>>>();
  lists.set(objects, ofOperation);
  const ofField = ofOperation.get(node) ?? new Map<string, Promise<Connection>>();
  ofOperation.set(node, ofField);
  const asked = ofField.get(key) ?? ask();
  ofField.set(key, asked);
  return asked;
}

const MAX_COMBINATIONS = 1_000;

/** A connection: below an object when `by` names it, else all that the principal may see. */
function paged(field: FieldSheet, type: TypeSheet, sheet: SubgraphSheet, contract: Contract): Resolve {
  const belowOf = field.by === undefined ? undefined : below(field.by);
  const guards = new Map<string, readonly SsmFunction[]>();
  const guardsBy = (paths: readonly string[]): readonly SsmFunction[] => {
    const key = paths.join('\n');
    const found = guards.get(key) ?? guardsOn(type.name, sheet, contract, paths);
    // what lists may be chosen by is few: filters and orders of the schema, and what is combined of them
    if (guards.size < MAX_COMBINATIONS) guards.set(key, found);
    return found;
  };
  let inputs: { readonly filter: string; readonly sort: string } | undefined;
  return (item, args: ListArgs, { objects }, info) => {
    inputs ??= { filter: argumentType(info, 'filter'), sort: argumentType(info, 'sort') };
    const asked = readFilter(sheet, inputs.filter, args.filter, objects.operation.nowMs);
    refuseByLabel(type.name, sheet, asked.paths, objects);
    const wanted =
      args.sort === undefined || args.sort === null
        ? undefined
        : sheet.enums.get(inputs.sort)?.get(args.sort);
    const tells = wanted !== undefined && withheldAt(type.name, sheet, [wanted.replace(/^-/, '')], objects);
    const order = tells ? undefined : wanted;
    const below = belowOf?.(entityOf(item));
    // a list below an object stays at the object's provider, whatever other ids say
    const provider = below === undefined ? asked.provider : entityOf(item).provider;
    const chosenBy = [...asked.paths, ...(order === undefined ? [] : [order.replace(/^-/, '')])];
    const parent = below === undefined ? '' : globalId(entityOf(item));
    return once(objects, `${field.parent}.${field.name} ${parent} ${JSON.stringify(args)}`, info, () =>
      list(objects, {
        type: type.name,
        guards: guardsBy(chosenBy),
        first: args.first ?? null,
        after: args.after ?? null,
        filter: asked.filter,
        ...(below === undefined ? {} : { below: below.filter }),
        tests: [...asked.tests, ...(below?.tests ?? [])],
        attributes: [
          ...new Set([
            ...attributesFor(info, type, sheet, true),
            ...asked.attributes,
            ...(below?.attributes ?? []),
          ]),
        ],
        ...(order === undefined ? {} : { sort: order }),
        ...(provider === undefined ? {} : { provider }),
      }),
    );
  };
}

/** The condition under which a row hangs below the object; tested on each row, asked of the back end besides. */
function below(by: string) {
  const idsAt = compileIds(by);
  const path = filterPath(by);
  const attributes = [attributeOf(by)];
  return (entity: Item) => {
    const id = backEndId(entity);
    return {
      filter: { [path]: id },
      // proven by the client for plain paths; a pick is ours to test
      tests: by.includes('[') ? [(object: Item['raw']) => idsAt(object).includes(id)] : [],
      attributes,
    };
  };
}

/** Of the field that is resolved; empty where it has no such argument. */
function argumentType(info: GraphQLResolveInfo, name: string): string {
  const argument = info.parentType.getFields()[info.fieldName]?.args.find((each) => each.name === name);
  return argument === undefined ? '' : String(argument.type).replaceAll(/[[\]!]/g, '');
}

/** `service(id: ID!): Service`: the object, or null for one that isn't there or isn't ours to see. */
function byId(type: TypeSheet, sheet: SubgraphSheet): Resolve {
  return (_root, args: { readonly id?: string }, { objects }, info) => {
    const parts = decodeId(args.id ?? '');
    if (parts?.type !== type.name) throw clientError('INVALID_ID');
    if (!objects.serves(type.name, parts.provider)) return null;
    return objects.see(type.name, parts.provider, parts.id, attributesFor(info, type, sheet));
  };
}

/** The resolver that the data sheet gives a field; undefined where only resolvers.ts can say. */
export function sourceFor(field: FieldSheet, sheet: SubgraphSheet, contract: Contract): Resolve | undefined {
  const type = contract.types.get(field.returns);
  const root = ROOTS.has(field.parent);
  if (field.name === 'id' && contract.types.get(field.parent)?.key === true) return (item) => globalId(item);
  if (field.connection && type?.api !== undefined && (root || field.by !== undefined))
    return paged(field, type, sheet, contract);
  if (root)
    return type?.api !== undefined && type.key && field.arguments.join() === 'id'
      ? byId(type, sheet)
      : undefined;
  if (field.by !== undefined && type !== undefined) return joined(field, field.by, type, sheet);
  if (field.path === undefined) return undefined;
  if (type?.key === true) return toEntity(field, type, sheet);
  return leaf(field, sheet, contract) ?? part(field);
}
