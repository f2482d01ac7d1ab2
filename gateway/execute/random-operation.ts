// For tests: random operations that fit a graph: arguments, variables, fragments, aliases, conditions, introspection.
import {
  type GraphQLCompositeType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isObjectType,
} from 'graphql';
import { hash } from './invented-world.ts';

export interface RandomOperation {
  readonly text: string;
  readonly variables: Record<string, unknown>;
}

const MAX_DEPTH = 5;

export function randomOperation(
  schema: GraphQLSchema,
  seed: number,
  kind: 'query' | 'mutation',
  /** Roughly. Larger operations make the planner slow and find nothing more. */
  maxFields: number,
): RandomOperation {
  let step = 0;
  const roll = (sides: number): number => {
    step += 1;
    return hash(seed, step) % sides;
  };
  const pick = <T>(from: readonly T[]): T | undefined => from[roll(from.length)];
  const declared = new Map<string, unknown>();
  const fragments: string[] = [];
  let aliases = 0;
  let budget = maxFields;

  function variable(type: string, value: unknown): string {
    const name = `v${declared.size}`;
    declared.set(`$${name}: ${type}`, value);
    return `$${name}`;
  }

  function condition(): string {
    if (roll(8) > 0) return '';
    const value = roll(2) === 0;
    const directive = pick(['skip', 'include']) ?? 'skip';
    return ` @${directive}(if: ${roll(3) === 0 ? String(value) : variable('Boolean!', value)})`;
  }

  function argumentsOf(args: readonly { name: string; type: { toString(): string } }[]): string {
    const given = args.flatMap(({ name, type }) => {
      const text = String(type);
      if (!text.endsWith('!') && roll(3) === 0) return [];
      const number = roll(4);
      const value = text.startsWith('Int') ? number : `x${number}`;
      return [`${name}: ${roll(2) === 0 ? variable(text, value) : JSON.stringify(value)}`];
    });
    return given.length === 0 ? '' : `(${given.join(', ')})`;
  }

  function field(type: GraphQLCompositeType, depth: number): string {
    budget -= 1;
    if (!('getFields' in type) || roll(8) === 0)
      return roll(3) === 0 ? `t${aliases++}: __typename` : '__typename';
    const fields = Object.values(type.getFields());
    const inner = (output: GraphQLOutputType): boolean => isCompositeType(getNamedType(output));
    const chosen = pick(
      depth >= MAX_DEPTH || budget <= 0 ? fields.filter((each) => !inner(each.type)) : fields,
    );
    if (chosen === undefined) return '__typename';
    const args = argumentsOf(chosen.args);
    const alias = args !== '' || roll(6) === 0 ? `a${aliases++}: ` : '';
    const named = getNamedType(chosen.type);
    const rest = isCompositeType(named) ? ` ${selection(named, depth + 1)}` : '';
    return `${alias}${chosen.name}${args}${condition()}${rest}`;
  }

  function part(type: GraphQLCompositeType, depth: number): string {
    if (budget <= 0 || roll(5) > 0) return field(type, depth);
    const possible = isAbstractType(type) ? schema.getPossibleTypes(type) : [type];
    const on = pick([type, ...possible, ...possible.flatMap((each) => each.getInterfaces())]) ?? type;
    if (roll(2) === 0) return `... on ${on.name}${condition()} ${selection(on, depth)}`;
    const name = `F${fragments.length}`;
    const index = fragments.push('') - 1;
    fragments[index] = `fragment ${name} on ${on.name} ${selection(on, depth + 1)}`;
    return `...${name}${condition()}`;
  }

  function selection(type: GraphQLCompositeType, depth: number): string {
    const count = budget <= 0 ? 1 : 1 + roll(depth < 2 ? 5 : 3);
    const parts = Array.from({ length: count }, () => part(type, depth));
    if (isAbstractType(type) && depth < MAX_DEPTH && budget > 0) {
      for (const each of schema.getPossibleTypes(type))
        if (roll(2) === 0) parts.push(`... on ${each.name} ${selection(each, depth + 1)}`);
    }
    return `{ ${parts.join(' ')} }`;
  }

  const root = kind === 'query' ? schema.getQueryType() : schema.getMutationType();
  if (!isObjectType(root)) throw new Error(`no ${kind}`);
  const body = selection(root, 0);
  const head = declared.size === 0 ? '' : `(${[...declared.keys()].join(', ')})`;
  const variables: Record<string, unknown> = {};
  let index = 0;
  for (const value of declared.values()) variables[`v${index++}`] = value;
  return { text: [`${kind} Random${head} ${body}`, ...fragments].join('\n'), variables };
}
