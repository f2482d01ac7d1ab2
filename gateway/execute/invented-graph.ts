// For tests: small random sets of subgraphs, of everything that federation has. Not every set composes.
import { type Dice, dice } from './dice.ts';
import type { SubgraphSource } from './test-graph.ts';

interface Entity {
  readonly name: string;
  readonly keys: readonly string[];
  readonly homes: readonly string[];
}

interface Written {
  head: string;
  readonly fields: Map<string, string>;
}

/** A subgraph in writing: type name -> its head and fields. */
type Draft = Map<string, Written>;

interface Making extends Dice {
  readonly drafts: ReadonlyMap<string, Draft>;
  readonly entities: readonly Entity[];
  /** The subgraph that knows the interface only, as one type. */
  readonly whole: string | undefined;
}

const LEAVES = ['Int', 'String', 'Float', 'Int!', 'String!', '[String]', '[[Int!]]', 'Kind', '[Kind!]'];
const KEYS = ['sku', 'code kind', 'ref { id }', 'owner { id }'];
const TEXT: Readonly<Record<string, string>> = {
  id: 'ID!',
  sku: 'String',
  code: 'String!',
  kind: 'Kind!',
  ref: 'Ref!',
};

function written(draft: Draft, name: string, head: string): Written {
  let type = draft.get(name);
  if (type === undefined) {
    type = { head, fields: new Map() };
    draft.set(name, type);
  }
  return type;
}

const entityNamed = ({ entities }: Making, name: string): Entity | undefined =>
  entities.find((each) => each.name === name);

/** Sees to it that the subgraph has the named type, and all that it needs. */
function need(making: Making, subgraph: string, name: string): void {
  const draft = making.drafts.get(subgraph);
  if (draft === undefined || draft.has(name)) return;
  const entity = entityNamed(making, name);
  if (entity !== undefined) {
    const [key = 'id'] = entity.keys;
    written(draft, name, `type ${name} @key(fields: "${key}", resolvable: false)`);
    keyFields(making, subgraph, entity, key);
    return;
  }
  const plain = (head: string, fields: Record<string, string>): void => {
    const type = written(draft, name, head);
    for (const [field, text] of Object.entries(fields)) type.fields.set(field, text);
  };
  if (name === 'Kind') plain('enum Kind', making.once(2) ? { BIG: '', SMALL: '' } : { BIG: '' });
  else if (name === 'Choice') plain('enum Choice', making.once(2) ? { ONE: '', TWO: '' } : { TWO: '' });
  else if (name === 'Ref') plain('type Ref @shareable', { id: ': ID!' });
  else if (name === 'Value') {
    const [first] = making.entities;
    plain('type Value @shareable', {
      x: ': Int',
      y: '(n: Int): String!',
      on: ': Boolean',
      near: `: [${first?.name}]`,
    });
    need(making, subgraph, first?.name ?? '');
  } else if (name === 'Given') {
    need(making, subgraph, 'Choice');
    plain('input Given', { a: ': Int', c: ': Choice', ...(making.once(2) ? { b: ': [String!]' } : {}) });
  } else if (name === 'Named') {
    plain('interface Named', { id: ': ID!' });
    for (const each of making.entities.filter(({ keys }) => keys.includes('id')))
      if (making.once(2) || each.homes.includes(subgraph)) need(making, subgraph, each.name);
  } else if (name === 'Any') {
    const known = making.entities.filter(({ homes }) => homes.includes(subgraph));
    const members = making.some(known.length > 0 ? known : making.entities).map((each) => each.name);
    for (const member of members) need(making, subgraph, member);
    written(draft, name, `union Any = ${members.join(' | ')}`);
  }
}

function keyFields(making: Making, subgraph: string, entity: Entity, key: string): void {
  const draft = making.drafts.get(subgraph);
  for (const field of key
    .replace(/\{.*\}/, '')
    .trim()
    .split(/\s+/)) {
    const other = making.entities[(making.entities.indexOf(entity) + 1) % making.entities.length];
    const type = field === 'owner' ? `${other?.name}!` : (TEXT[field] ?? 'String');
    need(making, subgraph, type.replace('!', ''));
    draft?.get(entity.name)?.fields.set(field, `: ${type}`);
  }
}

/** The type, its fields' arguments in SDL, and those that a `@requires` gives it. */
interface Kindred {
  readonly type: string;
  readonly args: string;
  readonly given: string;
}

function anyField(making: Making, leafOnly: boolean, bare: boolean): Kindred {
  const { pick, once, roll, entities } = making;
  const wrapped = (name: string): string =>
    [name, `${name}!`, `[${name}]`, `[${name}!]!`, `[[${name}]]`][roll(5)] ?? name;
  const composite = [
    'Value',
    'Value',
    'Any',
    'Named',
    ...entities.map(({ name }) => name),
    ...entities.map(({ name }) => name),
  ];
  const type = leafOnly || once(2) ? (pick(LEAVES) ?? 'Int') : wrapped(pick(composite) ?? 'Value');
  const args =
    !bare && once(5)
      ? (pick(['(n: Int)', '(n: Int! = 7, s: String)', '(given: Given)', '(c: Choice)']) ?? '')
      : '';
  return { type, args, given: args.startsWith('(n:') ? '(n: 3)' : '' };
}

const nameIn = (type: string): string => type.replaceAll(/[[\]!]/g, '');

function needAll(making: Making, subgraph: string, { type, args }: Kindred): void {
  for (const name of [nameIn(type), ...(args.match(/Given|Choice/g) ?? [])]) need(making, subgraph, name);
}

/** What a field set selects of a field of this type. */
function setOf(making: Making, { type, given }: Kindred, name: string): string {
  const inner = nameIn(type);
  if (inner === 'Value')
    return `${name}${given} { x ${making.pick(['', 'y(n: 3)', `near { ${making.entities[0]?.keys[0]} }`])} }`;
  if (inner === 'Named') return `${name}${given} { id }`;
  if (inner === 'Any') return `${name}${given} { __typename }`;
  const key = entityNamed(making, inner)?.keys[0];
  return key === undefined ? `${name}${given}` : `${name}${given} { ${key} }`;
}

/** A repair: of a list of lists of objects stock requires nulls, and loses what the first of two subgraphs brings. */
const LISTS_OF_OBJECTS = /^\[\[[ANVE]/;

/** A field of an entity: in one subgraph, in several, moved to another, or required or provided by another. */
function place(making: Making, entity: Entity, name: string): void {
  const { roll, once, pick } = making;
  const [home = ''] = [pick(entity.homes) ?? ''];
  const [other] = [pick(entity.homes.filter((each) => each !== home))];
  const way = other === undefined ? 9 : roll(10);
  const field = anyField(making, way === 0 || way === 4, way === 4);
  const put = (subgraph: string, beside: string): void => {
    needAll(making, subgraph, field);
    making.drafts.get(subgraph)?.get(entity.name)?.fields.set(name, `${field.args}: ${field.type} ${beside}`);
  };
  if (way <= 1 && !/Any|Named/.test(field.type) && !LISTS_OF_OBJECTS.test(field.type)) {
    put(home, '@shareable');
    if (other !== undefined) put(other, '@shareable');
  } else if (way === 2 || way === 3) {
    put(home, '');
    const label = once(3) ? ', label: "percent(50)"' : '';
    if (other !== undefined) put(other, `@override(from: "${home}"${label})`);
  } else if (way === 4) {
    put(home, '@shareable');
    if (other !== undefined) provided(making, entity, other, name, () => put(other, '@external'));
  } else if (way <= 7) {
    put(home, '');
    const draft = making.drafts.get(other ?? '')?.get(entity.name);
    if (other === undefined || draft === undefined || LISTS_OF_OBJECTS.test(field.type)) return;
    put(other, '@external');
    const required = setOf(making, field, name);
    const type = pick(['String', 'Int!', '[String]']);
    draft.fields.set(`${name}By`, `: ${type} @requires(fields: ${JSON.stringify(required)})`);
    // and who requires that: where the first one is from, too
    const further = pick(entity.homes.filter((each) => each !== other));
    const there = making.drafts.get(further ?? '')?.get(entity.name)?.fields;
    if (once(2))
      there
        ?.set(`${name}By`, `: ${type} @external`)
        .set(`${name}Twice`, `: String @requires(fields: "${name}By")`);
  } else put(home, once(25) ? '@inaccessible' : '');
}

function provided(
  making: Making,
  entity: Entity,
  subgraph: string,
  name: string,
  external: () => void,
): void {
  const query = making.drafts.get(subgraph)?.get('Query');
  external();
  const type = making.pick([entity.name, `[${entity.name}!]`]);
  query?.fields.set(`${name}Of${entity.name}`, `: ${type} @provides(fields: "${name}")`);
}

function roots(making: Making, subgraph: string): void {
  const { once, pick, entities, drafts, roll } = making;
  const draft = drafts.get(subgraph);
  const fields = draft?.get('Query')?.fields;
  if (draft === undefined) return;
  for (const { name, homes } of entities) {
    if (!homes.includes(subgraph) || once(3)) continue;
    const args = pick(['', '(n: Int)', '(given: Given)', '(given: Given!, cs: [Choice!])']) ?? '';
    needAll(making, subgraph, { type: name, args, given: '' });
    fields?.set(`${subgraph}${name}`, `${args}: ${pick([name, `[${name}]`, `[${name}!]!`])}`);
  }
  for (const name of ['Any', 'Named'])
    if (once(3) && subgraph !== making.whole) {
      need(making, subgraph, name);
      fields?.set(`${subgraph}${name}`, `: [${name}]`);
    }
  const first = entities[roll(entities.length)];
  if (first !== undefined && subgraph !== making.whole && once(2)) {
    need(making, subgraph, first.name);
    written(draft, 'Mutation', 'type Mutation').fields.set(`${subgraph}Change`, `(n: Int): ${first.name}`);
  }
}

/** Entities under one interface in the first subgraph that has any, and the interface as an object elsewhere. */
function interfaceObject({ whole, drafts, pick }: Making): void {
  if (whole === undefined) return;
  const home = [...drafts].find(([, draft]) =>
    [...draft.values()].some(({ head }) => KNOWN_BY_ID.test(head)),
  );
  if (home === undefined) return;
  const there = drafts.get(whole);
  if (there === undefined) return;
  const type = written(there, 'Titled', 'type Titled @interfaceObject @key(fields: "id")');
  type.fields.set('id', ': ID!').set('score', ': Int').set('rank', '(n: Int): String!');
  there.get('Query')?.fields.set('titledThere', ': [Titled]');
  const [, here] = home;
  written(here, 'Titled', 'interface Titled @key(fields: "id")').fields.set('id', ': ID!');
  here.get('Query')?.fields.set('titledHere', `: ${pick(['Titled', '[Titled!]'])}`);
}

/** Of an entity, whose key `id` this subgraph takes. */
const KNOWN_BY_ID = /^type E.*@key\(fields: "id"\)/;

function implementing(draft: Draft, name: string, { head, fields }: Written): string {
  if (!head.startsWith('type E') || !fields.has('id')) return head;
  const faces = [
    ...(draft.has('Named') ? ['Named'] : []),
    ...(draft.get('Titled')?.head.startsWith('interface') && KNOWN_BY_ID.test(head) ? ['Titled'] : []),
  ];
  return faces.length === 0 ? head : head.replace(name, `${name} implements ${faces.join(' & ')}`);
}

function sdlOf(draft: Draft): string {
  return [...draft]
    .map(([name, type]) => {
      if (type.fields.size === 0) return name === 'Query' ? '' : type.head;
      const fields = [...type.fields].map(([field, text]) => `  ${field}${text}`);
      return `${implementing(draft, name, type)} {\n${fields.join('\n')}\n}`;
    })
    .join('\n');
}

export function inventGraph(seed: number): Record<string, SubgraphSource> {
  const thrown = dice(seed);
  const { once, some, roll } = thrown;
  const names = ['a', 'b', 'c', 'd'].slice(0, 2 + roll(3));
  const whole = names.length > 2 && once(3) ? names.at(-1) : undefined;
  // an interface object is found by it, and so is another entity in a key
  const everyId = whole !== undefined || once(2);
  const entities = Array.from({ length: 2 + roll(2) }, (_, index): Entity => {
    const others = once(2) ? some(everyId ? KEYS : KEYS.slice(0, 3)) : [];
    return {
      name: `E${index}`,
      keys: everyId || !once(2) || others.length === 0 ? ['id', ...others] : others,
      homes: names.filter((each) => each !== whole && roll(3) > 0),
    };
  }).filter(({ homes }) => homes.length > 0);
  const drafts = new Map(names.map((name): [string, Draft] => [name, new Map()]));
  const making: Making = { ...thrown, drafts, entities, whole };
  for (const draft of drafts.values()) written(draft, 'Query', 'type Query');
  for (const { name, keys, homes } of entities)
    for (const home of homes) {
      const known = once(3) ? some(keys) : keys;
      const directives = known.map((key) => `@key(fields: "${key}")`).join(' ');
      written(drafts.get(home) ?? new Map(), name, `type ${name} ${directives}`);
    }
  for (const entity of entities)
    for (const home of entity.homes) {
      const head = drafts.get(home)?.get(entity.name)?.head ?? '';
      for (const key of entity.keys) if (head.includes(`"${key}"`)) keyFields(making, home, entity, key);
    }
  for (const entity of entities) for (let at = 2 + roll(4); at > 0; at -= 1) place(making, entity, `f${at}`);
  for (const name of names) roots(making, name);
  interfaceObject(making);
  return Object.fromEntries([...drafts].map(([name, draft]) => [name, { sdl: sdlOf(draft) }]));
}
