// Amounts in whole cents, so that sums are exact, and as TM Forum writes them.

export const CURRENCY = 'EUR';
export const VAT_PERCENT = 20;

export interface TmfMoney {
  readonly unit: string;
  readonly value: number;
}

export function money(cents: number): TmfMoney {
  return { unit: CURRENCY, value: cents / 100 };
}

export function vatOn(cents: number): number {
  return Math.round((cents * VAT_PERCENT) / 100);
}

export function vatItem(cents: number): { taxCategory: string; taxRate: number; taxAmount: TmfMoney } {
  return { taxCategory: 'VAT', taxRate: VAT_PERCENT, taxAmount: money(vatOn(cents)) };
}
