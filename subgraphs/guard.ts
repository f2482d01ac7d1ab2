// From @access to rules: deny by default, graphql-shield on root fields, a decision on each object below, none on its leaves.
import { defaultFieldResolver, type GraphQLFieldResolver, type GraphQLSchema, isObjectType } from 'graphql';
import type { IMiddlewareFieldMap, IMiddlewareTypeMap } from 'graphql-middleware';
import { applyMiddleware } from 'graphql-middleware';
import { holds, type SsmFunction } from '../schema/access.ts';
import { type Contract, type FieldSheet, ROOTS, type SubgraphSheet } from '../schema/data-sheet.ts';
import { clientError, lacking } from '../schema/errors.ts';
import type { SubgraphContext } from './context.ts';
import { isItem } from './item.ts';
import type { Objects } from './objects.ts';
import { allow, and, deny, rule, shield } from './shield.ts';
import { asClientError } from './source.ts';

type Rule = ReturnType<ReturnType<typeof rule>> | ReturnType<typeof and>;

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

function rootRule(field: FieldSheet, contract: Contract): Rule {
  // a root field without a rule is a start-up fault; were it to pass, it would be denied here
  const open = field.access === undefined && contract.types.get(field.returns)?.access === undefined;
  if (open) return deny;
  const rules = rulesOf(field, contract).holds.map(holdsRule);
  const [only] = rules;
  return only === undefined ? allow : rules.length === 1 ? only : and(...rules);
}

/**
 * Shield's rule for every field in the schema. What the data sheets don't know, the fallback denies; below the roots
 * shield lets pass what they know, and `decided` asks.
 */
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
      if (field !== undefined) rules[name] = ROOTS.has(type.name) ? rootRule(field, contract) : allow;
      else if (FEDERATION.has(`${type.name}.${name}`)) rules[name] = allow;
    }
    tree[type.name] = rules;
  }
  return tree;
}

/** `_entities` checks rule and ownership itself, object by object; the SDL is public to whoever may call at all. */
const FEDERATION = new Set(['Query._entities', 'Query._service', '_Service.sdl']);

type Needs = ReturnType<typeof rulesOf>;

/** A failing back end refuses with its own code: no verdict is not a verdict. */
function failed(fn: SsmFunction, error: unknown): Error {
  const shown = asClientError(error);
  return shown instanceof Error ? shown : lacking(fn);
}

type Verdict = true | Error;

/**
 * Whether each function may be used on the object that the field is on, from the `at`th on. No function is made where
 * none is needed: this runs once a value.
 */
function onObject(
  functions: readonly SsmFunction[],
  parent: unknown,
  objects: Objects,
  at = 0,
): Verdict | Promise<Verdict> {
  const fn = functions[at];
  if (fn === undefined) return true;
  if (!isItem(parent)) return lacking(fn);
  const asked = objects.mayUse(fn, parent);
  if (asked instanceof Promise)
    return asked
      .then((may) => (may ? onObject(functions, parent, objects, at + 1) : lacking(fn)))
      .catch((error: unknown) => failed(fn, error));
  return asked ? onObject(functions, parent, objects, at + 1) : lacking(fn);
}

type Resolve = GraphQLFieldResolver<unknown, SubgraphContext>;

/** Below the roots there are as many decisions as values: one that needs no back end is made without a promise. */
function decided(needs: Needs, resolve: Resolve): Resolve {
  return (parent, args, context, info) => {
    const { objects } = context;
    for (const fn of needs.holds) if (!objects.holds(fn)) return lacking(fn);
    const verdict = onObject(needs.on, parent, objects);
    if (verdict === true) return resolve(parent, args, context, info);
    return verdict instanceof Promise
      ? verdict.then((found) => (found === true ? resolve(parent, args, context, info) : found))
      : verdict;
  };
}

/** The fields below the roots that take more than having their object. */
function decide(schema: GraphQLSchema, sheet: SubgraphSheet, contract: Contract): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || ROOTS.has(type.name)) continue;
    for (const made of Object.values(type.getFields())) {
      const field = sheet.fields.get(type.name)?.get(made.name);
      if (field === undefined) continue;
      const needs = rulesOf(field, contract);
      if (needs.holds.length + needs.on.length > 0)
        made.resolve = decided(needs, made.resolve ?? defaultFieldResolver);
    }
  }
  return schema;
}

/**
 * Shield's middleware on the roots and on what nobody knows, our own decisions below; nothing around a field that
 * everybody may read who has its object: wrapping a leaf costs a promise for each value of it.
 */
export function guard(schema: GraphQLSchema, sheet: SubgraphSheet, contract: Contract): GraphQLSchema {
  const tree = ruleTree(schema, sheet, contract);
  const generated = shield(tree, {
    fallbackRule: deny,
    fallbackError: clientError('FORBIDDEN'),
    allowExternalErrors: true,
  }).generate(schema);
  const kept: IMiddlewareTypeMap = {};
  // shield generates an object of fields for every object type when it is given a tree
  for (const [type, fields] of Object.entries(generated as Record<string, IMiddlewareFieldMap>)) {
    const wrapped = Object.entries(fields).filter(([name]) => tree[type]?.[name] !== allow);
    if (wrapped.length > 0) kept[type] = Object.fromEntries(wrapped);
  }
  // a middleware is given a new function for each call; the decisions, which are many, go without
  return decide(applyMiddleware(schema, kept), sheet, contract);
}
