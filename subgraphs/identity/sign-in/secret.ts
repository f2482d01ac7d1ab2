// Secrets that we make and hand out once: long, random, and kept as hashes only.
import { createHash, randomBytes } from 'node:crypto';

/** 256 bits, safe in a URL. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** A fast hash is enough: nobody guesses 80 random bits or more. Passwords go to password.ts. */
export function secretHash(purpose: string, secret: string): string {
  return createHash('sha256').update(`${purpose}\n${secret}`).digest('base64url');
}
