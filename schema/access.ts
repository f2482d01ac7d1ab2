// The SSM functions and the rules over them: the unit of permission, one entry a function, pure decisions.
import type { GlobalId } from './id.ts';
import type { ActorKind, Grant, Principal, Scope } from './principal.ts';

interface FunctionRule {
  /** M.3345 §6: an SSM user is only ever enabled for USE functions. */
  readonly level: 'USE' | 'CHANGE';
  readonly description: string;
  /** Kinds that hold it without a grant; what they see is still bounded by ownership. */
  readonly heldBy: readonly ActorKind[];
}

const EVERYBODY: readonly ActorKind[] = [
  'ANONYMOUS',
  'MANAGER',
  'AUTHORIZED_USER',
  'SSM_USER',
  'STAFF',
  'PARTNER',
  'ANALYTICS',
];
const SIGNED_IN = EVERYBODY.filter((kind) => kind !== 'ANONYMOUS');
const NOBODY: readonly ActorKind[] = [];

const use = (description: string, heldBy: readonly ActorKind[] = NOBODY): FunctionRule => ({
  level: 'USE',
  description,
  heldBy,
});

/** Every SSM function. A new permission is one entry here; the schema's enum is generated from it. */
export const FUNCTIONS = {
  PUBLIC: use('What anybody may read: the public catalogue.', EVERYBODY),
  SELF_VIEW: use('Read who I am and what I may do.', SIGNED_IN),
  AVAILABILITY_CHECK: use('Ask whether a service or a resource can be had at a place.', SIGNED_IN),
  CUSTOMER_VIEW: use('Read the customer: kind, state, segment.'),
  PERSON_VIEW: use('Read what names or reaches a person: names, contacts, numbers.'),
  PRODUCT_VIEW: use('Read products: what was bought, its state, configuration and price.'),
  SERVICE_VIEW: use('Read services: state, kind, place and relations.'),
  CONFIGURATION_VIEW: use('Read the configured parameters of services and products.'),
  RESOURCE_VIEW: use('Read resources: numbers, lines, equipment and their state.'),
  PERFORMANCE_VIEW: use('Read objectives, measured values, measurements and availability.'),
  USAGE_VIEW: use('Read real-time usage of allowances.'),
  USAGE_RECORD_VIEW: use('Read single usage records: who used what, when.'),
  ACCOUNT_VIEW: use('Read billing accounts and their balance.'),
  BILL_VIEW: use('Read bills with lines, tax and document.'),
  CHARGE_VIEW: use('Read charges so far and spending by number.'),
} as const satisfies Record<string, FunctionRule>;

export type SsmFunction = keyof typeof FUNCTIONS;

export function functionRule(name: SsmFunction): FunctionRule {
  return FUNCTIONS[name];
}

/** Where an object stands: every customer, account, service and site that it belongs to, as global ids. */
export interface Position {
  readonly customers: readonly GlobalId[];
  readonly accounts: readonly GlobalId[];
  readonly services: readonly GlobalId[];
  readonly sites: readonly GlobalId[];
}

function inForce(grant: Grant, nowMs: number): boolean {
  return (
    (grant.from === undefined || Date.parse(grant.from) <= nowMs) &&
    (grant.until === undefined || nowMs < Date.parse(grant.until))
  );
}

function grantsOf(principal: Principal, name: SsmFunction, nowMs: number): Grant[] {
  return principal.grants.filter((grant) => grant.functions.includes(name) && inForce(grant, nowMs));
}

/** May this principal use the function on anything at all? The gate and the guard ask this. */
export function holds(principal: Principal, name: SsmFunction, nowMs: number): boolean {
  return functionRule(name).heldBy.includes(principal.kind) || grantsOf(principal, name, nowMs).length > 0;
}

/** Does the object belong to the principal's customer (or may the principal cross customers)? */
export function belongs(principal: Principal, position: Position): boolean {
  if (principal.customerId !== undefined) return position.customers.includes(principal.customerId);
  return principal.grants.some((grant) => grant.scope.kind === 'EVERY_CUSTOMER');
}

function reaches(scope: Scope, position: Position): boolean {
  switch (scope.kind) {
    case 'EVERY_CUSTOMER':
    case 'CUSTOMER':
      return true;
    case 'SERVICES':
      return scope.ids.some((id) => position.services.includes(id));
    case 'SITES':
      return scope.ids.some((id) => position.sites.includes(id));
    case 'ACCOUNTS':
      return scope.ids.some((id) => position.accounts.includes(id));
  }
}

/** May this principal use the function on the object that stands there? Ownership asks this for every object. */
export function may(principal: Principal, name: SsmFunction, position: Position, nowMs: number): boolean {
  if (functionRule(name).heldBy.includes(principal.kind)) {
    return functionRule(name).heldBy.includes('ANONYMOUS') || belongs(principal, position);
  }
  return grantsOf(principal, name, nowMs).some((grant) =>
    grant.scope.kind === 'EVERY_CUSTOMER'
      ? principal.kind === 'STAFF' || principal.kind === 'ANALYTICS'
      : principal.customerId !== undefined &&
        position.customers.includes(principal.customerId) &&
        reaches(grant.scope, position),
  );
}

/** The customers and services a list may be narrowed to before asking: a saving, never the check. */
export interface Reach {
  readonly everyCustomer: boolean;
  readonly customerId?: GlobalId;
  /** Present when every grant of the function names such things: nothing outside them can be visible. */
  readonly services?: readonly GlobalId[];
  readonly sites?: readonly GlobalId[];
  readonly accounts?: readonly GlobalId[];
  /** Whether all that it names is visible by the grants alone, so that a count of it is true. */
  readonly whole: boolean;
}

export function reachOf(principal: Principal, name: SsmFunction, nowMs: number): Reach {
  const grants = grantsOf(principal, name, nowMs);
  const everyCustomer = grants.some((grant) => grant.scope.kind === 'EVERY_CUSTOMER');
  const only = (kind: 'SERVICES' | 'SITES' | 'ACCOUNTS'): readonly GlobalId[] | undefined =>
    grants.length > 0 && grants.every(({ scope }) => scope.kind === kind)
      ? [...new Set(grants.flatMap(({ scope }) => ('ids' in scope ? scope.ids : [])))]
      : undefined;
  const [services, sites, accounts] = [only('SERVICES'), only('SITES'), only('ACCOUNTS')];
  const named = services ?? sites ?? accounts;
  return {
    everyCustomer,
    whole: everyCustomer || named !== undefined || grants.some((grant) => grant.scope.kind === 'CUSTOMER'),
    ...(principal.customerId === undefined ? {} : { customerId: principal.customerId }),
    ...(services === undefined ? {} : { services }),
    ...(sites === undefined ? {} : { sites }),
    ...(accounts === undefined ? {} : { accounts }),
  };
}
