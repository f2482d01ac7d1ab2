// For tests: random operations that fit a graph: arguments, variables, fragments, aliases, conditions, introspection.
import {
  astFromValue,
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLInputType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  print,
} from 'graphql';
import { dice } from './dice.ts';

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
  const { roll, pick } = dice(seed);
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

  function value(type: GraphQLInputType): unknown {
    if (isNonNullType(type)) return value(type.ofType);
    if (isListType(type)) return Array.from({ length: roll(3) }, () => value(type.ofType));
    if (isEnumType(type)) return pick(type.getValues())?.name;
    if (isInputObjectType(type)) {
      const given = Object.values(type.getFields()).filter(
        (each) => isRequiredInputField(each) || roll(2) === 0,
      );
      return Object.fromEntries(given.map((each) => [each.name, value(each.type)]));
    }
    return type.name === 'Int' ? roll(4) : `x${roll(4)}`;
  }

  function argumentsOf(args: readonly GraphQLArgument[]): string {
    const given = args.flatMap((each) => {
      const { name, type } = each;
      if (!isRequiredArgument(each) && roll(3) === 0) return [];
      const chosen = value(type);
      const literal = astFromValue(chosen, type);
      return [
        `${name}: ${literal === null || literal === undefined || roll(2) === 0 ? variable(String(type), chosen) : print(literal)}`,
      ];
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
    const alias = chosen.args.length > 0 || roll(6) === 0 ? `a${aliases++}: ` : '';
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
