// Running sums of money, one for each currency: nothing is converted, nothing is lost, and no amount is ever a float.
import Big from 'big.js';
import type { Money } from '../tmf/read.ts';

export type Sums = Map<string, Big>;

export function addTo(sums: Sums, money: Money | undefined): void {
  if (money === undefined) return;
  sums.set(money.currency, (sums.get(money.currency) ?? new Big(0)).plus(money.amount));
}

/** Two places at least, and as many as there are: a fraction of a cent that was rated isn't rounded away. */
export function moneyOf(amount: Big, currency: string): Money {
  const places = Math.max(2, amount.c.length - amount.e - 1);
  return { amount: amount.toFixed(amount.eq(0) ? 2 : places), currency };
}

export const shown = (sums: Sums): Money[] =>
  [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([currency, amount]) => moneyOf(amount, currency));

/** For ordering alone: amounts in several currencies can't be compared, so the largest stands for them. */
export const size = (sums: Sums): Big =>
  [...sums.values()].reduce((most, each) => (each.abs().gt(most) ? each.abs() : most), new Big(0));
