// What is compiled once for each combination of the Boolean variables that @skip and @include name.
import { type FragmentDefinitionNode, Kind, type OperationDefinitionNode, visit } from 'graphql';

/** Clients choose the values: only so many combinations are kept. */
const MAX_VARIANTS = 16;

/** The operation's own variables that decide whether something is selected. */
export function conditionsOf(
  definition: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): readonly string[] {
  const names = new Set<string>();
  for (const node of [definition, ...fragments.values()]) {
    visit(node, {
      Directive: {
        enter: ({ name, arguments: args }) => {
          const value = args?.[0]?.value;
          if ((name.value === 'skip' || name.value === 'include') && value?.kind === Kind.VARIABLE)
            names.add(value.name.value);
        },
      },
    });
  }
  // a fragment of another operation in the same document brings variables that this one doesn't have
  const own = new Set(definition.variableDefinitions?.map(({ variable }) => variable.name.value));
  return [...names].filter((name) => own.has(name));
}

export function variants<Variant>(
  conditions: readonly string[],
  make: (condition: (variable: string) => boolean) => Variant,
): (values: Readonly<Record<string, unknown>>) => Variant {
  const made = new Map<string, Variant>();
  return (values) => {
    let key = '';
    for (const name of conditions) key += values[name] === true ? '1' : '0';
    let variant = made.get(key);
    if (variant === undefined) {
      const chosen = key;
      variant = make((name) => chosen[conditions.indexOf(name)] === '1');
      if (made.size >= MAX_VARIANTS) made.clear();
      made.set(key, variant);
    }
    return variant;
  };
}
