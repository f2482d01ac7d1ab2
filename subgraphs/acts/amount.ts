// Amounts as clients name them: positive decimals, no finer than their currency.
import Big from 'big.js';
import { minorUnits } from '../convert.ts';
import type { MoneyFault } from './faults.ts';

/** Decimal text without needless zeroes; undefined for what is no positive number. */
export function plainAmount(text: string): string | undefined {
  if (!/^\+?\d{1,15}(\.\d{1,15})?$/.test(text)) return undefined;
  const amount = new Big(text.replace('+', ''));
  return amount.gt(0) ? amount.toFixed() : undefined;
}

export function amountFault(
  amount: string | undefined,
  currency: string,
  field: string,
): MoneyFault | undefined {
  if (amount === undefined) return { code: 'AMOUNT_INVALID', field };
  const places = amount.split('.')[1]?.length ?? 0;
  return places > minorUnits(currency) ? { code: 'AMOUNT_TOO_FINE', field } : undefined;
}

export const inFull = (amount: string, currency: string): string =>
  new Big(amount).toFixed(minorUnits(currency));
