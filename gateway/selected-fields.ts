// What an operation selects of each object type, wherever it does: told once a document.
import {
  type DocumentNode,
  type GraphQLSchema,
  isAbstractType,
  isObjectType,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { SelectedFields } from '../schema/ports.ts';

/** Of every object, which need no asking. */
const ALWAYS: ReadonlySet<string> = new Set(['__typename', 'id']);

function read(schema: GraphQLSchema, document: DocumentNode, fetched: ReadonlySet<string>): SelectedFields {
  const found = new Map<string, Set<string>>();
  const add = (type: string, field: string): void => {
    const fields = found.get(type) ?? new Set();
    found.set(type, fields.add(field));
  };
  const typeInfo = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(typeInfo, {
      Field({ name }) {
        const parent = typeInfo.getParentType();
        if (isObjectType(parent)) add(parent.name, name.value);
        else if (isAbstractType(parent))
          for (const { name: type } of schema.getPossibleTypes(parent)) add(type, name.value);
      },
    }),
  );
  // what fields of some subgraph require of others, and keys are made of: a plan selects it unasked
  const unasked = [...fetched].filter((name) => !ALWAYS.has(name));
  if (unasked.length > 0)
    for (const { name: type } of Object.values(schema.getTypeMap()).filter(isObjectType))
      for (const name of unasked) add(type, name);
  return found;
}

// documents are kept parsed; a schema that is replaced takes what was read by it along
const known = new WeakMap<GraphQLSchema, WeakMap<DocumentNode, SelectedFields>>();

/**
 * Of all operations of the document together: more than one of them selects is only asked for in vain. `fetched` belongs
 * to the schema.
 */
export function selectedFields(
  schema: GraphQLSchema,
  document: DocumentNode,
  fetched: ReadonlySet<string>,
): SelectedFields {
  const ofSchema = known.get(schema) ?? new WeakMap<DocumentNode, SelectedFields>();
  known.set(schema, ofSchema);
  const selected = ofSchema.get(document) ?? read(schema, document, fetched);
  ofSchema.set(document, selected);
  return selected;
}
