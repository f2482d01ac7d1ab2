// Static passwords: what makes a good one, their hashes (argon2id), and a check that takes as long for nobody's.
import { randomUUID } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';

/** OWASP's least for argon2id; the library's default algorithm is argon2id. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
const MIN_CHARACTERS = 12;
const MAX_CHARACTERS = 256;
/** Each check takes 19 MiB and a thread: so many run at once, so many wait, and no more. */
const AT_ONCE = 4;
const MAX_WAITING = 64;

export type PasswordFault = 'PASSWORD_TOO_SHORT' | 'PASSWORD_TOO_LONG' | 'PASSWORD_GUESSABLE';

// one word typed on two systems has several spellings in Unicode
const normal = (password: string): string => password.normalize('NFKC');

/** NIST SP 800-63B: length counts, composition rules don't; what anybody would try first is refused. */
export function passwordFault(password: string, actorId: string): PasswordFault | undefined {
  const text = normal(password);
  const characters = [...text].length;
  if (characters < MIN_CHARACTERS) return 'PASSWORD_TOO_SHORT';
  if (characters > MAX_CHARACTERS) return 'PASSWORD_TOO_LONG';
  const folded = text.toLowerCase();
  const without = folded.replaceAll(actorId.toLowerCase(), '').replaceAll(/passwor[dt]|qwert[yz]|12345/g, '');
  return new Set(without).size < 6 ? 'PASSWORD_GUESSABLE' : undefined;
}

/** Whoever changes a password that others know wants another one; both are known here in clear. */
export const unchanged = (old: string, password: string): 'PASSWORD_UNCHANGED' | undefined =>
  normal(old) === normal(password) ? 'PASSWORD_UNCHANGED' : undefined;

export interface Passwords {
  hash(password: string): Promise<string>;
  /** Without a hash it takes as long, and is false. 'BUSY': too many wait already. */
  check(password: string, hash: string | undefined): Promise<boolean | 'BUSY'>;
}

export function createPasswords(): Passwords {
  // nobody's password: what an unknown actor's is compared with
  const nobody = hash(randomUUID(), COST);
  const queue: (() => void)[] = [];
  let running = 0;

  async function slot<T>(work: () => Promise<T>): Promise<T> {
    if (running >= AT_ONCE) await new Promise<void>((go) => queue.push(go));
    else running += 1;
    try {
      return await work();
    } finally {
      const next = queue.shift();
      // the slot passes on as it is
      if (next === undefined) running -= 1;
      else next();
    }
  }

  return {
    hash: (password) => slot(() => hash(normal(password), COST)),
    async check(password, kept) {
      if (queue.length >= MAX_WAITING) return 'BUSY';
      const text = [...password].length > MAX_CHARACTERS ? '' : normal(password);
      const against = kept ?? (await nobody);
      const same = await slot(() => verify(against, text));
      return same && kept !== undefined;
    },
  };
}
