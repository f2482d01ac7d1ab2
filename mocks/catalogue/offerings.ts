// Every product offering, and one by its id.
import { BUNDLE_OFFERINGS } from './bundle-offerings.ts';
import { FIXED_OFFERINGS } from './fixed-offerings.ts';
import { MOBILE_OFFERINGS } from './mobile-offerings.ts';
import type { OfferingEntry } from './price-list.ts';

export const OFFERINGS: readonly OfferingEntry[] = [
  ...MOBILE_OFFERINGS,
  ...FIXED_OFFERINGS,
  ...BUNDLE_OFFERINGS,
];

const BY_ID = new Map(OFFERINGS.map((offering) => [offering.id, offering]));

/** Throws: the world names only offerings of this list. */
export function offeringOf(id: string): OfferingEntry {
  const offering = BY_ID.get(id);
  if (offering === undefined) throw new Error(`no offering ${id}`);
  return offering;
}
