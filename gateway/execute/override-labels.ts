// Labels of progressive @override: which of them hold for one request, and which can change an operation's plan.
import { type DirectiveNode, type DocumentNode, Kind, visit } from 'graphql';

export interface LabelSettings {
  /** Labels of the deployment's own that are in force; any that isn't of the form `percent(n)`. */
  readonly labels?: ReadonlySet<string>;
  /** From 0 to below 100, anew for each request. */
  readonly draw?: () => number;
}

export interface Overrides {
  /** Label -> whether it holds; one for each set of labels that may hold together. */
  readonly variants: readonly [ReadonlyMap<string, boolean>, ...ReadonlyMap<string, boolean>[]];
  /** For one request: which of them. */
  choose(): number;
}

const PERCENT = /^percent\((\d{1,3}(?:\.\d+)?)\)$/;
const percentOf = (label: string): number | undefined => {
  const found = PERCENT.exec(label)?.[1];
  return found === undefined ? undefined : Number(found);
};

function labelOf({ name, arguments: args }: DirectiveNode): string | undefined {
  if (name.value !== 'join__field') return undefined;
  const value = args?.find((each) => each.name.value === 'overrideLabel')?.value;
  return value?.kind === Kind.STRING ? value.value : undefined;
}

/** By field name: the labels of any field of that name. */
export function overrideLabelsOf(supergraph: DocumentNode): ReadonlyMap<string, ReadonlySet<string>> {
  const labels = new Map<string, Set<string>>();
  visit(supergraph, {
    FieldDefinition: ({ name, directives = [] }) => {
      for (const directive of directives) {
        const label = labelOf(directive);
        if (label === undefined) continue;
        const known = labels.get(name.value);
        if (known === undefined) labels.set(name.value, new Set([label]));
        else known.add(label);
      }
    },
  });
  return labels;
}

/** Those that can change the plan: of a field that the client selects, or that the supergraph fetches on its own account. */
export function labelsIn(
  document: DocumentNode,
  labels: ReadonlyMap<string, ReadonlySet<string>>,
  fetchedNames: ReadonlySet<string>,
): ReadonlySet<string> {
  if (labels.size === 0) return new Set();
  const names = new Set(fetchedNames);
  visit(document, { Field: ({ name }) => void names.add(name.value) });
  return new Set([...labels].flatMap(([name, found]) => (names.has(name) ? [...found] : [])));
}

/**
 * A request draws once for all percentages: who is among 5 % is among 50 % too, so n of them have n + 1 plans, not 2^n.
 */
export function overridesOf(
  found: ReadonlySet<string>,
  { labels = new Set(), draw = () => Math.random() * 100 }: LabelSettings,
): Overrides {
  const bounds = [...new Set([...found].map(percentOf))]
    .filter((percent) => percent !== undefined && percent > 0 && percent < 100)
    .sort((a = 0, b = 0) => a - b);
  const variant = (bound: number): ReadonlyMap<string, boolean> =>
    new Map([...found].map((label) => [label, labels.has(label) || (percentOf(label) ?? -1) >= bound]));
  const [least = 100, ...others] = [...bounds, 100].map((each) => each ?? 100);
  return {
    variants: [variant(least), ...others.map(variant)],
    choose: () => {
      if (bounds.length === 0) return 0;
      const drawn = draw();
      const index = bounds.findIndex((percent = 100) => drawn < percent);
      return index < 0 ? bounds.length : index;
    },
  };
}
