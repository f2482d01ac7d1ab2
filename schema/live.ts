// Live fields: the topics that `@live` names, and the Subscription type that is made of them.
import {
  type DocumentNode,
  type FieldDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  type TypeNode,
} from 'graphql';
import type { FieldSheet, LiveSheet, TypeSheet } from './data-sheet.ts';

/** What a topic is fired for: each of a thing, each customer's, each actor's, or as a whole. */
export type TopicKey =
  | { readonly kind: 'ARGUMENT'; readonly argument: string }
  | { readonly kind: 'CUSTOMER' }
  | { readonly kind: 'ACTOR' }
  | { readonly kind: 'NONE' };

export interface Topic {
  readonly name: string;
  readonly key: TopicKey;
}

const SHAPE = /^([A-Za-z]\w{0,63})(?::\{([A-Za-z_][\w.]{0,63})\})?$/;

/** Undefined for what is no topic. */
export function topicIn(text: string): Topic | undefined {
  const match = SHAPE.exec(text);
  if (match === null) return undefined;
  const [, name = '', value] = match;
  if (value === undefined) return { name, key: { kind: 'NONE' } };
  if (value === 'principal.customerId') return { name, key: { kind: 'CUSTOMER' } };
  if (value === 'principal.actorId') return { name, key: { kind: 'ACTOR' } };
  return { name, key: { kind: 'ARGUMENT', argument: value } };
}

/** Of those who are of no customer, and so hear of all. */
const EVERY_CUSTOMER = '*';
/** When it can't be told whose it is: everybody's query is run again, and authorized again. */
const ANY_CUSTOMER = '?';

/** As it stands on the bus. */
const onBus = (name: string, value: string): string => `live:${name}:${value}`;

export const argumentTopic = (name: string, id: string): string => onBus(name, id);
export const actorTopic = (name: string, actorId: string): string => onBus(name, actorId);
export const wholeTopic = (name: string): string => onBus(name, '');

/** What somebody of the customer hears; without one, who is of no customer. */
export const customerHears = (name: string, customerId: string | undefined): readonly string[] => [
  onBus(name, customerId ?? EVERY_CUSTOMER),
  onBus(name, ANY_CUSTOMER),
];

/** Fired when notifications may have been missed: every stream is run again. */
export const GAP_TOPIC = onBus('gap', '');

/** A topic that fires for everybody, because it couldn't be told for whom. */
export const isAnybodys = (topic: string): boolean =>
  topic.startsWith('live:') && topic.endsWith(`:${ANY_CUSTOMER}`);

/** What fires for these customers; for none: nobody knows whose it is. */
export const customersFire = (name: string, customerIds: readonly string[]): readonly string[] =>
  customerIds.length === 0
    ? [onBus(name, ANY_CUSTOMER)]
    : [EVERY_CUSTOMER, ...customerIds].map((each) => onBus(name, each));

/** A notification that fires a topic: of which resource, and where in it the ids are. */
export interface Firing {
  readonly resource: string;
  /** Empty: of a topic that isn't by argument. */
  readonly path: string;
}

function firingIn(text: string): Firing {
  const dot = text.indexOf('.');
  return dot < 0 ? { resource: text, path: '' } : { resource: text.slice(0, dot), path: text.slice(dot + 1) };
}

/** What fires the topic of a field: said by `on`, or the resource that the field's own type comes from. */
export function firings(live: LiveSheet, returned: TypeSheet | undefined): readonly Firing[] {
  if (live.on !== undefined) return live.on.map(firingIn);
  return returned?.resource === undefined ? [] : [{ resource: returned.resource, path: 'id' }];
}

const isId = (type: TypeNode): boolean =>
  type.kind === Kind.NON_NULL_TYPE && type.type.kind === Kind.NAMED_TYPE && type.type.name.value === 'ID';

/** Faults of one field's `@live`. */
export function liveFaults(
  field: FieldSheet,
  node: FieldDefinitionNode | undefined,
  types: ReadonlyMap<string, TypeSheet>,
): string[] {
  const { live } = field;
  if (live === undefined) return [];
  const at = `${field.parent}.${field.name}`;
  const topic = topicIn(live.topic);
  const faults: string[] = [];
  if (field.parent !== 'Query') faults.push(`${at}: @live is for fields of Query`);
  if (topic === undefined) {
    faults.push(`${at}: @live(topic: "${live.topic}") is no topic: name, or name:{value} with one value`);
    return faults;
  }
  const from = firings(live, types.get(field.returns));
  if (from.length === 0 && live.on === undefined)
    faults.push(
      `${at}: nothing fires the topic: ${field.returns} comes from no back end, and there is no on:`,
    );
  if (topic.key.kind === 'ARGUMENT') {
    const { argument } = topic.key;
    const argumentNode = node?.arguments?.find(({ name }) => name.value === argument);
    if (!field.arguments.includes(argument))
      faults.push(`${at}: the topic names the argument ${argument}, which the field lacks`);
    else if (argumentNode !== undefined && !isId(argumentNode.type))
      faults.push(`${at}: the topic's argument ${argument} must be an ID!`);
    if (!types.has(live.of ?? field.returns)) faults.push(`${at}: @live(of:) names no type`);
    for (const { resource, path } of from)
      if (path === '') faults.push(`${at}: @live(on: "${resource}") doesn't say where the ids are`);
  } else if (live.of !== undefined) faults.push(`${at}: @live(of:) is for a topic by argument`);
  return faults;
}

/** `Subscription`, with every live field of the subgraph's Query as it stands there; undefined where there is none. */
export function subscriptionType(document: DocumentNode): ObjectTypeDefinitionNode | undefined {
  const fields = document.definitions.flatMap((node) =>
    node.kind === Kind.OBJECT_TYPE_DEFINITION && node.name.value === 'Query'
      ? (node.fields ?? []).filter((field) => field.directives?.some(({ name }) => name.value === 'live'))
      : [],
  );
  if (fields.length === 0) return undefined;
  return {
    kind: Kind.OBJECT_TYPE_DEFINITION,
    name: { kind: Kind.NAME, value: 'Subscription' },
    description: {
      kind: Kind.STRING,
      value: 'Queries that are answered at once, and again whenever their answer may have changed.',
    },
    fields,
  };
}
