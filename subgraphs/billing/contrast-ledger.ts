// Two columns for each service and kind of use: what was billed, and what was measured.
import type { Item } from '../item.ts';
import type { ReadCharge } from './charge-walk.ts';
import { addTo, type Sums } from './money-sums.ts';
import type { ReadRecord } from './records.ts';

export interface Side {
  readonly billed: Sums;
  readonly used: Sums;
  charge: Item | undefined;
  record: ReadRecord | undefined;
  number: string | undefined;
  records: number;
}

export interface Ledger {
  readonly sides: ReadonlyMap<string, Side>;
  readonly notComparable: Sums;
  notComparableCount: number;
  /** Services of which a charge doesn't say what was used: they are compared as a whole. */
  readonly whole: Set<string>;
  /** Key: the service, and what was used where that is told apart, a line end between them. */
  side(service: string, usageType: string | undefined): Side;
}

export function createLedger(): Ledger {
  const sides = new Map<string, Side>();
  const whole = new Set<string>();
  return {
    sides,
    whole,
    notComparable: new Map(),
    notComparableCount: 0,
    side(service, usageType) {
      const key = whole.has(service) ? service : `${service}\n${usageType ?? ''}`;
      const known = sides.get(key) ?? {
        billed: new Map(),
        used: new Map(),
        charge: undefined,
        record: undefined,
        number: undefined,
        records: 0,
      };
      sides.set(key, known);
      return known;
    },
  };
}

export function postCharges(
  ledger: Ledger,
  charges: readonly { readonly item: Item; readonly charge: ReadCharge }[],
): void {
  for (const { charge } of charges)
    if (charge.service !== undefined && charge.usageType === undefined) ledger.whole.add(charge.service);
  for (const { item, charge } of charges) {
    if (charge.service === undefined) {
      // a group's charge for what its lines used together: no record is rated for it
      ledger.notComparableCount += 1;
      addTo(ledger.notComparable, charge.taxExcluded);
      continue;
    }
    const side = ledger.side(charge.service, charge.usageType);
    addTo(side.billed, charge.taxExcluded);
    side.charge ??= item;
    side.number ??= charge.number;
  }
}
