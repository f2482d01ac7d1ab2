// Money that was paid ahead: what each balance holds, until when, and what was done to it.
import { DAY_MS } from './calendar.ts';
import type { CustomerModel } from './customer-model.ts';
import type { World } from './world.ts';

export interface BalanceModel {
  readonly id: string;
  readonly name: string;
  readonly owner: string;
  readonly accountId: string;
  readonly serviceKey: string;
  readonly openingCents: number;
}

const BALANCES: readonly BalanceModel[] = [
  {
    id: 'bal-prepaid-main',
    name: 'Main balance',
    owner: 'prepaid',
    accountId: 'acc-prepaid',
    serviceKey: 'prepaid-m-1',
    openingCents: 1250,
  },
  {
    id: 'bal-prepaid-travel',
    name: 'Travel balance',
    owner: 'prepaid',
    accountId: 'acc-prepaid',
    serviceKey: 'prepaid-m-1',
    openingCents: 500,
  },
  {
    id: 'bal-family-pocket',
    name: 'Pocket money of Lou',
    owner: 'family',
    accountId: 'acc-family',
    serviceKey: 'family-m-3',
    openingCents: 800,
  },
];

/** A top-up makes money last so much longer. */
const LASTS_MS = 180 * DAY_MS;
const OPENING_LASTS_MS = 60 * DAY_MS;
export const MAX_BALANCE_CENTS = 50_000;

export interface PrepaidLedger {
  of(customer: CustomerModel): readonly BalanceModel[];
  balance(id: string): BalanceModel | undefined;
  cents(id: string): number;
  untilMs(id: string): number;
  topUp(id: string, cents: number): void;
  /** Takes, where the amount is negative. */
  move(id: string, cents: number): void;
}

export function createPrepaidLedger(world: World): PrepaidLedger {
  const begunMs = world.now();
  const held = new Map(BALANCES.map(({ id, openingCents }) => [id, openingCents]));
  const lasts = new Map(BALANCES.map(({ id }) => [id, begunMs + OPENING_LASTS_MS]));
  const cents = (id: string): number => held.get(id) ?? 0;
  const move = (id: string, by: number): void => void held.set(id, cents(id) + by);
  return {
    of: ({ owner }) => BALANCES.filter((balance) => balance.owner === owner),
    balance: (id) => BALANCES.find((balance) => balance.id === id),
    cents,
    untilMs: (id) => lasts.get(id) ?? begunMs,
    move,
    topUp(id, by) {
      move(id, by);
      lasts.set(id, Math.max(lasts.get(id) ?? 0, world.now() + LASTS_MS));
    },
  };
}
