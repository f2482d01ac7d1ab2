// No mutation that has to do with money takes a card's number, in whichever field: refused before anything is looked at.
import type { SubgraphContext } from '../context.ts';
import { entryOf, ownOf } from '../own-acts.ts';
import { holdsCardNumber } from './card-number.ts';
import type { MoneyFault } from './faults.ts';

/** The fault, told to the audit log without what was sent; nothing where no number is in it. */
export async function cardFault(
  context: SubgraphContext,
  action: string,
  input: unknown,
): Promise<readonly MoneyFault[] | undefined> {
  if (!holdsCardNumber(input)) return undefined;
  await ownOf(context).audit.append(entryOf(context, { action, outcome: 'REFUSED', detail: 'CARD_NUMBER' }));
  const fields = Object.entries((input ?? {}) as object).filter(([name, each]) =>
    holdsCardNumber([name, each]),
  ); // an input object, by the schema
  const [field] = fields[0] ?? [];
  return [{ code: 'CARD_NUMBER', ...(field === undefined || holdsCardNumber(field) ? {} : { field }) }];
}
