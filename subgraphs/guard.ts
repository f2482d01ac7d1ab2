// From @access to graphql-shield: deny by default, rules on the fields that lead to a guarded type, none on its leaves.
import { type GraphQLSchema, isObjectType } from 'graphql';
import type { IMiddlewareFieldMap, IMiddlewareTypeMap } from 'graphql-middleware';
import { applyMiddleware } from 'graphql-middleware';
import { holds, type SsmFunction } from '../schema/access.ts';
import type { Contract, FieldSheet, SubgraphSheet } from '../schema/data-sheet.ts';
import { clientError, lacking } from '../schema/errors.ts';
import type { SubgraphContext } from './context.ts';
import { isItem } from './item.ts';
import { allow, and, deny, rule, shield } from './shield.ts';
import { asClientError } from './source.ts';

type Rule = ReturnType<ReturnType<typeof rule>> | ReturnType<typeof and>;

const ROOTS = new Set(['Query', 'Mutation', 'Subscription']);

/** About the caller alone, so one evaluation serves the whole subgraph call. */
const holding = new Map<SsmFunction, Rule>();
function holdsRule(fn: SsmFunction): Rule {
  const made =
    holding.get(fn) ??
    rule(`holds ${fn}`, { cache: 'contextual' })(
      (_parent: unknown, _args: unknown, { operation }: SubgraphContext) =>
        holds(operation.principal, fn, operation.nowMs) || lacking(fn),
    );
  holding.set(fn, made);
  return made;
}

/** About the object that the field is on. */
const using = new Map<SsmFunction, Rule>();
function mayUseRule(fn: SsmFunction): Rule {
  const made =
    using.get(fn) ??
    rule(`may ${fn}`, { cache: 'no_cache' })(
      (parent: unknown, _args: unknown, { objects }: SubgraphContext) =>
        verdict(fn, async () => isItem(parent) && (await objects.mayUse(fn, parent))),
    );
  using.set(fn, made);
  return made;
}

/** Every function that reading the field takes, and where it is asked. */
export function rulesOf(
  field: FieldSheet,
  contract: Contract,
): { readonly holds: readonly SsmFunction[]; readonly on: readonly SsmFunction[] } {
  const type = contract.types.get(field.returns);
  const needed = [field.access, type?.access].filter((fn) => fn !== undefined && fn !== 'PUBLIC');
  if (ROOTS.has(field.parent)) return { holds: [...new Set(needed)], on: [] };
  // what has an owner of its own is checked where it is loaded; anything else stands where its parent stands
  const byLoader = type?.owner !== undefined;
  const own = field.access === undefined || field.access === 'PUBLIC' ? [] : [field.access];
  const parentOwned = contract.types.get(field.parent)?.access === type?.access;
  const inherited =
    type?.access === undefined || type.access === 'PUBLIC' || byLoader || parentOwned ? [] : [type.access];
  return {
    holds: byLoader && type?.access !== undefined && type.access !== 'PUBLIC' ? [type.access] : [],
    on: [...new Set([...own, ...inherited])],
  };
}

/** A failing back end refuses with its own code: no verdict is not a verdict. */
async function verdict(fn: SsmFunction, ask: () => Promise<boolean>): Promise<true | Error> {
  try {
    return (await ask()) || lacking(fn);
  } catch (error) {
    const shown = asClientError(error);
    return shown instanceof Error ? shown : lacking(fn);
  }
}

function ruleFor(field: FieldSheet, contract: Contract): Rule {
  // a root field without a rule is a start-up fault; were it to pass, it would be denied here
  const open =
    ROOTS.has(field.parent) &&
    field.access === undefined &&
    contract.types.get(field.returns)?.access === undefined;
  if (open) return deny;
  const needed = rulesOf(field, contract);
  const rules = [...needed.holds.map(holdsRule), ...needed.on.map(mayUseRule)];
  const [only] = rules;
  return only === undefined ? allow : rules.length === 1 ? only : and(...rules);
}

/** The rule of every field in the schema. What the data sheets don't know, the fallback denies. */
export function ruleTree(
  schema: GraphQLSchema,
  sheet: SubgraphSheet,
  contract: Contract,
): Record<string, Record<string, Rule>> {
  const tree: Record<string, Record<string, Rule>> = {};
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    const rules: Record<string, Rule> = {};
    for (const name of Object.keys(type.getFields())) {
      const field = sheet.fields.get(type.name)?.get(name);
      if (field !== undefined) rules[name] = ruleFor(field, contract);
      else if (FEDERATION.has(`${type.name}.${name}`)) rules[name] = allow;
    }
    tree[type.name] = rules;
  }
  return tree;
}

/** `_entities` checks rule and ownership itself, object by object; the SDL is public to whoever may call at all. */
const FEDERATION = new Set(['Query._entities', 'Query._service', '_Service.sdl']);

/**
 * Shield's middleware for the schema, without the fields that are allowed anyway: wrapping a leaf costs a
 * promise for each value of it.
 */
export function guard(schema: GraphQLSchema, sheet: SubgraphSheet, contract: Contract): GraphQLSchema {
  const tree = ruleTree(schema, sheet, contract);
  const generated = shield(tree, {
    fallbackRule: deny,
    fallbackError: clientError('FORBIDDEN'),
    allowExternalErrors: true,
  }).generate(schema);
  const kept: IMiddlewareTypeMap = {};
  for (const [type, fields] of Object.entries(generated as Record<string, IMiddlewareFieldMap>)) {
    // shield generates an object of fields for every object type when it is given a tree
    const wrapped = Object.entries(fields).filter(([name]) => tree[type]?.[name] !== allow);
    if (wrapped.length > 0) kept[type] = Object.fromEntries(wrapped);
  }
  return applyMiddleware(schema, kept);
}
