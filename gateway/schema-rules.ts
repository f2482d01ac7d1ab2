// What the supergraph says of each type and field: the SSM function it needs, and how long it may be kept.
import { type ConstDirectiveNode, type FieldDefinitionNode, Kind, parse, type TypeNode } from 'graphql';
import { FUNCTIONS, type SsmFunction } from '../schema/access.ts';

export interface CacheHint {
  readonly maxAgeS: number;
  readonly scope: 'PUBLIC' | 'PRIVATE';
}

/** What the annotations of one type, or of one field, say. */
export interface Rule {
  readonly access?: SsmFunction;
  readonly cache?: CacheHint;
}

interface TypeRule extends Rule {
  readonly fields: ReadonlyMap<string, Rule & { readonly returns: string; readonly topic?: string }>;
}

export interface SchemaRules {
  /** The rule on the field alone. */
  ofField(type: string, field: string): Rule;
  /** The rule of a type; a connection has that of its nodes. */
  ofType(type: string): Rule;
  /** `@live`'s topic of a field of Subscription. */
  topicOf(field: string): string | undefined;
}

type Annotated = { readonly directives?: readonly ConstDirectiveNode[] | undefined };

function argument(node: Annotated, directive: string, name: string): string | undefined {
  const value = node.directives
    ?.find((each) => each.name.value === directive)
    ?.arguments?.find((each) => each.name.value === name)?.value;
  return value?.kind === Kind.ENUM || value?.kind === Kind.INT || value?.kind === Kind.STRING
    ? value.value
    : undefined;
}

function ruleOf(node: Annotated): Rule {
  const named = argument(node, 'access', 'function');
  if (named !== undefined && !Object.hasOwn(FUNCTIONS, named)) {
    throw new Error(`The supergraph names an SSM function that this gateway doesn't know: ${named}`);
  }
  const maxAge = argument(node, 'cacheControl', 'maxAge');
  return {
    // hasOwn above is the check
    ...(named === undefined ? {} : { access: named as SsmFunction }),
    ...(maxAge === undefined
      ? {}
      : {
          cache: {
            maxAgeS: Number(maxAge),
            scope: argument(node, 'cacheControl', 'scope') === 'PRIVATE' ? 'PRIVATE' : 'PUBLIC',
          },
        }),
  };
}

const named = (type: TypeNode): string =>
  type.kind === Kind.NAMED_TYPE ? type.name.value : named(type.type);

const fieldRules = (fields: readonly FieldDefinitionNode[]): TypeRule['fields'] =>
  new Map(
    fields.map((field) => {
      const topic = argument(field, 'live', 'topic');
      const rule = { ...ruleOf(field), returns: named(field.type) };
      return [field.name.value, topic === undefined ? rule : { ...rule, topic }];
    }),
  );

export function readRules(supergraphSdl: string): SchemaRules {
  const types = new Map<string, TypeRule>();
  for (const node of parse(supergraphSdl, { noLocation: true }).definitions) {
    if (node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_DEFINITION) {
      types.set(node.name.value, { ...ruleOf(node), fields: fieldRules(node.fields ?? []) });
    } else if (node.kind === Kind.UNION_TYPE_DEFINITION) {
      types.set(node.name.value, { ...ruleOf(node), fields: new Map() });
    }
  }
  const none: Rule = {};
  const ofType = (name: string): Rule => {
    const type = types.get(name);
    const nodes = name.endsWith('Connection') ? type?.fields.get('nodes')?.returns : undefined;
    return nodes === undefined ? (type ?? none) : { ...types.get(nodes), ...type };
  };
  return {
    ofType,
    ofField: (type, field) => types.get(type)?.fields.get(field) ?? none,
    topicOf: (field) => types.get('Subscription')?.fields.get(field)?.topic,
  };
}
