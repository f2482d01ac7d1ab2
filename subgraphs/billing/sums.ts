// Sums of money in decimals: one currency or no sum at all.
import Big from 'big.js';
import { clientError } from '../../schema/errors.ts';
import { isUnreadable } from '../convert.ts';
import type { Item } from '../item.ts';
import { asMoney, type Money } from '../tmf/read.ts';

export function addMoney(amounts: readonly Money[]): Money | undefined {
  const [first] = amounts;
  if (first === undefined || amounts.some(({ currency }) => currency !== first.currency)) return undefined;
  const total = amounts.reduce((sum, { amount }) => sum.plus(amount), new Big(0));
  return { amount: total.toFixed(2), currency: first.currency };
}

/**
 * Undefined for nothing to add, several currencies, or an amount that isn't there. An amount that is there and can't be
 * read is the back end's fault: a sum without it would be a wrong one.
 */
export function sumOf(items: readonly Item[], attribute: string): Money | undefined {
  const amounts = items.map((item) => {
    const amount = asMoney(item.raw[attribute]);
    if (amount === undefined && isUnreadable('Money', item.raw[attribute] ?? null))
      throw clientError('BACKEND_BAD_ANSWER');
    return amount;
  });
  return amounts.some((amount) => amount === undefined)
    ? undefined
    : addMoney(amounts.filter((amount) => amount !== undefined));
}
