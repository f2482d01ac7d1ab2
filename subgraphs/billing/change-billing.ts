// Mode, cycle and format of an account's bills: what may be chosen, and what follows.
import { idOfType } from '../../schema/id.ts';
import type { MoneyFault } from '../acts/faults.ts';
import type { Resolver, SubgraphContext } from '../context.ts';
import type { Item } from '../item.ts';
import { asMoney, asText, at } from '../tmf/read.ts';
import { agreed, type Bills, type Consequence, type Plan } from './change.ts';
import { modeOf, type OptionKind, offered, typeOf } from './settings.ts';

interface ChangeBillingInput {
  readonly accountId: string;
  readonly mode?: 'PREPAID' | 'POSTPAID' | null;
  readonly cycleId?: string | null;
  readonly formatId?: string | null;
  readonly dryRun?: boolean | null;
  readonly agreement?: string | null;
}

/** The provider's option of that id; undefined where none was asked for. */
async function chosen(
  context: SubgraphContext,
  provider: string,
  kind: OptionKind,
  id: string | null | undefined,
) {
  if (id === null || id === undefined) return undefined;
  const parts = idOfType(id, typeOf(kind));
  const found =
    parts?.provider === provider
      ? (await offered(context, provider, kind)).find((each) => each.id === parts.id)
      : undefined;
  return found ?? ('UNKNOWN' as const);
}

const day = (instant: string): string => instant.slice(0, 10);

function ofMode(account: Item, bills: Bills, mode: 'PREPAID' | 'POSTPAID'): Consequence[] {
  const from = day(bills.effectiveFrom);
  if (mode === 'PREPAID')
    return [
      {
        code: 'MODE_CHANGES',
        message: `From ${from} on what is used is paid ahead; without money left it stops.`,
      },
      ...(bills.open === undefined
        ? []
        : [
            {
              code: 'OPEN_BILLS_REMAIN',
              message: 'Bills that were issued are still to be paid.',
              amount: bills.open,
            },
          ]),
    ];
  const limit = asMoney(account.raw.creditLimit);
  return [
    { code: 'MODE_CHANGES', message: `From ${from} on what is used is billed afterwards.` },
    { code: 'BALANCE_REMAINS', message: 'What was paid ahead stays, and is counted against the next bill.' },
    ...(limit === undefined
      ? []
      : [
          {
            code: 'CREDIT_LIMIT_HOLDS',
            message: 'So much may be charged before it must be paid.',
            amount: limit,
          },
        ]),
  ];
}

async function planned(
  context: SubgraphContext,
  account: Item,
  bills: Bills,
  input: ChangeBillingInput,
): Promise<Plan | MoneyFault> {
  const { provider, raw } = account;
  const [cycle, format] = await Promise.all([
    chosen(context, provider, 'cycles', input.cycleId),
    chosen(context, provider, 'formats', input.formatId),
  ]);
  if (cycle === 'UNKNOWN') return { code: 'OPTION_UNKNOWN', field: 'cycleId' };
  if (format === 'UNKNOWN') return { code: 'OPTION_UNKNOWN', field: 'formatId' };
  const structure = (raw.billStructure ?? {}) as Readonly<Record<string, unknown>>; // whatever it is, it is spread
  const mode = input.mode ?? undefined;
  const newMode = mode !== undefined && mode !== modeOf(account) ? mode : undefined;
  const newCycle =
    cycle !== undefined && cycle.id !== asText(at(structure, 'cycleSpecification.id')) ? cycle : undefined;
  const newFormat =
    format !== undefined && format.id !== asText(at(structure, 'format.id')) ? format : undefined;
  if (newMode === undefined && newCycle === undefined && newFormat === undefined)
    return { code: 'NOTHING_CHANGES' };
  const from = day(bills.effectiveFrom);
  const reference = ({ id, name }: { id: string; name?: unknown }) => ({
    id,
    name: asText(name) ?? id,
    isRef: true,
  });
  const billStructure = {
    ...structure,
    ...(newCycle === undefined
      ? {}
      : { cycleSpecification: { ...reference(newCycle), validFor: { startDateTime: bills.effectiveFrom } } }),
    ...(newFormat === undefined ? {} : { format: reference(newFormat) }),
  };
  return {
    consequences: [
      ...(newMode === undefined ? [] : ofMode(account, bills, newMode)),
      ...(newCycle === undefined
        ? []
        : [
            {
              code: 'CYCLE_CHANGES',
              message: `The running period is billed as before; from ${from} on bills come so: ${asText(newCycle.name) ?? newCycle.id}.`,
            },
          ]),
      ...(newFormat === undefined
        ? []
        : [
            {
              code: 'FORMAT_CHANGES',
              message: `Bills from ${from} on look so: ${asText(newFormat.name) ?? newFormat.id}.`,
            },
          ]),
    ],
    changes: {
      ...(newMode === undefined ? {} : { accountType: newMode.toLowerCase() }),
      ...(newCycle === undefined && newFormat === undefined ? {} : { billStructure }),
    },
    detail: {
      ...(newMode === undefined ? {} : { mode: newMode }),
      ...(newCycle === undefined ? {} : { cycle: newCycle.id }),
      ...(newFormat === undefined ? {} : { format: newFormat.id }),
      effectiveFrom: bills.effectiveFrom,
    },
  };
}

export const changeBilling: Resolver = (_root, args, context) => {
  const input = args.input as ChangeBillingInput; // by the schema
  return agreed(context, 'changeBilling', input, (account, bills) => planned(context, account, bills, input));
};
