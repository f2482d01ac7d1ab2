// What the tests of live streams watch: a line's use of messages.
import { encodeId } from '../../schema/id.ts';
import type { Given } from './subscribing.ts';

export const serviceId = (id: string): string => encodeId('home', 'Service', id);
export const LINE = serviceId('svc-acme-m-01');
export const USAGE =
  'subscription Live($id: ID!) { usage(serviceId: $id) { allowances { kind used { amount } } } }';

interface Usage {
  readonly usage: {
    readonly allowances: readonly { readonly kind: string; readonly used: { readonly amount: number } }[];
  } | null;
}

/** Messages used, as a state of USAGE tells it; NaN: it tells nothing. */
export function messages({ data }: Given): number {
  // as the subscription has it
  const usage = (data as Usage | null)?.usage;
  return usage?.allowances.find(({ kind }) => kind === 'SMS')?.used.amount ?? Number.NaN;
}
