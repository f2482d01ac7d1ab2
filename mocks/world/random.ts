// Repeatable chance: a number that depends on the seed and on names alone, never on the order of asking.

/** A 32-bit hash of the parts (FNV-1a, then mixed so that near names give far numbers). */
export function hash(seed: number, ...parts: readonly (string | number)[]): number {
  let state = (0x811c9dc5 ^ seed) >>> 0;
  for (const part of parts) {
    const text = typeof part === 'string' ? part : String(part);
    for (let index = 0; index < text.length; index += 1) {
      state = Math.imul(state ^ text.charCodeAt(index), 0x01000193);
    }
    state = Math.imul(state ^ 0x2f, 0x01000193);
  }
  return mix(state);
}

/** One hash out of another and a number: the cheap way to draw many numbers for one name. */
export function mix(state: number, salt = 0): number {
  let mixed = (state + Math.imul(salt + 1, 0x9e3779b9)) >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** 0 up to, but never, 1. */
export function unit(state: number): number {
  return state / 0x1_0000_0000;
}

/** A whole number from `from` to `to`, both included. */
export function between(state: number, from: number, to: number): number {
  return from + Math.floor(unit(state) * (to - from + 1));
}

export function pick<T>(state: number, choices: readonly [T, ...T[]]): T {
  return choices[Math.floor(unit(state) * choices.length)] ?? choices[0];
}
