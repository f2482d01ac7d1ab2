// The log: what goes into it is redacted by its type, so that no caller has to think of it.
import { type DestinationStream, type Logger, pino } from 'pino';

/** References and words of ours: they name nobody to who hasn't the store. */
const REFERENCES: ReadonlySet<string> = new Set([
  'requestId',
  'actorId',
  'operationName',
  'code',
  'kind',
  'subgraph',
  'service',
  'provider',
  'api',
  'level',
]);
/** Whatever stands under these names is nobody's to read. */
const SECRETS = /passw|secret|token|authorization|cookie|credential|variables|displayName|email|phone/i;
const REDACTED = '[redacted]';
const MAX_DEPTH = 4;
const MAX_ITEMS = 50;
const MAX_CHARACTERS = 2_000;

const PATTERNS: readonly (readonly [RegExp, string])[] = [
  // as drizzle words it: the statement, and behind it every parameter
  [/Failed query:[\s\S]*/g, 'a query failed'],
  [/\b(otpauth|postgres(?:ql)?|rediss?):\/\/\S+/gi, '$1://…'],
  [/(:\/\/)[^/\s@]*@/g, '$1…@'],
  [/[^\s"'<>@]+@[^\s"'<>@]+\.[a-z]{2,}/gi, '<address>'],
  [/\beyJ[\w-]+(?:\.[\w-]+)*/g, '<opaque>'],
  // tokens, hashes, opaque ids: long words of many kinds of letters
  [/[\w$-]{24,}(?:\.[\w-]+)*/g, '<opaque>'],
  [/\+?\d[\d\s./-]{4,}\d/g, '<number>'],
  // what libraries quote is what somebody sent, unless it looks like a column or a constraint
  [/"(?![a-z_]{1,40}")[^"]*"/g, '"…"'],
];

/** Text as somebody else made it: without what may name, reach or admit a person. */
export function masked(text: string): string {
  return PATTERNS.reduce(
    (cleaned, [pattern, instead]) => cleaned.replaceAll(pattern, instead),
    text.slice(0, MAX_CHARACTERS),
  );
}

/** Where it happened, without the message that V8 puts before it. */
const framesOf = ({ stack = '' }: Error): string =>
  stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n');

function shownError(error: Error, depth: number): Record<string, unknown> {
  const code: unknown = 'code' in error ? error.code : undefined;
  // a failed query's message holds its parameters
  const message = 'query' in error && 'params' in error ? 'a query failed' : masked(error.message);
  return {
    type: error.name,
    message,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    stack: framesOf(error),
    ...(error.cause === undefined ? {} : { cause: shown(error.cause, depth + 1) }),
  };
}

function shown(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return masked(value);
  if (typeof value !== 'object' || value === null) return typeof value === 'function' ? undefined : value;
  if (depth > MAX_DEPTH) return REDACTED;
  if (value instanceof Error) return shownError(value, depth);
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((each) => shown(each, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, MAX_ITEMS)
      .map(([name, each]) => [name, shownUnder(name, each, depth)]),
  );
}

function shownUnder(name: string, value: unknown, depth: number): unknown {
  if (SECRETS.test(name)) return REDACTED;
  return REFERENCES.has(name) && typeof value === 'string' ? value : shown(value, depth + 1);
}

export function createLog(level: string, destination: DestinationStream = pino.destination(2)): Logger {
  return pino(
    {
      level,
      // pino's own would put the whole error back
      serializers: { err: (value: unknown) => value },
      formatters: { log: (object) => shown(object, 0) as Record<string, unknown> }, // an object stays one
    },
    destination,
  );
}
