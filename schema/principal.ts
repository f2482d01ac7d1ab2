// Who is asking: the identity that travels from the gateway to every subgraph, with one snapshot of its grants.
import type { SsmFunction } from './access.ts';
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

/** functions × scope × period. Both ends of the period are RFC 3339 instants; `until` is exclusive. */
export interface Grant {
  readonly functions: readonly SsmFunction[];
  readonly scope: Scope;
  readonly from?: string;
  readonly until?: string;
}

export interface Principal {
  readonly actorId: string;
  readonly kind: ActorKind;
  /** The customer on whose behalf it acts; absent for staff, analytics and the anonymous principal. */
  readonly customerId?: GlobalId;
  readonly displayName?: string;
  readonly grants: readonly Grant[];
  /** Changes with every change to the grants; part of each key under which answers are shared. */
  readonly grantVersion: string;
}

export const ANONYMOUS: Principal = Object.freeze({
  actorId: 'anonymous',
  kind: 'ANONYMOUS',
  grants: [],
  grantVersion: '0',
});
