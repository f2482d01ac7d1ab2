// What an operation asks for, told from its text and the schema alone: root fields, functions, whether it may be kept.
import {
  type DirectiveNode,
  type DocumentNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { SsmFunction } from '../schema/access.ts';
import { type Cost, costOf } from './cost.ts';
import { type AsQuery, asQuery } from './live/as-query.ts';
import { type Topics, topicsOf } from './live/topics.ts';
import type { Rule, SchemaRules } from './schema-rules.ts';
import { spreadIn } from './spread.ts';

/** A root field as it is selected, with the `@skip` and `@include` on its way. */
export interface RootField {
  readonly coordinate: string;
  /** Undefined: no rule, so nobody may. */
  readonly access: SsmFunction | undefined;
  readonly conditions: readonly Condition[];
}

export interface Condition {
  readonly include: boolean;
  /** A variable's name, or the value itself. */
  readonly when: string | boolean;
}

export interface OperationFacts {
  readonly node: OperationDefinitionNode;
  readonly roots: readonly RootField[];
  readonly introspects: boolean;
  /** Present when the answer is the same for everybody: every field PUBLIC by rule and by hint. */
  readonly keepS: number | undefined;
  /** The most objects that it may bring. */
  readonly cost: Cost;
  /** Of a subscription: what is run for it, and when again. */
  readonly live?: { readonly query: AsQuery; readonly topics: Topics };
}

function conditionsOf(directives: readonly DirectiveNode[] | undefined): Condition[] {
  return (directives ?? []).flatMap(({ name, arguments: args }): Condition[] => {
    if (name.value !== 'skip' && name.value !== 'include') return [];
    const value = args?.[0]?.value;
    const include = name.value === 'include';
    if (value?.kind === Kind.VARIABLE) return [{ include, when: value.name.value }];
    return value?.kind === Kind.BOOLEAN ? [{ include, when: value.value }] : [];
  });
}

interface Selected {
  readonly name: string;
  readonly conditions: readonly Condition[];
}

/** Root fields through fragments. The document is validated, so that no spread leads back to itself. */
function rootSelections(document: DocumentNode, set: SelectionSetNode): Selected[] {
  return set.selections.flatMap((selection): Selected[] => {
    const conditions = conditionsOf(selection.directives);
    if (selection.kind === Kind.FIELD) return [{ name: selection.name.value, conditions }];
    const inner = spreadIn(document, selection);
    if (inner === undefined) return [];
    return rootSelections(document, inner).map((each) => ({
      ...each,
      conditions: [...conditions, ...each.conditions],
    }));
  });
}

const ofEverybody = (rule: Rule): boolean => rule.access === undefined || rule.access === 'PUBLIC';

/** Undefined: the field may not be kept. Infinity: as long as its parent. */
function keepingOfField(
  parent: GraphQLCompositeType,
  field: GraphQLField<unknown, unknown>,
  schema: GraphQLSchema,
  rules: SchemaRules,
): number | undefined {
  const returns = getNamedType(field.type);
  const every = [
    ...withMembers(parent, schema).map((type) => rules.ofField(type.name, field.name)),
    ...withMembers(returns, schema).map((type) => rules.ofType(type.name)),
  ];
  if (!every.every((rule) => ofEverybody(rule) && rule.cache?.scope !== 'PRIVATE')) return undefined;
  const own = rules.ofField(parent.name, field.name);
  const type = rules.ofType(returns.name);
  const root = parent === schema.getQueryType();
  if (root && own.access === undefined && type.access === undefined) return undefined;
  const hint = own.cache ?? type.cache;
  if (hint !== undefined) return hint.maxAgeS;
  return root || type.access !== undefined ? undefined : Number.POSITIVE_INFINITY;
}

const withMembers = (type: GraphQLNamedType, schema: GraphQLSchema): readonly GraphQLNamedType[] =>
  isAbstractType(type) ? [type, ...schema.getPossibleTypes(type)] : [type];

/**
 * For how many seconds the answer may be kept for everybody; undefined: not at all. Told for the whole document,
 * so that of several operations the strictest decides. A field without a hint lives as long as its parent,
 * save root fields and types with a rule of their own: those must say it.
 */
function keepingOf(document: DocumentNode, schema: GraphQLSchema, rules: SchemaRules): number | undefined {
  const seconds: (number | undefined)[] = [];
  const typeInfo = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(typeInfo, {
      enter: (node) => {
        if (node.kind === Kind.OPERATION_DEFINITION && node.operation !== 'query') seconds.push(undefined);
        if (node.kind !== Kind.FIELD || node.name.value === '__typename') return;
        const parent = typeInfo.getParentType();
        const field = typeInfo.getFieldDef();
        seconds.push(parent && field ? keepingOfField(parent, field, schema, rules) : undefined);
      },
    }),
  );
  const least = Math.min(...seconds.map((each) => each ?? 0));
  return Number.isFinite(least) && least > 0 ? least : undefined;
}

function liveOf(
  document: DocumentNode,
  node: OperationDefinitionNode,
  schema: GraphQLSchema,
  rules: SchemaRules,
): OperationFacts['live'] {
  if (node.operation !== 'subscription') return undefined;
  const topics = topicsOf(document, node, schema, rules.topicOf);
  return topics && { query: asQuery(document, node), topics };
}

/** The facts of each operation of a document that is valid in the schema, by name ('' for the unnamed one). */
export function factsOf(
  document: DocumentNode,
  schema: GraphQLSchema,
  rules: SchemaRules,
): ReadonlyMap<string, OperationFacts> {
  const keepS = keepingOf(document, schema, rules);
  const operations = document.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
  return new Map(
    operations.map((node) => {
      const selected = rootSelections(document, node.selectionSet);
      const root = schema.getRootType(node.operation);
      const roots = selected
        .filter(({ name }) => !name.startsWith('__'))
        .map(({ name, conditions }): RootField => {
          const returns = root?.getFields()[name]?.type;
          const access =
            rules.ofField(root?.name ?? '', name).access ??
            (returns === undefined ? undefined : rules.ofType(getNamedType(returns).name).access);
          return { coordinate: `${root?.name}.${name}`, access, conditions };
        });
      const introspects = selected.some(({ name }) => name === '__schema' || name === '__type');
      const cost = costOf(document, node, schema);
      const kept = introspects ? undefined : keepS;
      const live = liveOf(document, node, schema, rules);
      const facts = { node, roots, introspects, keepS: kept, cost, ...(live === undefined ? {} : { live }) };
      return [node.name?.value ?? '', facts];
    }),
  );
}
