// Who is asking: the identity that travels from the gateway to every subgraph, with one snapshot of its grants.
import type { SsmFunction } from './access.ts';
import type { AmountLimit, DailyWindow } from './conditions.ts';
import type { GlobalId } from './id.ts';

/** M.3345 §6 and our own kinds beside it. ANONYMOUS is a request without a token. */
export const ACTOR_KINDS = [
  'ANONYMOUS',
  'MANAGER',
  'AUTHORIZED_USER',
  'SSM_USER',
  'STAFF',
  'PARTNER',
  'ANALYTICS',
] as const;
export type ActorKind = (typeof ACTOR_KINDS)[number];

/** What a grant reaches. CUSTOMER: all that the principal's customer has. EVERY_CUSTOMER: provider staff only. */
export type Scope =
  | { readonly kind: 'EVERY_CUSTOMER' }
  | { readonly kind: 'CUSTOMER' }
  | { readonly kind: 'SERVICES'; readonly ids: readonly GlobalId[] }
  | { readonly kind: 'SITES'; readonly ids: readonly GlobalId[] }
  | { readonly kind: 'ACCOUNTS'; readonly ids: readonly GlobalId[] };

/** Both ends are RFC 3339 instants; `until` is exclusive. An absent end is open. */
export interface Validity {
  readonly from?: string;
  readonly until?: string;
}

/** A limit, and the authorization by which it counts: what was enabled under another counts there too. */
export type GrantLimit = AmountLimit & { readonly of?: string };

/** functions × scope × period × conditions. */
export interface Grant extends Validity {
  /** Of the authorization that it comes from. */
  readonly id?: string;
  readonly functions: readonly SsmFunction[];
  readonly scope: Scope;
  /** Further scopes that must reach the object too: of the authorization under which this one was enabled. */
  readonly within?: readonly Scope[];
  /** Hours in which it holds; each of them must be open. */
  readonly daily?: readonly DailyWindow[];
  /** What functions that spend may spend by it; each of them bounds. */
  readonly limits?: readonly GrantLimit[];
}

export interface Principal {
  readonly actorId: string;
  readonly kind: ActorKind;
  /** The customer on whose behalf it acts; absent for staff, analytics and the anonymous principal. */
  readonly customerId?: GlobalId;
  readonly displayName?: string;
  /** The session that its token belongs to; absent for tokens of issuers elsewhere, whose sessions aren't ours. */
  readonly sessionId?: string;
  readonly grants: readonly Grant[];
  /** When it acts as manager on its customer's behalf; see M.3345 §6. */
  readonly authority?: readonly Validity[];
  /** Changes with every change to the grants; part of each key under which answers are shared. */
  readonly grantVersion: string;
}

export const ANONYMOUS: Principal = Object.freeze({
  actorId: 'anonymous',
  kind: 'ANONYMOUS',
  grants: [],
  grantVersion: '0',
});
