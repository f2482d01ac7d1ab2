// An object of the answer from what was fetched: by code of its own for each type in each place, so that V8 knows every
// object's form; a loop over names reads and writes by look-up.
import type { GraphQLError } from 'graphql';
import { type JsonObject, read, write } from '../../schema/json.ts';
import { fitsCode } from '../../schema/own-code.ts';
import type { SelectedField } from '../../schema/selection.ts';

/** What a null stands for whose error is already reported: the parent must not report it again. */
export const FAILED = Symbol('failed');

export interface Completion {
  /** Values that don't fit the graph: kept out of `errors`, as the stock gateway does. */
  readonly faults: GraphQLError[];
  /** Answers that no GraphQL server may give: the subgraph is to blame. */
  readonly bad: (string | number)[][];
  readonly path: (string | number)[];
  readonly introspect: (field: SelectedField) => unknown;
  /** Objects that stand in several places of the answer. */
  readonly joined: ReadonlySet<JsonObject> | undefined;
  /** What became of them, where nothing was wrong: errors have a path, so those are found at each place. */
  readonly shaped: Map<JsonObject, Map<CompletedFields, JsonObject>>;
}

export interface CompletedField {
  readonly name: string;
  readonly from: string;
  readonly outInherited: boolean;
  readonly inInherited: boolean;
  readonly nonNull: boolean;
  /** By the plan, not known to this gateway itself. */
  readonly fetched: boolean;
  readonly leaf: ((value: unknown) => boolean) | undefined;
  readonly complete: (value: unknown, completion: Completion, source: JsonObject) => unknown;
}

/** The fields of one type of object in one place. */
export interface CompletedFields {
  readonly list: readonly CompletedField[];
  readonly shape: Shaper;
}

/** FAILED: a field that may not be null is. */
export type Shaper = (source: JsonObject, completion: Completion) => JsonObject | typeof FAILED;

/** What isn't a leaf of a value that fits. */
function complete(
  field: CompletedField,
  value: unknown,
  source: JsonObject,
  completion: Completion,
): unknown {
  const { path } = completion;
  path.push(field.name);
  const completed = field.complete(value, completion, source);
  path.pop();
  return completed === FAILED && !field.nonNull ? null : completed;
}

function byLookUp(fields: readonly CompletedField[]): Shaper {
  return (source, completion) => {
    const result: JsonObject = {};
    for (const field of fields) {
      const value = read(source, field.from, field.inInherited);
      const completed = field.leaf?.(value) ? value : complete(field, value, source, completion);
      if (completed === FAILED) return FAILED;
      write(result, field.name, completed, field.outInherited);
    }
    return result;
  };
}

function byOwnCode(fields: readonly CompletedField[]): Shaper {
  const values = fields.map(({ from, leaf }, at) => {
    const isLeaf = leaf === undefined ? '' : `if (!leaf${at}(value${at})) `;
    return `let value${at} = source.${from};
      ${isLeaf}value${at} = complete(field${at}, value${at}, source, completion);
      if (value${at} === FAILED) return FAILED;`;
  });
  const code = `
    const [${fields.map((_, at) => `field${at}`).join()}] = fields;
    ${fields.map(({ leaf }, at) => (leaf === undefined ? '' : `const leaf${at} = field${at}.leaf;`)).join('')}
    return (source, completion) => {
      ${values.join('')}
      return { ${fields.map(({ name }, at) => `${name}: value${at}`).join()} };
    };`;
  return new Function('fields', 'complete', 'FAILED', code)(fields, complete, FAILED);
}

export function shaperOf(fields: readonly CompletedField[], ownCode: boolean): Shaper {
  const plain =
    ownCode && fitsCode(fields.map(({ name }) => name)) && fitsCode(fields.map(({ from }) => from));
  return plain ? byOwnCode(fields) : byLookUp(fields);
}
