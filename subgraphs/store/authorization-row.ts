// An authorization between its row and the grant that the rules read.
import { z } from 'zod';
import { CONTRACT_FUNCTIONS, FUNCTIONS, overlap, type SsmFunction } from '../../schema/access.ts';
import { AMOUNT_LIMIT, DAILY_WINDOW } from '../../schema/conditions.ts';
import type { Grant, Scope } from '../../schema/principal.ts';
import type { Tables } from './tables.ts';

export type AuthorizationRow = Tables['authorization']['$inferSelect'];
export type NewAuthorizationRow = Tables['authorization']['$inferInsert'];

/** In place of functions: whatever the customer's contract names. What makes a manager one. */
export const WHOLE_CONTRACT = 'CONTRACT';

const IDS = z.array(z.string()).readonly();
export const SCOPE: z.ZodType<Scope> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('EVERY_CUSTOMER') }),
  z.object({ kind: z.literal('CUSTOMER') }),
  z.object({ kind: z.literal('SERVICES'), ids: IDS }),
  z.object({ kind: z.literal('SITES'), ids: IDS }),
  z.object({ kind: z.literal('ACCOUNTS'), ids: IDS }),
]);

export function isFunction(name: string): name is SsmFunction {
  return Object.hasOwn(FUNCTIONS, name);
}

/** Undefined for a row that this version can't read in full: what isn't understood grants nothing. */
function ownGrant(row: AuthorizationRow): Grant | undefined {
  const scope = SCOPE.safeParse(row.scope);
  const functions = row.functions.includes(WHOLE_CONTRACT)
    ? CONTRACT_FUNCTIONS
    : row.functions.filter(isFunction);
  const daily = DAILY_WINDOW.nullable().safeParse(row.daily);
  const limit = AMOUNT_LIMIT.nullable().safeParse(row.amountLimit);
  if (!scope.success || functions.length === 0 || !daily.success || !limit.success) return undefined;
  return {
    id: String(row.id),
    functions,
    scope: scope.data,
    ...(row.validFrom === null ? {} : { from: row.validFrom.toISOString() }),
    ...(row.validUntil === null ? {} : { until: row.validUntil.toISOString() }),
    ...(daily.data === null ? {} : { daily: [daily.data] }),
    ...(limit.data === null ? {} : { limits: [{ ...limit.data, of: String(row.id) }] }),
  };
}

/** Inside what the authorization above it grants. */
function bounded(own: Grant, above: Grant): Grant | undefined {
  const { from: _from, until: _until, ...rest } = own;
  const functions = own.functions.filter((name) => above.functions.includes(name));
  const period = overlap(own, above);
  if (functions.length === 0 || period === undefined) return undefined;
  const daily = [...(own.daily ?? []), ...(above.daily ?? [])];
  const limits = [...(own.limits ?? []), ...(above.limits ?? [])];
  return {
    ...rest,
    ...period,
    functions,
    within: [above.scope],
    ...(daily.length === 0 ? {} : { daily }),
    ...(limits.length === 0 ? {} : { limits }),
  };
}

/** `parent`: the authorization under which it was enabled, itself in force. */
export function grantIn(row: AuthorizationRow, parent?: AuthorizationRow): Grant | undefined {
  const own = ownGrant(row);
  if (own === undefined || parent === undefined) return own;
  const above = ownGrant(parent);
  return above === undefined ? undefined : bounded(own, above);
}

export function instant(text: string | undefined): Date | null {
  if (text === undefined) return null;
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) throw new Error(`"${text}" is not an instant`);
  return date;
}

export function rowOf(actorId: string, customerId: string | undefined, grant: Grant): NewAuthorizationRow {
  return {
    actorId,
    customerId: customerId ?? null,
    functions: [...grant.functions],
    scope: SCOPE.parse(grant.scope),
    validFrom: instant(grant.from),
    validUntil: instant(grant.until),
    daily: grant.daily?.[0] ?? null,
    amountLimit: grant.limits?.[0] ?? null,
  };
}

/** Equal for rows that grant the same, whatever the order of their functions, ids and keys. */
export function meaningOf(
  row: Pick<
    NewAuthorizationRow,
    'functions' | 'scope' | 'validFrom' | 'validUntil' | 'customerId' | 'daily' | 'amountLimit'
  >,
): string {
  const scope = SCOPE.safeParse(row.scope);
  const ids = scope.data !== undefined && 'ids' in scope.data ? [...new Set(scope.data.ids)].sort() : [];
  return JSON.stringify([
    row.customerId ?? null,
    [...new Set(row.functions)].sort(),
    scope.data?.kind ?? row.scope,
    ids,
    row.validFrom?.getTime() ?? null,
    row.validUntil?.getTime() ?? null,
    DAILY_WINDOW.safeParse(row.daily).data ?? null,
    AMOUNT_LIMIT.safeParse(row.amountLimit).data ?? null,
  ]);
}
