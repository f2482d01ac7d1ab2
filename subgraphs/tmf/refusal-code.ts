// The code of an error body, TMF630's or another's: a short name or number, never the back end's text.
import type { Dispatcher } from 'undici';
import { asText } from './read.ts';
import { isRecord } from './tmf-object.ts';

/** More than this is no error body. */
const MAX_BYTES = 64 * 1024;
/** Anything else is a sentence, and may name people, numbers or hosts. */
const CODE = /^[A-Za-z0-9_.-]{1,40}$/;

/** Reads the body of a refusal, in bounded memory; undefined where it has no code. */
export async function readRefusalCode(body: Dispatcher.ResponseData['body']): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of body) {
      const bytes = Buffer.from(chunk);
      length += bytes.length;
      if (length > MAX_BYTES) return undefined;
      chunks.push(bytes);
    }
    return refusalCode(JSON.parse(Buffer.concat(chunks).toString('utf8')));
  } catch {
    return undefined;
  }
}

/** `{code, reason}`, `{error}`, `{message, errors[]}` and what lies between; undefined for anything else. */
export function refusalCode(body: unknown): string | undefined {
  if (!isRecord(body)) return undefined;
  const { status, code, error, errors } = body;
  const nested = Array.isArray(errors) ? errors[0] : error;
  if (isRecord(nested)) return refusalCode(nested);
  if (asText(status) === '404') return '404';
  return [code, error, status].map(asText).find((each) => each !== undefined && CODE.test(each));
}
