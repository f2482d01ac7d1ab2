// Ids that a deviation has made strange, as they would be without it: the graph's ids hold the back end's own.
import { decodeId, encodeId } from '../../schema/id.ts';

/** As mocks/deviations/values.ts writes it behind ids. */
const STRANGE = `/"é' ,&=?#😀`;

function plainId(text: string): string {
  const parts = decodeId(text);
  return parts?.id.includes(STRANGE) === true
    ? encodeId(parts.provider, parts.type, parts.id.replaceAll(STRANGE, ''))
    : text.replaceAll(STRANGE, '');
}

export function plainIds(value: unknown): unknown {
  if (typeof value === 'string') return plainId(value);
  if (Array.isArray(value)) return value.map(plainIds);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plainIds(each)]));
}
