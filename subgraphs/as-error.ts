// Whatever was thrown, as an Error: what DataLoader takes as the result of one key.
export const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
