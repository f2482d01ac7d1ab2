// One execution: what it was asked with, its errors, and what of it is still to come.
import { type FieldNode, type GraphQLError, locatedError } from 'graphql';
import { FAILED, type Place } from './place.ts';

/** Where a value may stand: a field, or each element of a list. */
export interface Position {
  readonly nonNull: boolean;
  /** The nodes that errors point at. */
  readonly nodes: readonly FieldNode[];
  /** `Type.field`, for errors. */
  readonly name: string;
  /** Of a value that isn't null: as it's answered, or FAILED. @throws what the value doesn't fit by. */
  readonly complete: (value: unknown, run: Run, up: Place, key: string | number) => unknown;
}

export interface Asked {
  readonly context: unknown;
  /** Coerced. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** What may be told of an error. */
  readonly shown: (error: unknown) => unknown;
}

export class Run {
  readonly context: unknown;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly errors: GraphQLError[] = [];
  /** By a field's number: what is the same wherever the field stands, made when it is first needed. */
  readonly args: unknown[] = [];
  readonly infos: unknown[] = [];
  readonly #shown: Asked['shown'];
  #pending = 0;
  #rest: (() => void) | undefined = undefined;

  constructor({ context, variables, shown }: Asked) {
    this.context = context;
    this.variables = variables;
    this.#shown = shown;
  }

  fail(error: unknown, { nodes, nonNull }: Position, up: Place, key: string | number): null | typeof FAILED {
    this.errors.push(locatedError(this.#shown(error), nodes, up.path(key)));
    return nonNull ? FAILED : null;
  }

  /** As it's answered: the value, null, or FAILED. */
  settle(value: unknown, position: Position, up: Place, key: string | number): unknown {
    try {
      if (value === null || value === undefined) {
        if (!position.nonNull) return null;
        throw new Error(`Cannot return null for non-nullable field ${position.name}.`);
      }
      if (value instanceof Error) throw value;
      const completed = position.complete(value, this, up, key);
      return completed === FAILED && !position.nonNull ? null : completed;
    } catch (error) {
      return this.fail(error, position, up, key);
    }
  }

  /** Null stands there until the value comes. */
  later(coming: PromiseLike<unknown>, position: Position, up: Place, key: string | number): null {
    this.#pending += 1;
    // of another kind it may call back at once, before there is anything to write to, or twice
    const once = coming instanceof Promise ? coming : Promise.resolve(coming);
    once.then(
      (value) => {
        if (!up.gone) up.put(key, this.settle(value, position, up, key));
        this.#came();
      },
      (error: unknown) => {
        if (!up.gone) up.put(key, this.fail(error, position, up, key));
        this.#came();
      },
    );
    return null;
  }

  #came(): void {
    this.#pending -= 1;
    if (this.#pending === 0) this.#rest?.();
  }

  /** Undefined: everything is there already. */
  get rest(): Promise<void> | undefined {
    if (this.#pending === 0) return undefined;
    return new Promise((resolve) => {
      this.#rest = resolve;
    });
  }
}
