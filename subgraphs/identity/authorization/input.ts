// From what a client wrote to a proposal that the rules can judge: what can't be read is a fault with its field.
import { z } from 'zod';
import type { SsmFunction } from '../../../schema/access.ts';
import type { Proposal, RuleFault } from '../../../schema/authorization-rules.ts';
import { AMOUNT_LIMIT, DAILY_WINDOW } from '../../../schema/conditions.ts';
import { clientError } from '../../../schema/errors.ts';
import { idOfType } from '../../../schema/id.ts';
import type { Scope, Validity } from '../../../schema/principal.ts';
import { isFunction } from '../../store/authorization-row.ts';

/** One authorization names no more objects than this: each of them is asked for. */
const MAX_IDS = 500;

const period = z.object({ start: z.string().nullish(), end: z.string().nullish() }).nullish();
const scope = z.object({ kind: z.string(), ids: z.array(z.string()).nullish() });

/** By GraphQL's types already; this is their shape in TypeScript. */
const authorizationInput = z.object({
  functions: z.array(z.string()),
  scope,
  validFor: period,
  daily: z.unknown().optional(),
  limit: z.unknown().optional(),
});

export type Read<T> =
  | { readonly kind: 'READ'; readonly value: T }
  | { readonly kind: 'UNREADABLE'; readonly faults: readonly RuleFault[] };

export function readPeriod(given: z.infer<typeof period>): Read<Validity> {
  const { start, end } = given ?? {};
  for (const each of [start, end]) {
    if (each !== undefined && each !== null && Number.isNaN(Date.parse(each)))
      return { kind: 'UNREADABLE', faults: [{ code: 'CONDITION_INVALID', field: 'validFor' }] };
  }
  return {
    kind: 'READ',
    value: {
      ...(start ? { from: new Date(start).toISOString() } : {}),
      ...(end ? { until: new Date(end).toISOString() } : {}),
    },
  };
}

const TYPES = { SERVICES: 'Service', SITES: 'Site', ACCOUNTS: 'BillingAccount' } as const;

function readScope({ kind, ids }: z.infer<typeof scope>): Scope | RuleFault {
  if (kind === 'CUSTOMER' || kind === 'EVERY_CUSTOMER') return { kind };
  if (kind !== 'SERVICES' && kind !== 'SITES' && kind !== 'ACCOUNTS')
    return { code: 'SCOPE_UNKNOWN', field: 'scope' };
  const named = [...new Set(ids ?? [])];
  if (named.length > MAX_IDS)
    throw clientError('BAD_USER_INPUT', `A scope names at most ${MAX_IDS} objects.`);
  return named.every((id) => idOfType(id, TYPES[kind]) !== undefined)
    ? { kind, ids: named }
    : { code: 'SCOPE_UNKNOWN', field: 'scope' };
}

export function readProposal(input: unknown): Read<Proposal> {
  const given = authorizationInput.parse(input);
  const faults: RuleFault[] = [];
  const functions = [...new Set(given.functions)];
  if (!functions.every(isFunction)) faults.push({ code: 'FUNCTION_UNKNOWN', field: 'functions' });
  const scopeRead = readScope(given.scope);
  if ('code' in scopeRead) faults.push(scopeRead);
  const periodRead = readPeriod(given.validFor);
  if (periodRead.kind === 'UNREADABLE') faults.push(...periodRead.faults);
  const daily = DAILY_WINDOW.nullish().safeParse(given.daily);
  if (!daily.success) faults.push({ code: 'CONDITION_INVALID', field: 'daily' });
  const limit = AMOUNT_LIMIT.nullish().safeParse(given.limit);
  if (!limit.success) faults.push({ code: 'CONDITION_INVALID', field: 'limit' });
  if (faults.length > 0 || 'code' in scopeRead || periodRead.kind === 'UNREADABLE')
    return { kind: 'UNREADABLE', faults };
  return {
    kind: 'READ',
    value: {
      functions: functions.filter((name): name is SsmFunction => isFunction(name)),
      scope: scopeRead,
      ...periodRead.value,
      ...(daily.data ? { daily: daily.data } : {}),
      ...(limit.data ? { limit: limit.data } : {}),
    },
  };
}
