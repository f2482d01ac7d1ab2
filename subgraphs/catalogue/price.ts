// The price of a configuration: which prices apply, and what they come to with tax, in decimals.
import Big from 'big.js';
import { clientError } from '../../schema/errors.ts';
import { isUnreadable } from '../convert.ts';
import type { Item } from '../item.ts';
import { asDecimal, asInt, asList, asMoney, asText, at, instantMs, type Money } from '../tmf/read.ts';
import type { Fault } from './configuration.ts';

export interface Total {
  readonly taxExcluded: Money;
  readonly taxIncluded: Money;
}

export interface Priced {
  readonly lines: readonly { readonly price: Item; readonly total: Total }[];
  readonly oneTime: Total | null;
  readonly monthly: Total | null;
}

interface Amount {
  readonly price: Item;
  readonly kind: 'ONE_TIME' | 'MONTHLY' | 'OTHER_PERIOD' | 'USAGE';
  readonly taxExcluded: Big;
  readonly taxIncluded: Big;
  readonly currency: string;
}

function inForce(price: Item, nowMs: number): boolean {
  const from = instantMs(at(price.raw, 'validFor.startDateTime'));
  const until = instantMs(at(price.raw, 'validFor.endDateTime'));
  return (from === undefined || from <= nowMs) && (until === undefined || nowMs < until);
}

/** A price bound to option values applies only where each of those options has one of them. */
function applies(price: Item, values: ReadonlyMap<string, string>): boolean {
  return asList(price.raw.prodSpecCharValueUse).every((use) => {
    const chosen = values.get(asText(at(use, 'name')) ?? '');
    const wanted = asList(at(use, 'productSpecCharacteristicValue')).map((value) =>
      asText(at(value, 'value')),
    );
    return chosen !== undefined && wanted.includes(chosen);
  });
}

function kindOf(price: Item): Amount['kind'] {
  const type = asText(price.raw.priceType)
    ?.toLowerCase()
    .replaceAll(/[\s_-]/g, '');
  if (type === 'usage') return 'USAGE';
  if (type !== 'recurring') return 'ONE_TIME';
  const unit = asText(price.raw.recurringChargePeriodType)?.toLowerCase();
  const monthly =
    (asInt(price.raw.recurringChargePeriodLength) ?? 1) === 1 &&
    (unit === undefined || unit.startsWith('month'));
  return monthly ? 'MONTHLY' : 'OTHER_PERIOD';
}

function withTax(price: Item, net: Big): Big {
  const rates = asList(price.raw.tax).map((tax) => asDecimal(at(tax, 'taxRate')) ?? '0');
  return rates.reduce((gross, rate) => gross.plus(net.times(rate).div(100)), net);
}

function amountOf(price: Item, quantity: number): Amount | undefined {
  const money = asMoney(price.raw.price);
  // a sum without it would be a wrong price
  if (money === undefined && isUnreadable('Money', price.raw.price ?? null))
    throw clientError('BACKEND_BAD_ANSWER');
  if (money === undefined) return undefined;
  const kind = kindOf(price);
  const net = kind === 'USAGE' ? new Big(money.amount) : new Big(money.amount).times(quantity);
  return { price, kind, taxExcluded: net, taxIncluded: withTax(price, net), currency: money.currency };
}

/** A percentage alters the monthly amounts, in their proportion of tax. */
function alter(monthly: readonly Amount[], price: Item): Amount | undefined {
  const percentage = asDecimal(price.raw.percentage);
  const [first] = monthly;
  if (percentage === undefined || first === undefined || asMoney(price.raw.price) !== undefined)
    return undefined;
  const part = (pick: (amount: Amount) => Big) =>
    monthly
      .reduce((sum, amount) => sum.plus(pick(amount)), new Big(0))
      .times(percentage)
      .div(100);
  return {
    price,
    kind: 'MONTHLY',
    taxExcluded: part((amount) => amount.taxExcluded),
    taxIncluded: part((amount) => amount.taxIncluded),
    currency: first.currency,
  };
}

const money = (value: Big, currency: string): Money => ({ amount: value.toFixed(2), currency });

const totalOf = (amount: Amount, places = 2): Total => ({
  taxExcluded: { amount: amount.taxExcluded.toFixed(places), currency: amount.currency },
  taxIncluded: { amount: amount.taxIncluded.toFixed(places), currency: amount.currency },
});

function sum(amounts: readonly Amount[]): Total | null {
  const [first] = amounts;
  if (first === undefined) return null;
  const add = (pick: (amount: Amount) => Big) =>
    amounts.reduce((total, amount) => total.plus(pick(amount)), new Big(0));
  return {
    taxExcluded: money(
      add((amount) => amount.taxExcluded),
      first.currency,
    ),
    taxIncluded: money(
      add((amount) => amount.taxIncluded),
      first.currency,
    ),
  };
}

/** Usage prices are a tenth of a cent and less: they keep their places. */
const USAGE_PLACES = 4;

export function priceOf(
  prices: readonly Item[],
  values: ReadonlyMap<string, string>,
  quantity: number,
  nowMs: number,
): Priced | { readonly fault: Fault } {
  const applicable = prices.filter((price) => inForce(price, nowMs) && applies(price, values));
  const flat = applicable.flatMap((price) => amountOf(price, quantity) ?? []);
  const monthly = flat.filter((amount) => amount.kind === 'MONTHLY');
  const altered = applicable.flatMap((price) => alter(monthly, price) ?? []);
  const amounts = [...flat, ...altered];
  if (new Set(amounts.map((amount) => amount.currency)).size > 1) {
    return {
      fault: {
        code: 'MIXED_CURRENCIES',
        message: 'Its prices are in several currencies.',
        field: ['offeringId'],
      },
    };
  }
  return {
    lines: amounts.map((amount) => ({
      price: amount.price,
      total: totalOf(amount, amount.kind === 'USAGE' ? USAGE_PLACES : 2),
    })),
    oneTime: sum(amounts.filter((amount) => amount.kind === 'ONE_TIME')),
    monthly: sum(amounts.filter((amount) => amount.kind === 'MONTHLY')),
  };
}
