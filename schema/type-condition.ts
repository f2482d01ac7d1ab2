// Type conditions: whether an object of one type answers to another's name.
import { type GraphQLSchema, isAbstractType, isInterfaceType, isObjectType } from 'graphql';

/** A subgraph with an interface object answers with the interface's own name, so `typename` may be abstract. */
export function isTypeOf(schema: GraphQLSchema, typename: string, condition: string): boolean {
  if (typename === condition) return true;
  const type = schema.getType(typename);
  const wanted = schema.getType(condition);
  return (
    isAbstractType(wanted) && (isObjectType(type) || isInterfaceType(type)) && schema.isSubType(wanted, type)
  );
}
