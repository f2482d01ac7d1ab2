// Sums of money in decimals: one currency or no sum at all.
import Big from 'big.js';
import type { Item } from '../item.ts';
import { asMoney, type Money } from '../tmf/read.ts';

export function addMoney(amounts: readonly Money[]): Money | undefined {
  const [first] = amounts;
  if (first === undefined || amounts.some(({ currency }) => currency !== first.currency)) return undefined;
  const total = amounts.reduce((sum, { amount }) => sum.plus(amount), new Big(0));
  return { amount: total.toFixed(2), currency: first.currency };
}

/** Undefined for nothing to add, several currencies, or an amount that can't be read. */
export function sumOf(items: readonly Item[], attribute: string): Money | undefined {
  const amounts = items.map((item) => asMoney(item.raw[attribute]));
  return amounts.some((amount) => amount === undefined)
    ? undefined
    : addMoney(amounts.filter((amount) => amount !== undefined));
}
