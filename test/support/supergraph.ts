// The committed supergraph, and the schema that clients see of it.
import { readFileSync } from 'node:fs';
import { Supergraph } from '@apollo/federation-internals';
import type { GraphQLSchema } from 'graphql';

export const supergraphSdl = (): string =>
  readFileSync(new URL('../../schema/supergraph.graphql', import.meta.url), 'utf8');

let made: GraphQLSchema | undefined;
export function apiSchema(): GraphQLSchema {
  made ??= Supergraph.build(supergraphSdl()).apiSchema().toGraphQLJSSchema();
  return made;
}
