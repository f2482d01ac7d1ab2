// The code of an error body, TMF630's or another's: a short name or number, never the back end's text.
import { asText } from './read.ts';
import { isRecord } from './tmf-object.ts';

/** Anything else is a sentence, and may name people, numbers or hosts. */
const CODE = /^[A-Za-z0-9_.-]{1,40}$/;

/** Undefined where the body has no code. */
export function readRefusalCode(body: Buffer): string | undefined {
  try {
    return refusalCode(JSON.parse(body.toString('utf8')));
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
