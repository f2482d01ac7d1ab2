// What may be spent by which authorization: pure decisions over what each of them has spent in its period.
import Big from 'big.js';
import { AMOUNT_LIMIT, type AmountLimit, withinLimit } from './conditions.ts';
import type { Grant, GrantLimit } from './principal.ts';

export interface Money {
  /** Decimal text, in the currency's main unit. */
  readonly amount: string;
  readonly currency: string;
}

/** What the caller can mend, in words that it may be shown. */
export const SPENDING_FAULTS = {
  AMOUNT_INVALID: 'An amount to spend is a positive decimal number in an ISO 4217 currency.',
  AMOUNT_OVER_LIMIT: 'This is more than your authorization lets you spend in its period.',
  CURRENCY_NOT_COVERED: 'Your authorization limits what you spend in another currency.',
  KEY_REUSED: 'This idempotency key was given with something else before.',
} as const;
export type SpendingFaultCode = keyof typeof SPENDING_FAULTS;

/** What may still be spent, and in which period. */
export interface Room extends Money {
  readonly per: AmountLimit['per'];
}

export type SpendingVerdict =
  /** `by`: the authorizations by which it counts, whether they bound it or not. */
  | { readonly kind: 'WITHIN'; readonly by: readonly string[] }
  | {
      readonly kind: 'BEYOND';
      readonly code: 'AMOUNT_OVER_LIMIT' | 'CURRENCY_NOT_COVERED';
      /** The most that any grant would have let through. */
      readonly room?: Room;
    };

const MONEY = AMOUNT_LIMIT.unwrap().pick({ amount: true, currency: true });

export function isSpendable(money: Money): boolean {
  return MONEY.safeParse(money).success && new Big(money.amount).gt(0);
}

const countsBy = ({ id, limits = [] }: Grant): readonly string[] => [
  ...new Set([id, ...limits.map(({ of }) => of)].filter((each) => each !== undefined)),
];

/** `spent` gives what was spent by the limit's authorization in its period, in its currency. */
export function judgeSpending(
  grants: readonly Grant[],
  money: Money,
  spent: (limit: GrantLimit) => string,
): SpendingVerdict {
  const within = grants
    .filter(({ limits = [] }) =>
      // what can't be counted bounds to nothing
      limits.every((limit) => limit.of !== undefined && withinLimit(limit, spent(limit), money)),
    )
    // what nothing bounds first: it leaves the limits for what needs them
    .sort((a, b) => (a.limits ?? []).length - (b.limits ?? []).length)[0];
  if (within !== undefined) return { kind: 'WITHIN', by: countsBy(within) };
  const rooms = grants.flatMap(({ limits = [] }): Room[] => {
    if (!limits.every(({ currency }) => currency === money.currency)) return [];
    const each = limits.map((limit) => ({ limit, left: new Big(limit.amount).minus(spent(limit)) }));
    const [least] = each.sort((a, b) => a.left.cmp(b.left));
    if (least === undefined) return [];
    const left = least.left.lt(0) ? new Big(0) : least.left;
    return [{ amount: left.toFixed(), currency: money.currency, per: least.limit.per }];
  });
  const [room] = rooms.sort((a, b) => new Big(b.amount).cmp(a.amount));
  return room === undefined
    ? { kind: 'BEYOND', code: 'CURRENCY_NOT_COVERED' }
    : { kind: 'BEYOND', code: 'AMOUNT_OVER_LIMIT', room };
}
