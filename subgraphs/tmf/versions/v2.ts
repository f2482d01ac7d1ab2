// What version 2 has otherwise than the shape that the graph reads.
import type { Api } from '../backends.ts';
import { asText } from '../read.ts';
import { isRecord } from '../tmf-object.ts';
import type { Difference } from './difference.ts';

/** Its words for what later versions write as signs. */
const SIGNS: Readonly<Record<string, string>> = { ge: '>=', gt: '>', le: '<=', lt: '<', eq: '=' };

function sign(operator: unknown): unknown {
  return SIGNS[asText(operator)?.replace(/^\./, '').toLowerCase() ?? ''] ?? operator;
}

export const V2: Partial<Record<Api, Difference>> = {
  TMF623: {
    addressed: ['relatedParty', 'sla', 'violation.rule'],
    read: (object) =>
      isRecord(object.violation) && object.violation.operator !== undefined
        ? { ...object, violation: { ...object.violation, operator: sign(object.violation.operator) } }
        : object,
  },
};
