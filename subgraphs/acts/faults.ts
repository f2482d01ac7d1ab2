// What the caller of an act that moves money can mend: each code with its words.
import { SPENDING_FAULTS } from '../../schema/spending-rules.ts';

export const MONEY_FAULTS = {
  ...SPENDING_FAULTS,
  CARD_NUMBER:
    'A card number is never taken here: register the card with the payment provider and send its token.',
  KEY_INVALID: 'An idempotency key has 1 to 200 characters of ASCII, none of them blank.',
  NOTHING_NAMED: 'At least one bill is needed.',
  TOO_MANY: 'At most 50 bills are paid at once.',
  NAMED_TWICE: 'A bill is named twice.',
  BILL_UNKNOWN: 'There is no such bill.',
  BILL_NOT_OPEN: 'The bill is not open: nothing is to be paid of it now.',
  BILL_BEING_PAID: 'So much of the bill is being paid right now that this would be too much.',
  AMOUNT_TOO_HIGH: 'This is more than is left to pay.',
  AMOUNT_TOO_FINE: 'The amount has more decimal places than its currency.',
  CURRENCIES_MIXED: 'Amounts in several currencies do not go together.',
  PROVIDERS_MIXED: 'What several providers keep does not go together.',
  METHOD_UNKNOWN: 'There is no such payment method.',
  METHOD_NOT_USABLE: 'The payment method is expired, or not active.',
  TOKEN_INVALID:
    'The token of a payment method has 4 to 200 letters, digits and the characters . _ : / + = -.',
  TOKEN_REFUSED: 'The payment system does not take this token.',
  DIGITS_INVALID: 'Four digits.',
  METHOD_KEPT: 'The payment system keeps the method.',
  NOT_KNOWN: 'The payment system did not say whether it is done: look before you send it again.',
  BALANCE_UNKNOWN: 'There is no such balance of money.',
  BALANCE_OVER: 'The balance has expired.',
  SAME_BALANCE: 'Both are the same balance.',
  NOTHING_CHANGES: 'This is how it is already.',
  OPTION_UNKNOWN: 'The provider has no such option.',
  CONSEQUENCES_UNSEEN: 'Ask with `dryRun` first, and send the `agreement` that comes with the consequences.',
  CONSEQUENCES_CHANGED: 'Something has changed since: look at the consequences again.',
  CHANGE_REFUSED: 'The billing system refuses this change.',
  EMAIL_INVALID: 'This is no e-mail address.',
  TOO_SOON: 'A code was sent a moment ago: wait a minute.',
  CODE_WRONG: 'The code is wrong, used, or too old; after five attempts ask for another one.',
  NOT_OFFERED: 'The provider does not offer this.',
  ACCOUNT_UNKNOWN: 'There is no such account.',
} as const;
export type MoneyFaultCode = keyof typeof MONEY_FAULTS;

export interface MoneyFault {
  readonly code: MoneyFaultCode;
  readonly field?: string;
}

export interface UserError {
  readonly code: string;
  readonly message: string;
  readonly field: string | null;
}

export const userErrors = (faults: readonly MoneyFault[]): readonly UserError[] =>
  faults.map(({ code, field = null }) => ({ code, message: MONEY_FAULTS[code], field }));

/** Why a back end refused, in words of ours: its own are never shown. */
const REFUSALS: readonly (readonly [RegExp, string])[] = [
  [/insufficient|not.?enough.?funds/i, 'INSUFFICIENT_FUNDS'],
  [/expired/i, 'METHOD_EXPIRED'],
  [/fraud|stolen|lost|pick.?up/i, 'METHOD_BLOCKED'],
  [/limit/i, 'METHOD_LIMIT'],
  [/too.?low/i, 'BALANCE_TOO_LOW'],
  [/too.?high|exceeds|more than/i, 'AMOUNT_NOT_TAKEN'],
  [/declin|denied|do.?not.?honou?r/i, 'METHOD_DECLINED'],
];

export const refusalOf = (words: readonly string[]): string =>
  REFUSALS.find(([pattern]) => words.some((word) => pattern.test(word)))?.[1] ?? 'REFUSED';
