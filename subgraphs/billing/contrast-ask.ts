// What a bill and usage are contrasted over: one bill, or one account in a period.
import { holds } from '../../schema/access.ts';
import { clientError } from '../../schema/errors.ts';
import { type IdParts, idOfType } from '../../schema/id.ts';
import type { SubgraphContext } from '../context.ts';
import { backEndId, type Item } from '../item.ts';
import { compileIds } from '../path.ts';
import type { Filter } from '../tmf/client.ts';
import { asText, at, instantMs } from '../tmf/read.ts';
import { checkPeriod } from './period.ts';

export interface ContrastInput {
  readonly billId?: string | null;
  readonly accountId?: string | null;
  readonly from?: string | null;
  readonly until?: string | null;
  readonly tolerance?: string | null;
  readonly first?: number | null;
}

export interface Subject {
  readonly provider: string;
  readonly bill: Item | undefined;
  readonly account: string;
  readonly customer: string;
  readonly fromMs: number;
  readonly untilMs: number;
  /** Which charges are compared. */
  readonly charges: Filter;
}

/** Usage records of a quarter are a hundred pages for a company already. */
const MAX_DAYS = 92;
const customersOf = compileIds('relatedParty[role=customer].id');

function idIn(id: string, type: string): IdParts {
  const parts = idOfType(id, type);
  if (parts === undefined) throw clientError('INVALID_ID');
  return parts;
}

async function ofBill(id: string, { objects }: SubgraphContext): Promise<Subject | undefined> {
  const parts = idIn(id, 'CustomerBill');
  if (!objects.serves('CustomerBill', parts.provider)) return undefined;
  const { attributes } = objects.sheet('CustomerBill');
  const bill = await objects.see('CustomerBill', parts.provider, parts.id, attributes);
  if (bill === undefined) return undefined;
  const fromMs = instantMs(at(bill.raw, 'billingPeriod.startDateTime'));
  const untilMs = instantMs(at(bill.raw, 'billingPeriod.endDateTime'));
  const [customer] = customersOf(bill.raw);
  const account = asText(at(bill.raw, 'billingAccount.id'));
  if (fromMs === undefined || untilMs === undefined || customer === undefined || account === undefined)
    throw clientError('BACKEND_BAD_ANSWER', 'The bill names no period, no account or no customer.');
  return {
    provider: parts.provider,
    bill,
    account,
    customer,
    fromMs,
    untilMs,
    charges: { 'bill.id': backEndId(bill) },
  };
}

async function ofAccount(
  id: string,
  input: ContrastInput,
  { objects }: SubgraphContext,
): Promise<Subject | undefined> {
  const parts = idIn(id, 'BillingAccount');
  const { fromMs, untilMs } = checkPeriod(input.from, input.until, MAX_DAYS);
  if (!objects.serves('BillingAccount', parts.provider)) return undefined;
  const { attributes } = objects.sheet('BillingAccount');
  const account = await objects.see('BillingAccount', parts.provider, parts.id, attributes);
  const [customer] = account === undefined ? [] : customersOf(account.raw);
  if (customer === undefined) return undefined;
  const charges = {
    'billingAccount.id': parts.id,
    'periodCoverage.startDateTime.gte': new Date(fromMs).toISOString(),
    'periodCoverage.startDateTime.lt': new Date(untilMs).toISOString(),
  };
  return { provider: parts.provider, bill: undefined, account: parts.id, customer, fromMs, untilMs, charges };
}

/** Undefined for what isn't there or isn't this principal's. Who may see charges only must not learn of records by the way. */
export async function subjectOf(
  input: ContrastInput,
  context: SubgraphContext,
): Promise<Subject | undefined> {
  const { principal, nowMs } = context.operation;
  if (!holds(principal, 'USAGE_RECORD_VIEW', nowMs)) throw clientError('FORBIDDEN');
  if (Boolean(input.billId) === Boolean(input.accountId))
    throw clientError('BAD_USER_INPUT', 'Either "billId" or "accountId", with "from" and "until".');
  return input.billId ? ofBill(input.billId, context) : ofAccount(input.accountId ?? '', input, context);
}
