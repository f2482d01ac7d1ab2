// What is compiled once for each combination of the Boolean variables that @skip and @include name.
import {
  type FragmentDefinitionNode,
  type GraphQLError,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { clientError } from './errors.ts';
import { measure } from './extent.ts';

/** Clients choose the values: only so many combinations are kept, and fewer of what is large. */
const MAX_VARIANTS = 16;
const MAX_FIELDS = 4_000;
/** Measured: heap of a compiled field, rounded up. */
const BYTES_PER_FIELD = 800;

/** The operation's own variables that decide whether something is selected, in its fragments too. */
export function conditionsOf(
  definition: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): readonly string[] {
  const names = new Set<string>();
  const seen = new Set<string>();
  const look = (set: SelectionSetNode): void => {
    visit(set, {
      Directive: ({ name, arguments: args }) => {
        const value = args?.[0]?.value;
        if ((name.value === 'skip' || name.value === 'include') && value?.kind === Kind.VARIABLE)
          names.add(value.name.value);
      },
      // other fragments of the document are other operations', whose variables may be of the same name
      FragmentSpread: ({ name: { value } }) => {
        const fragment = seen.has(value) ? undefined : fragments.get(value);
        seen.add(value);
        if (fragment !== undefined) look(fragment.selectionSet);
      },
    });
  };
  look(definition.selectionSet);
  return [...names];
}

/** Of values that were coerced: a nullable variable may be null, or absent, where only a Boolean decides. */
export function conditionFault(
  conditions: readonly string[],
  values: Readonly<Record<string, unknown>>,
): GraphQLError | undefined {
  const missing = conditions.find((name) => typeof values[name] !== 'boolean');
  return missing === undefined
    ? undefined
    : clientError('BAD_USER_INPUT', `Variable "$${missing}" must be a Boolean.`);
}

export interface Room {
  readonly conditions: readonly string[];
  /** So many combinations are kept. */
  readonly variants: number;
  /** Whether that is all of them: else what is compiled now may be compiled again soon. */
  readonly holdsAll: boolean;
  /** What all of them take at most. */
  readonly bytes: number;
}

/** What an operation may take when it is compiled. */
export function roomFor(
  definition: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): Room {
  const { fields } = measure({ kind: Kind.DOCUMENT, definitions: [definition, ...fragments.values()] });
  const conditions = conditionsOf(definition, fragments);
  const combinations = 2 ** conditions.length;
  const variants = Math.min(combinations, MAX_VARIANTS, Math.max(1, Math.floor(MAX_FIELDS / fields)));
  return {
    conditions,
    variants,
    holdsAll: variants === combinations,
    bytes: BYTES_PER_FIELD * fields * variants,
  };
}

export function variants<Variant>(
  { conditions, variants: most }: Pick<Room, 'conditions' | 'variants'>,
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
      const [oldest] = made.keys();
      if (made.size >= most && oldest !== undefined) made.delete(oldest);
      made.set(key, variant);
    }
    return variant;
  };
}
