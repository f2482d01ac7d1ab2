// The committed supergraph is what the subgraphs compose to, and clients see none of our machinery in it.
import { readFileSync } from 'node:fs';
import { parse, printSchema, visit } from 'graphql';
import { describe, expect, test } from 'vitest';
import { compose } from '../../schema/compose.ts';
import { findSubgraphs, readContract } from '../../schema/contract.ts';
import { readManifest } from '../../schema/manifest.ts';
import { apiSchema, supergraphSdl } from '../support/supergraph.ts';

const SUBGRAPHS = new URL('../../subgraphs/', import.meta.url);
const SCHEMA = new URL('../../schema/', import.meta.url);
const contract = readContract(findSubgraphs(SUBGRAPHS));

describe('drift', () => {
  test('the committed supergraph is what the subgraphs compose to', () => {
    const { supergraphSdl: made, faults } = compose(contract);
    expect(faults).toEqual([]);
    expect(supergraphSdl()).toBe(`${made?.trimEnd()}\n`);
  });

  test('the committed manifest is made of the committed operations', () => {
    const committed: unknown = JSON.parse(
      readFileSync(new URL('registered-operations.json', SCHEMA), 'utf8'),
    );
    expect(committed).toEqual(JSON.parse(JSON.stringify(readManifest(new URL('operations/', SCHEMA)))));
  });
});

describe('known facts about the libraries', () => {
  const directives = (name: string) => {
    let found = 0;
    visit(parse(supergraphSdl()), {
      Directive(node) {
        if (node.name.value === name) found += 1;
      },
    });
    return found;
  };

  test('@access and @cacheControl survive composition, for the gate and the response cache', () => {
    expect(directives('access')).toBeGreaterThan(20);
    expect(directives('cacheControl')).toBeGreaterThan(15);
  });

  test('none of our directives, enums and federation types shows in what clients see', () => {
    expect(printSchema(apiSchema())).not.toMatch(/ssm__|directive @|_Entity|_Service|join__|link__|_Any/);
  });

  test('every root field that gives many says what it gives', () => {
    const root = apiSchema().getQueryType();
    const silent = Object.values(root?.getFields() ?? {}).filter(
      ({ args, description }) => args.length > 1 && !description,
    );
    expect(silent.map(({ name }) => name)).toEqual([]);
  });
});
