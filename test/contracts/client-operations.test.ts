// The operations of real clients fit the graph, their variables fit them, and somebody who exists sends them.
import { getOperationAST, parse, validate } from 'graphql';
import { getVariableValues } from 'graphql/execution/values.js';
import { expect, test } from 'vitest';
import { ACTORS } from '../../mocks/actors.ts';
import { actedOperations } from '../support/client-operations.ts';
import { apiSchema } from '../support/supergraph.ts';

const operations = await actedOperations();

test.each(['mobile', 'portal', 'dashboard'])('%s sends at least four operations', (client) => {
  expect(operations.filter((each) => each.client === client).length).toBeGreaterThanOrEqual(4);
});

test('their names are theirs alone', () => {
  const names = operations.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

test.each(operations)('$client $name', ({ text, title, options }) => {
  const document = parse(text);
  expect(validate(apiSchema(), document)).toEqual([]);
  const { errors } = getVariableValues(
    apiSchema(),
    getOperationAST(document)?.variableDefinitions ?? [],
    options.variables ?? {},
  );
  expect(errors ?? []).toEqual([]);
  const declared = (getOperationAST(document)?.variableDefinitions ?? []).map(
    ({ variable }) => variable.name.value,
  );
  expect(Object.keys(options.variables ?? {}).filter((name) => !declared.includes(name))).toEqual([]);
  expect([undefined, ...ACTORS.map(({ actorId }) => actorId)]).toContain(options.as);
  expect(title).not.toMatch(/^as:/);
});
