// The benchmark's time: begins at the instant for which the sample variables of the operations were written.

const WORLD_MS = Date.parse('2026-11-15T10:00:00Z');

/** Given to every process, so that all of them agree. */
export function clockOffsetMs(): number {
  return WORLD_MS - Date.now();
}

/** `rate`: seconds of the world in each of ours, from its beginning on. */
export function clock(offsetMs: number, rate = 1): () => number {
  return () => WORLD_MS + (Date.now() + offsetMs - WORLD_MS) * rate;
}
