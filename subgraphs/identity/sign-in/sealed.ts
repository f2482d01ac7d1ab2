// Seals what we must be able to read again (secrets of dynamic passwords): AES-256-GCM, bound to its owner.
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

const VERSION = 'v1';

export interface Sealing {
  seal(text: string, owner: string): string;
  /** Throws when it was sealed for another owner, changed, or sealed with a key that we haven't. */
  open(sealed: string, owner: string): string;
}

/** A hash: it tells keys apart, and nothing of them. */
export const sealingKeyId = (key: Buffer): string =>
  createHash('sha256').update('id').update(key).digest('base64url').slice(0, 8);

/** The first key seals, all open: a new key is put first, and an old one stays until nothing needs it. */
export function createSealing(keys: readonly Buffer[]): Sealing {
  const byId = new Map(keys.map((key) => [sealingKeyId(key), key]));
  const [first] = keys;
  if (first === undefined || keys.some((key) => key.byteLength !== 32))
    throw new Error('a sealing key is 32 bytes long, and there is at least one');
  return {
    seal(text, owner) {
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', first, iv).setAAD(Buffer.from(owner));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return [VERSION, sealingKeyId(first), iv.toString('base64url'), body.toString('base64url')].join('.');
    },
    open(sealed, owner) {
      const [version, id = '', iv = '', body = ''] = sealed.split('.');
      const key = byId.get(id);
      if (version !== VERSION || key === undefined)
        throw new Error(`sealed with a key that is not here: ${id}`);
      const bytes = Buffer.from(body, 'base64url');
      const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(iv, 'base64url'))
        .setAAD(Buffer.from(owner))
        .setAuthTag(bytes.subarray(-16));
      return Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]).toString('utf8');
    },
  };
}
