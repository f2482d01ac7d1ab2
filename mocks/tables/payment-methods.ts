// TMF670 payment methods: tokens of cards and accounts, never a card's number.
import { isRecord, RefusedRequest, type Row } from '../server/row.ts';
import { READ_WRITE, type Table } from '../server/table.ts';
import { iso } from '../world/calendar.ts';
import type { CustomerModel } from '../world/customer-model.ts';
import type { World } from '../world/world.ts';
import { customerParty, customerTable, reference } from './customer-table.ts';

interface CardModel {
  readonly key: string;
  readonly brand: string;
  readonly lastFourDigits: string;
  readonly expires: string;
  readonly isPreferred: boolean;
}

const CARD: CardModel = {
  key: 'card',
  brand: 'Visa',
  lastFourDigits: '4242',
  expires: '2029-09-30T23:59:59.000Z',
  isPreferred: true,
};
/** Charged in vain: what its token says is how the bank answers. */
const POOR: CardModel = {
  ...CARD,
  key: 'poor',
  brand: 'Mastercard',
  lastFourDigits: '0341',
  isPreferred: false,
};
const OLD: CardModel = {
  ...CARD,
  key: 'old',
  lastFourDigits: '1881',
  expires: '2026-05-31T23:59:59.000Z',
  isPreferred: false,
};
const TOKENS: Readonly<Record<string, string>> = { poor: 'tok_insufficientFunds' };

function cardRow(world: World, customer: CustomerModel, card: CardModel): Row {
  const id = `pm-${customer.owner}-${card.key}`;
  return {
    id,
    href: world.href('paymentMethod', id),
    name: `${card.brand} ending in ${card.lastFourDigits}`,
    isPreferred: card.isPreferred,
    status: Date.parse(card.expires) < world.now() ? 'expired' : 'active',
    statusDate: `${customer.since}T00:00:00.000Z`,
    brand: card.brand,
    cardType: 'credit',
    lastFourDigits: card.lastFourDigits,
    tokenType: 'emv',
    token: TOKENS[card.key] ?? `tok_${id}`,
    issuer: 'Demo Bank',
    expirationDate: card.expires,
    validFor: { startDateTime: `${customer.since}T00:00:00.000Z`, endDateTime: card.expires },
    relatedParty: customerParty(customer),
    account: customer.accounts.map(({ id: account, name }) => reference('BillingAccount', account, name)),
    '@type': 'tokenizedCard',
  };
}

const isPinned = ({ owner }: CustomerModel): boolean => !owner.startsWith('sub-');

export function paymentMethods(world: World): Table {
  return customerTable(world, {
    resource: 'paymentMethod',
    type: 'tokenizedCard',
    linked: ['relatedParty.id', 'account.id'],
    allows: READ_WRITE,
    mandatory: ['@type', 'name'],
    stateAttribute: 'status',
    created(body) {
      if (body['@type'] === 'bankCard' || body.cardNumber !== undefined || body.cvv !== undefined)
        throw new RefusedRequest(400, 'card numbers are not taken: send a token');
      if (typeof body.token !== 'string' || !/^tok_[\w-]{1,60}$/.test(body.token))
        throw new RefusedRequest(400, 'the token is not one of ours');
      const party = isRecord(body.relatedParty) ? body.relatedParty.id : undefined;
      if (typeof party !== 'string' || world.ownerOf(party) === undefined)
        throw new RefusedRequest(400, 'relatedParty is not known');
      return { status: 'active', statusDate: iso(world.now()), tokenType: body.tokenType ?? 'emv' };
    },
    rows: (customer) =>
      (isPinned(customer) ? [CARD, POOR, OLD] : [CARD]).map((card) => cardRow(world, customer, card)),
  });
}

/** How the bank answers; undefined: it pays. The owner is whose bill or balance it is. */
export function declined(world: World, method: Row | undefined, owner: string): string | undefined {
  const party = isRecord(method?.relatedParty) ? method.relatedParty.id : undefined;
  if (method === undefined || world.ownerOf(String(party)) !== owner)
    throw new RefusedRequest(400, 'paymentMethod is not known');
  if (method.status !== 'active' || Date.parse(String(method.expirationDate)) < world.now())
    return 'methodExpired';
  return /^tok_(insufficientFunds|declined|fraudSuspected|limitExceeded)/.exec(String(method.token))?.[1];
}
