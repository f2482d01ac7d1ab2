// Compression of answers: to clients, and between the gateway and its subgraphs elsewhere; packed if the asker takes it.
import { promisify } from 'node:util';
import { brotliCompress, brotliDecompress, constants, gunzip, gzip } from 'node:zlib';

/** Compression below this costs more than it saves. */
export const COMPRESS_FROM_BYTES = 1024;

const brotli = promisify(brotliCompress);
const zip = promisify(gzip);
const unbrotli = promisify(brotliDecompress);
const unzip = promisify(gunzip);

/** The default of 11 is for files that are compressed once and sent for years. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };

export type ContentEncoding = 'br' | 'gzip';

/** What `decompressed` reads, as a header says it. */
export const READABLE_ENCODINGS = 'br, gzip';

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

/** Rejects what isn't of that encoding, and with ERR_BUFFER_TOO_LARGE, before it is in memory, what would be longer. */
export function decompressed(bytes: Buffer, encoding: string, maxOutputLength: number): Promise<Buffer> {
  if (encoding === 'br') return unbrotli(bytes, { maxOutputLength });
  if (encoding === 'gzip' || encoding === 'x-gzip') return unzip(bytes, { maxOutputLength });
  return Promise.reject(new Error(`content-encoding ${encoding.slice(0, 20)}`));
}
