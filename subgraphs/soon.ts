// What may be there already: who only looks at it needs no promise, and most of what is looked at is there.

export type Soon<T> = T | Promise<T>;

/** What comes later, whoever makes it: a query of a database is a promise of its own kind. */
export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  );
}

export const isHere = <T>(value: Soon<T>): value is T => !(value instanceof Promise);

export function after<T, Made>(value: Soon<T>, use: (value: T) => Soon<Made>): Soon<Made> {
  return isHere(value) ? use(value) : value.then(use);
}

/** In the same order. */
export function all<T>(values: readonly Soon<T>[]): Soon<readonly T[]> {
  return values.every(isHere<T>) ? values : Promise.all(values);
}
