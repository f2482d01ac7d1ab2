// One TM Forum resource as a table: where its rows come from and what may be done to them.
import type { Condition } from './query.ts';
import type { Row } from './row.ts';

/** What the filters of a request say before any row is drawn, so that a table draws only what can fit. */
export interface Ask {
  /** The values that the path must equal, where a filter says so. */
  valuesOf(path: string): ReadonlySet<string> | undefined;
  /** Bounds of the path in epoch milliseconds; both may lie outside what rows exist. */
  fromMs(path: string): number;
  untilMs(path: string): number;
}

/** What comes by itself so long after a client has created the row. */
export interface Step {
  readonly afterMs: number;
  change(row: Row): Readonly<Record<string, unknown>>;
}

/** What a row brings about elsewhere: a merge into the row with this id. */
export interface Effect {
  readonly resource: string;
  readonly id: string;
  /** Created where there is none; without it nothing happens then. */
  readonly isNew?: true;
  readonly change: Readonly<Record<string, unknown>>;
}

/** A row of any API, as it is now. */
export type Elsewhere = (resource: string, id: string) => Row | undefined;

/** Another row of the same API. */
export type Look = (resource: string, id: unknown) => Row | undefined;

export interface Table {
  readonly resource: string;
  /** Its `@type` where a client that creates one names none. */
  readonly type: string;
  /** Paths whose value names the customer (or one of its things): such a filter spares the scan. */
  readonly linked: readonly string[];
  /** Paths whose value may name a customer's thing or something else: a hint when every value names one. */
  readonly hinted?: readonly string[];
  /** Rows that belong to no customer. */
  readonly common: readonly Row[];
  /** Rows of one customer: all that fit the ask, and possibly more. */
  owned(owner: string, ask: Ask): readonly Row[];
  /** Rows that each generated customer has; undefined where the number moves with time. */
  readonly perSubscriber?: number;
  /** Rows change with the instant, not only with the month: they are drawn anew for each request. */
  readonly moving: boolean;
  readonly allows: { readonly post: boolean; readonly patch: boolean; readonly remove: boolean };
  readonly mandatory: readonly string[];
  /** What `fields` never takes away; without it: id, href and `@type`. */
  readonly always?: readonly string[];
  readonly stateAttribute?: string;
  /** Attributes that the server decides at creation. */
  created?(body: Readonly<Record<string, unknown>>, look: Look): Record<string, unknown>;
  steps?(row: Row): readonly Step[];
  /** Reckoned after every write of a row; without `before` it has just been created. */
  effects?(after: Row, before?: Row): readonly Effect[];
  /** Attributes that the server decides at a change; refuses one that makes no sense. */
  changed?(before: Row, patch: Readonly<Record<string, unknown>>): Record<string, unknown>;
  /** For ids that name no customer by themselves. */
  ownerOfId?(id: string): string | undefined;
  /** What `GET …/{id}/content` sends. */
  content?(row: Row): { readonly mimeType: string; readonly body: string };
  /** How many created rows are kept; the oldest go first. Task resources pile up otherwise. */
  readonly keptCreated?: number;
}

export const READ_ONLY = { post: false, patch: false, remove: false } as const;
export const READ_WRITE = { post: true, patch: true, remove: true } as const;

export function askOf(conditions: readonly Condition[]): Ask {
  const bound = (path: string, operators: readonly string[]): number[] =>
    conditions
      .filter((condition) => condition.path === path && operators.includes(condition.operator))
      .flatMap(({ instants, values }) => (instants.length === values.length ? [instants] : []))
      .map((instants) => (operators.includes('gt') ? Math.min(...instants) : Math.max(...instants)));
  return {
    valuesOf: (path) =>
      conditions.find((condition) => condition.path === path && condition.operator === 'eq')?.set,
    fromMs: (path) => Math.max(Number.NEGATIVE_INFINITY, ...bound(path, ['gt', 'gte'])),
    untilMs: (path) => Math.min(Number.POSITIVE_INFINITY, ...bound(path, ['lt', 'lte'])),
  };
}

export const ASK_ALL: Ask = askOf([]);
