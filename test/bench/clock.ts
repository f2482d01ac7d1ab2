// The benchmark's time: begins at the instant for which the sample variables of the operations were written.

const WORLD_MS = Date.parse('2026-11-15T10:00:00Z');

/** Given to every process, so that all of them agree. */
export function clockOffsetMs(): number {
  return WORLD_MS - Date.now();
}

export function clock(offsetMs: number): () => number {
  return () => Date.now() + offsetMs;
}
