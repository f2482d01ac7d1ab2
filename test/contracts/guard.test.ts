// Known facts about graphql-shield and vitest, on which the guard and these tests stand.
import { createRequire } from 'node:module';
import { buildSubgraphSchema } from '@apollo/subgraph';
import * as graphql from 'graphql';
import { isObjectType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { findSubgraphs, readContract } from '../../schema/contract.ts';
import { guard, rulesOf, ruleTree } from '../../subgraphs/guard.ts';
import { allow } from '../../subgraphs/shield.ts';

const contract = readContract(findSubgraphs(new URL('../../subgraphs/', import.meta.url)));
const subgraphs = [...contract.subgraphs];
const bare = (name: string) => {
  const sheet = contract.subgraphs.get(name);
  if (sheet === undefined) throw new Error(`no subgraph ${name}`);
  return { sheet, schema: buildSubgraphSchema([{ typeDefs: sheet.document }]) };
};

function wrapped(schema: graphql.GraphQLSchema): readonly string[] {
  return Object.values(schema.getTypeMap()).flatMap((type) =>
    isObjectType(type) && !type.name.startsWith('__')
      ? Object.values(type.getFields())
          // without resolvers a field that nobody wrapped has none
          .filter(
            ({ resolve, name }) => resolve !== undefined && !['_service', '_entities', 'sdl'].includes(name),
          )
          .map(({ name }) => `${type.name}.${name}`)
      : [],
  );
}

describe('SSM-A-08 the guard', () => {
  test.each(subgraphs)(
    'SSM-A-08 of %s wraps the fields that a rule is about, and no leaf besides',
    (name, { fields }) => {
      const { sheet, schema } = bare(name);
      const ruled = [...fields].flatMap(([type, ofType]) =>
        [...ofType.values()]
          .filter((field) => {
            const { holds, on } = rulesOf(field, contract);
            return holds.length + on.length > 0;
          })
          .map((field) => `${type}.${field.name}`),
      );
      const before = new Set(wrapped(schema));
      const now = wrapped(guard(schema, sheet, contract)).filter((each) => !before.has(each));
      expect([...now].sort()).toEqual(ruled.sort());
      const leaves = [...fields.values()].reduce((sum, ofType) => sum + ofType.size, 0);
      expect(now.length).toBeLessThan(leaves / 2);
    },
  );

  test.each(subgraphs)(
    'SSM-A-08 of %s has a rule for every field: what it does not know is denied',
    (name) => {
      const { sheet, schema } = bare(name);
      const tree = ruleTree(schema, sheet, contract);
      const unknown = Object.values(schema.getTypeMap()).flatMap((type) =>
        isObjectType(type) && !type.name.startsWith('__')
          ? Object.keys(type.getFields()).filter((field) => tree[type.name]?.[field] === undefined)
          : [],
      );
      expect(unknown).toEqual([]);
      expect(tree.Query?._entities).toBe(allow);
      expect(tree.Query?._service).toBe(allow);
    },
  );

  test('SSM-A-08 with a guarded field that the data sheet does not have: denied', async () => {
    const { sheet } = bare('billing');
    const schema = buildSubgraphSchema([
      {
        typeDefs: graphql.concatAST([
          sheet.document,
          graphql.parse('extend type Query { forgotten: String }'),
        ]),
        resolvers: { Query: { forgotten: () => 'secret' } },
      },
    ]);
    const result = await graphql.graphql({
      schema: guard(schema, sheet, contract),
      source: '{ forgotten }',
      contextValue: {},
    });
    expect(JSON.stringify(result)).not.toContain('secret');
    expect(result.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });
});

test('there is one copy of graphql here, as in production', () => {
  const required: { GraphQLSchema: unknown } = createRequire(import.meta.url)('graphql');
  expect(required.GraphQLSchema).toBe(graphql.GraphQLSchema);
});
