// What the tests of payments ask, and what the simulator has taken.

import type { Simulator } from '../../mocks/simulator.ts';
import { encodeId } from '../../schema/id.ts';
import type { Asked, Instance } from '../support/gateway.ts';

export const bill = (id: string): string => encodeId('home', 'CustomerBill', id);
export const method = (id: string): string => encodeId('home', 'PaymentMethod', id);
export const ACME_MOBILE = bill('bill-acc-acme-mobile-2026-10');
export const ACME_FIXED = bill('bill-acc-acme-fixed-2026-10');
export const ACME_CARD = method('pm-acme-card');

export interface Confirmation {
  readonly id: string;
  readonly number: string;
  readonly state: 'PENDING' | 'DONE' | 'REFUSED';
  readonly refusal: string | null;
  readonly confirmedAt: string | null;
  readonly amount: { readonly amount: string; readonly currency: string };
  readonly items: readonly { readonly billId: string; readonly amount: { readonly amount: string } }[];
}

export interface Paid {
  readonly confirmation: Confirmation | undefined;
  /** `CODE field`, or the code of an error. */
  readonly faults: readonly string[];
  readonly asked: Asked;
}

export const CONFIRMATION = `{ id number state refusal confirmedAt amount { amount currency }
  items { billId amount { amount currency } } }`;

interface Payload {
  readonly confirmation: Confirmation | null;
  readonly userErrors: readonly { readonly code: string; readonly field: string | null }[];
}

export async function pay(ask: Instance['ask'], input: object, as = 'acme-billing'): Promise<Paid> {
  const asked = await ask(
    `mutation($input: PayInput!) { pay(input: $input) { confirmation ${CONFIRMATION} userErrors { code field } } }`,
    { as, variables: { input } },
  );
  // by the schema; what isn't there was refused
  const payload = (asked.data as { pay?: Payload | null } | null | undefined)?.pay;
  return {
    confirmation: payload?.confirmation ?? undefined,
    faults: [
      ...asked.errors.map(({ code }) => code),
      ...(payload?.userErrors ?? []).map(({ code, field }) => [code, field].filter(Boolean).join(' ')),
    ],
    asked,
  };
}

export interface TakenPayment {
  readonly id: string;
  readonly correlatorId: string;
  readonly status: string;
  readonly totalAmount: { readonly value: number };
}

async function rows<T>({ apis }: Pick<Simulator, 'apis'>, api: string, path: string): Promise<readonly T[]> {
  const base = apis.find((each) => each.api === api)?.baseUrl ?? '';
  const answer = await fetch(`${base}/${path}`);
  return JSON.parse(await answer.text()) as readonly T[]; // as the simulator's own tests show it
}

/** Payments that were made while the test ran. */
export async function taken(simulator: Simulator): Promise<readonly TakenPayment[]> {
  const all = await rows<TakenPayment>(simulator, 'TMF676', 'payment?limit=1000');
  return all.filter(({ id }) => id.startsWith('payment-new-'));
}

export async function leftToPay(simulator: Simulator, id: string): Promise<number> {
  const [found] = await rows<{ remainingAmount: { value: number } }>(
    simulator,
    'TMF678',
    `customerBill?id=${id}`,
  );
  return found?.remainingAmount.value ?? Number.NaN;
}
