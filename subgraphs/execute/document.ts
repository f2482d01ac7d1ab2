// A subgraph's operation, compiled once for its document: executed for any principal and variables, many at a time.
import {
  type DocumentNode,
  defaultFieldResolver,
  type ExecutionResult,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getArgumentValues,
  getVariableValues,
  OperationTypeNode,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  visit,
} from 'graphql';
import { clientError } from '../../schema/errors.ts';
import { isInherited, type JsonObject, write } from '../../schema/json.ts';
import { operationOf } from '../../schema/operation-of.ts';
import { fitsCode } from '../../schema/own-code.ts';
import { type SelectedField, selectFields, type TypedSelection } from '../../schema/selection.ts';
import { conditionFault, roomFor, variants } from '../../schema/variants.ts';
import { isPromise } from '../soon.ts';
import { type ExecuteObject, positionOf } from './complete.ts';
import { FAILED, Place } from './place.ts';
import { type Asked, Run } from './run.ts';

type ExecuteField = (source: unknown, run: Run, place: Place) => unknown;

interface CompiledField {
  readonly name: string;
  readonly execute: ExecuteField;
}

/** What is selected where conditions have these values. */
interface Variant {
  readonly condition: (variable: string) => boolean;
  /** So many have been compiled: each has a number of its own. */
  fields: number;
}

type Params = Readonly<Record<string, unknown>>;

/** Never rejects for what a resolver does. Objects and lists of `data` are the caller's to write to. */
export type CompiledDocument = (
  variables: Params,
  asked: Omit<Asked, 'variables'>,
) => Promise<ExecutionResult>;

function byLookUp(fields: readonly CompiledField[]): ExecuteObject {
  return (source, run, place) => {
    const object: JsonObject = {};
    place.value = object;
    for (const { name, execute } of fields) {
      const value = execute(source, run, place);
      if (value === FAILED) return place.drop();
      write(object, name, value, isInherited(name));
    }
    return object;
  };
}

/** By code of its own: V8 knows the form of the objects of each place, where names that are looked up give it none. For what lasts. */
function byOwnCode(fields: readonly CompiledField[]): ExecuteObject {
  const code = `
    const [${fields.map((_, at) => `field${at}`).join()}] = fields;
    return (source, run, place) => {
      ${fields.map((_, at) => `const value${at} = field${at}(source, run, place); if (value${at} === FAILED) return place.drop();`).join('\n')}
      return place.value = { ${fields.map(({ name }, at) => `${name}: value${at}`).join()} };
    };`;
  return new Function('fields', 'FAILED', code)(
    fields.map(({ execute }) => execute),
    FAILED,
  );
}

function objectBy(fields: readonly CompiledField[], ownCode: boolean): ExecuteObject {
  return ownCode && fitsCode(fields.map(({ name }) => name)) ? byOwnCode(fields) : byLookUp(fields);
}

/** As far as it's made of plain objects and lists, which coercion makes; what a scalar's parser makes is its own. */
function frozen<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value;
  const parent: unknown = Object.getPrototypeOf(value);
  if (!Array.isArray(value) && parent !== null && parent !== Object.prototype) return value;
  for (const each of Object.values(value)) frozen(each);
  return Object.freeze(value);
}

const NO_ARGUMENTS: Params = Object.freeze({});

function definitionOf(schema: GraphQLSchema, type: GraphQLObjectType, name: string) {
  if (type === schema.getQueryType()) {
    if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
    if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
  }
  return type.getFields()[name];
}

/** What was given with a field, by its number: made once a run where variables decide, else once for all. */
function argumentsOf(
  definition: GraphQLField<unknown, unknown>,
  { nodes: [node] }: SelectedField,
  number: number,
): (run: Run) => Params {
  if (definition.args.length === 0) return () => NO_ARGUMENTS;
  let varies = false;
  for (const each of node.arguments ?? []) {
    visit(each, {
      Variable: () => {
        varies = true;
      },
    });
  }
  if (!varies) {
    let constant: Params | undefined;
    return () => {
      constant ??= frozen(getArgumentValues(definition, node));
      return constant;
    };
  }
  return (run) => {
    // made by this function alone
    const known = run.args[number] as Params | undefined;
    if (known !== undefined) return known;
    const made = Object.freeze(getArgumentValues(definition, node, run.variables));
    run.args[number] = made;
    return made;
  };
}

/** @throws OPERATION_RESOLUTION_FAILURE */
export function compileDocument(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | undefined,
): CompiledDocument {
  const { operation, fragments } = operationOf(document, operationName);
  const rootType = schema.getRootType(operation.operation);
  if (!rootType || operation.operation === OperationTypeNode.SUBSCRIPTION)
    throw clientError('GRAPHQL_VALIDATION_FAILED', `This subgraph has no ${operation.operation}.`);
  const definitions = operation.variableDefinitions ?? [];
  const room = roomFor(operation, fragments);
  const fragmentMap = Object.fromEntries(fragments);

  function fieldsOf(
    type: GraphQLObjectType,
    selections: readonly TypedSelection[],
    variant: Variant,
  ): CompiledField[] {
    const chosen = selectFields(selections, type, type.name, {
      schema,
      fragments,
      condition: variant.condition,
    });
    return chosen.flatMap((field) => {
      const [node] = field.nodes;
      const name = field.responseName;
      if (node.name.value === '__typename') return [{ name, execute: () => type.name }];
      const definition = definitionOf(schema, type, node.name.value);
      return definition === undefined ? [] : [{ name, execute: fieldOf(type, field, definition, variant) }];
    });
  }

  function fieldOf(
    type: GraphQLObjectType,
    field: SelectedField,
    definition: GraphQLField<unknown, unknown>,
    variant: Variant,
  ): ExecuteField {
    const number = variant.fields;
    variant.fields += 1;
    const { nodes, responseName } = field;
    const info = (run: Run): GraphQLResolveInfo => {
      // made by this function alone; no resolver of a subgraph asks where its object stands, so one serves all of them
      const known = run.infos[number] as GraphQLResolveInfo | undefined;
      if (known !== undefined) return known;
      const made: GraphQLResolveInfo = {
        fieldName: definition.name,
        fieldNodes: nodes,
        returnType: definition.type,
        parentType: type,
        path: { prev: undefined, key: responseName, typename: type.name },
        schema,
        fragments: fragmentMap,
        rootValue: undefined,
        operation,
        variableValues: run.variables,
      };
      run.infos[number] = made;
      return made;
    };
    const position = positionOf(definition.type, {
      name: `${type.name}.${definition.name}`,
      nodes,
      schema,
      info,
      objectOf: (of) => {
        const below = nodes.flatMap(({ selectionSet }): TypedSelection[] =>
          selectionSet === undefined ? [] : [{ set: selectionSet, parent: of }],
        );
        return objectBy(fieldsOf(of, below, variant), room.holdsAll);
      },
    });
    const argsOf = argumentsOf(definition, field, number);
    const resolve = definition.resolve ?? defaultFieldResolver;
    return (source, run, place) => {
      let value: unknown;
      try {
        value = resolve(source, argsOf(run), run.context, info(run));
      } catch (error) {
        return run.fail(error, position, place, responseName);
      }
      return isPromise(value)
        ? run.later(value, position, place, responseName)
        : run.settle(value, position, place, responseName);
    };
  }

  const rootBy = variants(room, (condition) => {
    const set = { set: operation.selectionSet, parent: rootType };
    const fields = fieldsOf(rootType, [set], { condition, fields: 0 });
    return { fields, execute: objectBy(fields, room.holdsAll) };
  });

  return async (given, asked) => {
    const read = getVariableValues(schema, definitions, given, { maxErrors: 50 });
    if (read.errors !== undefined) return { errors: read.errors };
    const variables = read.coerced;
    const fault = conditionFault(room.conditions, variables);
    if (fault !== undefined) return { errors: [fault] };
    const run = new Run({ ...asked, variables });
    const root = new Place(undefined, '', true);
    const { fields, execute } = rootBy(variables);
    if (operation.operation === OperationTypeNode.MUTATION) await inOrder(fields, run, root);
    else {
      execute(undefined, run, root);
      await run.rest;
    }
    const data = root.gone ? null : (root.value as JsonObject);
    return run.errors.length > 0 ? { errors: run.errors, data } : { data };
  };
}

/** Acts: none begins before the one before it, and all that is shown of it, is there. */
async function inOrder(fields: readonly CompiledField[], run: Run, root: Place): Promise<void> {
  const data: JsonObject = {};
  root.value = data;
  for (const { name, execute } of fields) {
    const value = execute(undefined, run, root);
    if (value === FAILED) root.drop();
    else write(data, name, value, isInherited(name));
    await run.rest;
    if (root.gone) return;
  }
}
