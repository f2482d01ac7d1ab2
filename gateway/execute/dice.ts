// For tests: throws that follow from a seed alone, so that what is found once is found again.

/** The same for the same parts, on every subgraph and in every run. */
export function hash(...parts: unknown[]): number {
  let value = 2166136261;
  for (const char of JSON.stringify(parts)) {
    value ^= char.codePointAt(0) ?? 0;
    value = Math.imul(value, 16777619);
  }
  value ^= value >>> 15;
  return Math.imul(value, 2246822519) >>> 0;
}

export interface Dice {
  /** From 0 to one less than `sides`. */
  roll(sides: number): number;
  /** True once in so many times. */
  once(times: number): boolean;
  pick<T>(from: readonly T[]): T | undefined;
  /** Each is in or out; never none of them. */
  some<T>(from: readonly T[]): T[];
}

export function dice(seed: number): Dice {
  let step = 0;
  const roll = (sides: number): number => {
    step += 1;
    return hash(seed, step) % sides;
  };
  const pick = <T>(from: readonly T[]): T | undefined => from[roll(from.length)];
  return {
    roll,
    once: (times) => roll(times) === 0,
    pick,
    some: (from) => {
      const taken = from.filter(() => roll(2) === 0);
      return taken.length > 0 ? taken : from.slice(0, 1);
    },
  };
}
