// Changes of JSON bodies: every row, or every value under some name.
import type { Reply } from '../server/reply.ts';
import { isRecord } from '../server/row.ts';

export function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

export function withBody(reply: Reply, body: unknown): Reply {
  return { ...reply, body: JSON.stringify(body) };
}

export function without(headers: Reply['headers'], ...names: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));
}

export type JsonObject = Readonly<Record<string, unknown>>;

/** A change of every row of a good answer, be it a list or one object. */
export function onRows(change: (row: JsonObject) => JsonObject): (reply: Reply) => Reply {
  return (reply) => {
    if (reply.status >= 300) return reply;
    const body = parsed(reply.body);
    if (Array.isArray(body))
      return withBody(
        reply,
        body.map((row) => (isRecord(row) ? change(row) : row)),
      );
    return isRecord(body) ? withBody(reply, change(body)) : reply;
  };
}

/** The value with every part replaced for which `change` gives something else than undefined; from the top down. */
export function replaced(
  value: unknown,
  change: (part: unknown, name: string | undefined) => unknown,
  name?: string,
): unknown {
  const instead = change(value, name);
  if (instead !== undefined) return instead;
  if (Array.isArray(value)) return value.map((each) => replaced(each, change, name));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, replaced(each, change, key)]));
}

/** As `replaced`, for every body that is JSON. */
export function onValues(
  change: (part: unknown, name: string | undefined) => unknown,
): (reply: Reply) => Reply {
  return (reply) => {
    const body = parsed(reply.body);
    return body === undefined || reply.status >= 300 ? reply : withBody(reply, replaced(body, change));
  };
}
