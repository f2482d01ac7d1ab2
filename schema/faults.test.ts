// Every fault that stops the start, each from the smallest schema that has it; and a schema that has none.
import { describe, expect, it } from 'vitest';
import { compose } from './compose.ts';
import { readContract } from './contract.ts';

const GUARDED = '@access(function: BILL_VIEW)';
const KEPT = '@cacheControl(maxAge: 60, scope: PRIVATE)';
const OWNED = '@owner(party: "relatedParty")';
const TMF = '@tmf(api: "TMF678", resource: "customerBill")';
const ENTITY = (directives: string, fields = '') =>
  `type Bill @key(fields: "id") ${directives} { id: ID! ${fields} }`;

const faultsOf = (...sdl: readonly string[]): readonly string[] =>
  readContract(sdl.map((each, index) => ({ name: `part${index}`, sdl: each }))).faults;

const SOUND = `type Query { bill(id: ID!): Bill } ${ENTITY(`${TMF} ${OWNED} ${GUARDED} ${KEPT}`)}`;

describe('a schema without faults', () => {
  it('has none, and composes', () => {
    const contract = readContract([{ name: 'billing', sdl: SOUND }]);
    expect(contract.faults).toEqual([]);
    expect(compose(contract).faults).toEqual([]);
  });
});

describe('faults of a live field', () => {
  it.each([
    [
      'a topic with an argument that the field lacks',
      '@live(topic: "bill:{billId}")',
      'Query.bill: the topic names the argument billId, which the field lacks',
    ],
    [
      'a topic with two values',
      '@live(topic: "bill:{id}:{id}")',
      'Query.bill: @live(topic: "bill:{id}:{id}") is no topic: name, or name:{value} with one value',
    ],
    [
      'a topic by ids of which no path tells',
      '@live(topic: "bill:{id}", on: ["customerBill"])',
      `Query.bill: @live(on: "customerBill") doesn't say where the ids are`,
    ],
    [
      'a topic with ids of no type',
      '@live(topic: "bill:{id}", of: "Bil")',
      'Query.bill: @live(of:) names no type',
    ],
    [
      'a topic by customer that says of what its ids are',
      '@live(topic: "bills:{principal.customerId}", of: "Bill")',
      'Query.bill: @live(of:) is for a topic by argument',
    ],
  ])('%s', (_, live, fault) => {
    const sdl = `type Query { bill(id: ID!): Bill ${live} } ${ENTITY(`${TMF} ${OWNED} ${GUARDED} ${KEPT}`)}`;
    expect(faultsOf(sdl)).toEqual([fault]);
  });
});

describe('faults, each with its coordinate', () => {
  it.each([
    [
      'a root field without a rule',
      'type Query { open: String }',
      ['Query.open: a root field without a rule'],
    ],
    [
      'a type that is written twice',
      `${SOUND} extend type Query { open: String }`,
      ['Query: extended in part0, where a type is written once'],
    ],
    [
      'a label that code of its own reads',
      `type Query { tag: Tag @access(function: PUBLIC) } type Tag { called: String @tmf(needs: []) @access(function: PERSON_VIEW, acrossCustomers: true) }`,
      ['Tag.called: acrossCustomers is for texts that the data sheet reads'],
    ],
    [
      'an entity without a rule',
      `type Query { bill(id: ID!): Bill @access(function: BILL_VIEW) } ${ENTITY(`${TMF} ${OWNED} ${KEPT}`)}`,
      ['Bill: an entity without @access'],
    ],
    [
      'an entity without a cache hint',
      `type Query { bill(id: ID!): Bill } ${ENTITY(`${TMF} ${OWNED} ${GUARDED}`)}`,
      ['Bill: an entity without @cacheControl makes every answer with it uncacheable'],
    ],
    [
      'a guarded entity without an owner',
      `type Query { bill(id: ID!): Bill } ${ENTITY(`${TMF} ${GUARDED} ${KEPT}`)}`,
      [
        'Bill: a guarded type of a back end without @owner belongs to nobody',
        'Bill: a guarded entity without @owner belongs to nobody',
      ],
    ],
    [
      'a guarded type of a back end without an owner',
      `type Query { free: [Port!] } type Port @tmf(api: "TMF639", resource: "resource") @access(function: RESOURCE_VIEW) { name: String }`,
      ['Port: a guarded type of a back end without @owner belongs to nobody'],
    ],
    [
      'an owner by a type that has none',
      `type Query { bill(id: ID!): Bill, tag: Tag @access(function: PUBLIC) } type Tag { name: String } ${ENTITY(`${TMF} @owner(via: "Tag", at: "tag.id") ${GUARDED} ${KEPT}`)}`,
      ['Bill: @owner(via: "Tag") names a type without @owner'],
    ],
    [
      'an owner by another type without saying where its id is',
      `type Query { bill(id: ID!): Bill } ${ENTITY(`${TMF} @owner(via: "Bill") ${GUARDED} ${KEPT}`)}`,
      ['Bill: @owner(via:) needs at:'],
    ],
    [
      'an api without a resource',
      `type Query { bill(id: ID!): Bill } ${ENTITY(`@tmf(api: "TMF678") ${OWNED} ${GUARDED} ${KEPT}`)}`,
      ['Bill: @tmf needs api and resource'],
    ],
    [
      'a guarded field that anybody may keep',
      `type Query { spend: Float @access(function: CHARGE_VIEW) @cacheControl(maxAge: 60) }`,
      ["Query.spend: a guarded field with a PUBLIC cache hint would serve one customer's answer to another"],
    ],
    [
      'a field of a guarded type that anybody may keep',
      `type Query { bill(id: ID!): Bill } ${ENTITY(`${TMF} ${OWNED} ${GUARDED} ${KEPT}`, 'number: String @cacheControl(maxAge: 60, scope: PUBLIC)')}`,
      ["Bill.number: a guarded field with a PUBLIC cache hint would serve one customer's answer to another"],
    ],
    [
      'a guarded type that anybody may keep',
      `type Query { bill(id: ID!): Bill } ${ENTITY(`${TMF} ${OWNED} ${GUARDED} @cacheControl(maxAge: 60)`)}`,
      ["Bill: a guarded type with a PUBLIC cache hint would serve one customer's answer to another"],
    ],
    [
      'a join to a type of no back end',
      `type Query { bill(id: ID!): Bill } type Note { text: String } ${ENTITY(`${TMF} ${OWNED} ${GUARDED} ${KEPT}`, 'notes: [Note!] @tmf(by: "bill.id")')}`,
      ['Bill.notes: @tmf(by:) needs a type with an api'],
    ],
    [
      'a type that nothing leads to',
      `${SOUND} type Lost { text: String }`,
      ['Lost: no field of part0 returns it, so it has no rule'],
    ],
    [
      'a topic whose argument may be left out',
      `type Query { bill(id: ID): Bill @live(topic: "bill:{id}") } ${ENTITY(`${TMF} ${OWNED} ${GUARDED} ${KEPT}`)}`,
      ["Query.bill: the topic's argument id must be an ID!"],
    ],
    [
      'a live field that is none of Query',
      `type Query { bill(id: ID!): Bill } ${ENTITY(`${TMF} ${OWNED} ${GUARDED} ${KEPT}`, 'number: String @live(topic: "numbers", on: [])')}`,
      ['Bill.number: @live is for fields of Query'],
    ],
    [
      'a topic that nothing fires',
      'type Query { open: String @access(function: PUBLIC) @live(topic: "open") }',
      ['Query.open: nothing fires the topic: String comes from no back end, and there is no on:'],
    ],
    [
      'a Subscription written by hand',
      'type Query { open: String @access(function: PUBLIC) } type Subscription { open: String @access(function: PUBLIC) }',
      ['Subscription: written by hand in part0; it is made of @live'],
    ],
  ])('%s', (_, sdl, faults) => {
    expect(faultsOf(sdl)).toEqual(faults);
  });

  it('counts the rule of another subgraph for a stub', () => {
    const stub = 'type Query { latest: Bill } type Bill @key(fields: "id", resolvable: false) { id: ID! }';
    expect(faultsOf(SOUND, stub)).toEqual([]);
  });
});

describe('what composition refuses', () => {
  const composed = (...sdl: readonly string[]) =>
    compose(readContract(sdl.map((each, index) => ({ name: `part${index}`, sdl: each }))));

  it('a function that access.ts does not have', () => {
    const { supergraphSdl, faults } = composed(SOUND.replace('BILL_VIEW', 'BILL_VEIW'));
    expect(supergraphSdl).toBeUndefined();
    expect(faults.join()).toContain('Invalid value for "@access(function:)"');
  });

  it('different rules for one type: the first would silently win', () => {
    const shared = (fn: string) => `type Total @shareable @access(function: ${fn}) { amount: Float }`;
    const { faults } = composed(
      `type Query { a: Total } ${shared('BILL_VIEW')}`,
      `type Query { b: Total } ${shared('USAGE_VIEW')}`,
    );
    expect(faults.join()).toContain('INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS');
  });

  it('faults of the data sheets: a supergraph with them is never made', () => {
    expect(composed('type Query { open: String }').supergraphSdl).toBeUndefined();
  });
});
