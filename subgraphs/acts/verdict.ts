// What an object at the back end says of the act that made it: done, refused, or not known yet.
import { asText } from '../tmf/read.ts';
import { refusalOf } from './faults.ts';

export type Verdict =
  | { readonly kind: 'DONE' }
  | { readonly kind: 'REFUSED'; readonly refusal: string }
  | { readonly kind: 'PENDING' };

const DONE = new Set([
  ...['done', 'completed', 'complete', 'captured', 'authorized', 'authorised', 'approved', 'accepted'],
  ...['paid', 'settled', 'success', 'successful', 'succeeded', 'processed', 'executed', 'closed'],
]);
const REFUSED = new Set([
  ...['denied', 'failed', 'failure', 'canceled', 'cancelled', 'rejected', 'declined', 'refused', 'error'],
  ...['expired', 'aborted'],
]);

/** TMF676 payments and TMF654 actions; one without a status was made, and that is all there is to know. */
export function verdictOf(object: Readonly<Record<string, unknown>>): Verdict {
  const status = asText(object.status ?? object.state)
    ?.toLowerCase()
    .replaceAll(/[^a-z]/g, '');
  if (status === undefined || DONE.has(status)) return { kind: 'DONE' };
  if (!REFUSED.has(status)) return { kind: 'PENDING' };
  const { authorizationCode, statusReason, description } = object;
  const words = [authorizationCode, statusReason, description].flatMap((each) => asText(each) ?? []);
  return { kind: 'REFUSED', refusal: refusalOf(words) };
}
