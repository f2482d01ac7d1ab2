// Compression of an answer, if its client asks for it and it is large enough to gain by it.
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

/** Compression below this costs more than it saves. */
export const COMPRESS_FROM_BYTES = 1024;

const brotli = promisify(brotliCompress);
const zip = promisify(gzip);

/** The default of 11 is for files that are compressed once and sent for years. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };

export type ContentEncoding = 'br' | 'gzip';

/** The better one of those that the client takes; undefined: as it is. */
export function contentEncoding(accepted: string | string[] | undefined): ContentEncoding | undefined {
  if (accepted === undefined) return undefined;
  const taken = new Set<string>();
  for (const range of String(accepted).toLowerCase().split(',')) {
    const [name = '', ...parameters] = range.split(';').map((each) => each.trim());
    if (!parameters.some((each) => /^q=0(\.0*)?$/.test(each))) taken.add(name);
  }
  if (taken.has('br') || taken.has('*')) return 'br';
  return taken.has('gzip') ? 'gzip' : undefined;
}

export function compressed(bytes: Buffer, encoding: ContentEncoding): Promise<Buffer> {
  return encoding === 'br' ? brotli(bytes, BROTLI) : zip(bytes);
}
