// An authorization between its row and the grant that the rules read.
import { z } from 'zod';
import { FUNCTIONS, type SsmFunction } from '../../schema/access.ts';
import type { Grant, Scope } from '../../schema/principal.ts';
import type { Tables } from './tables.ts';

type Row = Tables['authorization']['$inferSelect'];
type NewRow = Tables['authorization']['$inferInsert'];

const IDS = z.array(z.string()).readonly();
const SCOPE: z.ZodType<Scope> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('EVERY_CUSTOMER') }),
  z.object({ kind: z.literal('CUSTOMER') }),
  z.object({ kind: z.literal('SERVICES'), ids: IDS }),
  z.object({ kind: z.literal('SITES'), ids: IDS }),
  z.object({ kind: z.literal('ACCOUNTS'), ids: IDS }),
]);

function isFunction(name: string): name is SsmFunction {
  return Object.hasOwn(FUNCTIONS, name);
}

/** Undefined for a row that this version can't read in full: what isn't understood grants nothing. */
export function grantIn(row: Row): Grant | undefined {
  const scope = SCOPE.safeParse(row.scope);
  const functions = row.functions.filter(isFunction);
  if (!scope.success || functions.length === 0) return undefined;
  return {
    functions,
    scope: scope.data,
    ...(row.validFrom === null ? {} : { from: row.validFrom.toISOString() }),
    ...(row.validUntil === null ? {} : { until: row.validUntil.toISOString() }),
  };
}

function instant(text: string | undefined): Date | null {
  if (text === undefined) return null;
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) throw new Error(`"${text}" is not an instant`);
  return date;
}

export function rowOf(actorId: string, grant: Grant): NewRow {
  return {
    actorId,
    functions: [...grant.functions],
    scope: SCOPE.parse(grant.scope),
    validFrom: instant(grant.from),
    validUntil: instant(grant.until),
  };
}

/** Equal for rows that grant the same, whatever the order of their functions, ids and keys. */
export function meaningOf(row: Pick<NewRow, 'functions' | 'scope' | 'validFrom' | 'validUntil'>): string {
  const scope = SCOPE.safeParse(row.scope);
  const ids = scope.data !== undefined && 'ids' in scope.data ? [...new Set(scope.data.ids)].sort() : [];
  return JSON.stringify([
    [...new Set(row.functions)].sort(),
    scope.data?.kind ?? row.scope,
    ids,
    row.validFrom?.getTime() ?? null,
    row.validUntil?.getTime() ?? null,
  ]);
}
