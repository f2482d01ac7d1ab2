// The gate: an operation is refused whole only when none of its root fields, as the variables leave them, is permitted.
import { buildSchema, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { ANONYMOUS, type Principal } from '../schema/principal.ts';
import { Refusal } from './errors.ts';
import { gate } from './gate.ts';
import { factsOf } from './operation-facts.ts';
import { ACTORS, NOW_MS } from './sample-gateway.ts';
import { readRules } from './schema-rules.ts';

const SDL = `
directive @access(function: F!) on OBJECT | FIELD_DEFINITION
directive @cacheControl(maxAge: Int, scope: S) on OBJECT | FIELD_DEFINITION | INTERFACE | UNION
enum F { PUBLIC BILL_VIEW CHARGE_VIEW }
enum S { PUBLIC PRIVATE }
type Query {
  offerings: OfferingConnection
  offering: Offering
  bill: Bill
  bills: [Bill!]!
  spend: Float @access(function: CHARGE_VIEW)
  ruleless: String
  thing: Thing @access(function: PUBLIC)
  openThing: OpenThing @access(function: PUBLIC)
  hintless: Offering @cacheControl(maxAge: 0)
  plain: String @access(function: PUBLIC)
  stated: Plain @access(function: PUBLIC) @cacheControl(maxAge: 30)
}
type Mutation { pay: Offering }
type OfferingConnection { nodes: [Offering!]! totalCount: Int pageInfo: Plain }
type Plain { a: Int deeper: Plain secret: Int @access(function: BILL_VIEW) own: Int @cacheControl(maxAge: 5, scope: PRIVATE) }
type Offering @access(function: PUBLIC) @cacheControl(maxAge: 60, scope: PUBLIC) { id: ID price: Plain bill: Bill short: Int @cacheControl(maxAge: 10) unhinted: Unhinted }
type Unhinted @access(function: PUBLIC) { id: ID }
type Bill @access(function: BILL_VIEW) @cacheControl(maxAge: 60, scope: PRIVATE) { id: ID }
interface Named { id: ID }
union Thing @cacheControl(maxAge: 60) = Offering | Bill
union OpenThing @cacheControl(maxAge: 60) = Offering
`;
const schema = buildSchema(SDL);
const rules = readRules(SDL);

function facts(text: string) {
  const [first] = factsOf(parse(text), schema, rules).values();
  if (first === undefined) throw new Error('no operation');
  return first;
}

function principal(id: string): Principal {
  return id === 'anonymous' ? ANONYMOUS : (ACTORS.find(({ actorId }) => actorId === id) ?? ANONYMOUS);
}

function verdict(
  text: string,
  as: string,
  variables: Record<string, unknown> = {},
  mayIntrospect = false,
): string {
  try {
    gate(facts(text), variables, { principal: principal(as), mayIntrospect, nowMs: NOW_MS });
    return 'PASSED';
  } catch (error) {
    return error instanceof Refusal ? String(error.errors[0]?.extensions.code) : 'CRASHED';
  }
}

describe('who is let through', () => {
  test.each([
    ['what is public', '{ offering { id } }', 'anonymous', 'PASSED'],
    ['a connection has the rule of its nodes', '{ offerings { totalCount } }', 'anonymous', 'PASSED'],
    ["a type's rule", '{ bill { id } }', 'anonymous', 'FORBIDDEN'],
    ["a type's rule through a list", '{ bills { id } }', 'nobody', 'FORBIDDEN'],
    ['with the grant', '{ bill { id } }', 'biller', 'PASSED'],
    ["a field's own rule", '{ spend }', 'biller', 'FORBIDDEN'],
    ["a field's own rule, with the grant", '{ spend }', 'manager', 'PASSED'],
    ['no rule is no permission', '{ ruleless }', 'manager', 'FORBIDDEN'],
    ['one permitted field is enough', '{ spend bill { id } }', 'biller', 'PASSED'],
    ['__typename alone', '{ __typename }', 'anonymous', 'PASSED'],
    ['__typename permits nothing beside it', '{ __typename bill { id } }', 'anonymous', 'FORBIDDEN'],
    [
      'through fragments',
      '{ ...A } fragment A on Query { ... on Query { bill { id } } }',
      'nobody',
      'FORBIDDEN',
    ],
    ['under an alias', '{ offering: bill { id } }', 'nobody', 'FORBIDDEN'],
    ['a mutation', 'mutation { pay { id } }', 'anonymous', 'PASSED'],
  ])('%s', (_, text, as, expected) => expect(verdict(text, as)).toBe(expected));

  const choice = 'query ($a: Boolean!) { offering @include(if: $a) { id } bill @skip(if: $a) { id } }';
  const inFragment = 'query ($a: Boolean!) { ... @include(if: $a) { offering { id } } bill { id } }';
  test.each([
    ['included', choice, true, 'PASSED'],
    ['what is left is not permitted', choice, false, 'FORBIDDEN'],
    ['a fragment left out', inFragment, false, 'FORBIDDEN'],
    ['a fragment left in', inFragment, true, 'PASSED'],
    ['nothing is left', '{ bill @skip(if: true) { id } }', false, 'PASSED'],
    [
      'literal conditions',
      '{ bill @include(if: true) { id } offering @include(if: false) { id } }',
      false,
      'FORBIDDEN',
    ],
  ])('@skip and @include: %s', (_, text, a, expected) =>
    expect(verdict(text, 'nobody', { a })).toBe(expected),
  );

  test('introspection is refused to those who may not, whatever stands beside it', () => {
    const text = '{ __schema { description } offering { id } }';
    expect(verdict(text, 'manager')).toBe('INTROSPECTION_DISABLED');
    expect(verdict(text, 'manager', {}, true)).toBe('PASSED');
    expect(verdict('{ __type(name: "Bill") { name } }', 'anonymous')).toBe('INTROSPECTION_DISABLED');
  });
});

describe('what may be kept for everybody, and for how many seconds', () => {
  test.each<[string, string, number | undefined]>([
    ['a public entity', '{ offering { id } }', 60],
    ['a connection', '{ offerings { totalCount nodes { id } } }', 60],
    ['values inside live as long as the entity', '{ offering { price { a deeper { a } } } }', 60],
    ['the least hint', '{ offering { short } }', 10],
    ["a field's own hint", '{ stated { a } }', 30],
    ['the strictest operation decides', 'query A { offering { id } } query B { bill { id } }', undefined],
    ['a guarded type below', '{ offering { bill { id } } }', undefined],
    ['a guarded leaf below', '{ offering { price { secret } } }', undefined],
    ['a private hint below', '{ offering { price { own } } }', undefined],
    ['a private root', '{ bill { id } }', undefined],
    ['a root without a hint', '{ plain }', undefined],
    ['an entity without a hint', '{ offering { unhinted { id } } }', undefined],
    ['a hint of zero', '{ hintless { id } }', undefined],
    ['a union with a guarded member', '{ thing { ... on Offering { id } } }', undefined],
    ['a union of public members', '{ openThing { ... on Offering { id } } }', 60],
    ['inside an unused condition all the same', '{ offering { bill @skip(if: true) { id } } }', undefined],
    ['introspection', '{ __schema { description } }', undefined],
    ['__typename alone', '{ __typename }', undefined],
    ['a mutation', 'mutation { pay { id } }', undefined],
    ['in a fragment', '{ offering { ...A } } fragment A on Offering { bill { id } }', undefined],
  ])('%s', (_, text, seconds) => expect(facts(text).keepS).toBe(seconds));
});

test('a supergraph that names an unknown function is not started', () => {
  expect(() => readRules('type Query { a: Int @access(function: FLY) }')).toThrow('FLY');
});
