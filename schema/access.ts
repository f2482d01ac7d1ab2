// The SSM functions and the rules over them: the unit of permission, one entry a function, pure decisions.
import { isOpen } from './conditions.ts';
import type { GlobalId } from './id.ts';
import type { ActorKind, Grant, Principal, Scope, Validity } from './principal.ts';

interface FunctionRule {
  /** M.3345 §6: an SSM user is only ever enabled for USE functions. */
  readonly level: 'USE' | 'CHANGE';
  readonly description: string;
  /** Kinds that hold it without a grant; what they see is still bounded by ownership. */
  readonly heldBy: readonly ActorKind[];
  /** MANAGER: a contract may name it, but a manager never hands it on. STAFF: the provider's own, in no contract. */
  readonly reserved?: 'MANAGER' | 'STAFF';
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

const change = (
  description: string,
  reserved?: 'MANAGER' | 'STAFF',
  heldBy: readonly ActorKind[] = NOBODY,
): FunctionRule => ({
  level: 'CHANGE',
  description,
  heldBy,
  ...(reserved === undefined ? {} : { reserved }),
});

/** Every SSM function. A new permission is one entry here; the schema's enum is generated from it. */
export const FUNCTIONS = {
  PUBLIC: use('What anybody may read: the public catalogue.', EVERYBODY),
  SIGN_IN: use('Sign in, renew tokens, and reset a password by a link.', EVERYBODY),
  CREDENTIAL_MANAGE: use('Sign out, and change my own password and dynamic password.', SIGNED_IN),
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
  ALERT_VIEW: use('Read alerts at thresholds of usage and spending, and what they told.'),
  ALERT_SET: change('Set, change and delete alerts at thresholds of usage and spending.'),
  USAGE_RECORD_VIEW: use('Read single usage records: who used what, when.'),
  CALL_ANALYSIS_VIEW: use('Read counted calls: received, answered, lost, how long, when the most.'),
  ACCOUNT_VIEW: use('Read billing accounts and their balance.'),
  BILL_VIEW: use('Read bills with lines, tax and document.'),
  CHARGE_VIEW: use('Read charges so far and spending by number.'),
  PAYMENT_VIEW: use('Read payments, their confirmations, and payment methods.'),
  BILL_PAY: change('Pay bills.'),
  PAYMENT_METHOD_MANAGE: change('Register payment methods by their tokens, and remove them.'),
  BALANCE_VIEW: use('Read balances of what was paid ahead, and what was done to them.'),
  BALANCE_TOP_UP: change('Top up balances.'),
  BALANCE_TRANSFER: change('Transfer money between own balances.'),
  BILLING_CHANGE: change('Change how accounts are billed: mode, cycle, format, electronic bill.'),
  AUTHORIZATION_VIEW: use(
    'Read authorizations: my own and those that I gave; a manager, all of the customer.',
    ['MANAGER', 'AUTHORIZED_USER', 'SSM_USER'],
  ),
  AUTHORIZATION_GRANT: change('Grant, change and take back what others of the customer may do.', 'MANAGER'),
  AUTHORIZATION_ENABLE: change('Enable use functions for SSM users, and take that back.', 'MANAGER', [
    'MANAGER',
    'AUTHORIZED_USER',
  ]),
  AUTHORITY_GIVE: change("Give others authority to act as manager on the customer's behalf.", 'MANAGER'),
  ACTOR_MANAGE: change(
    "Add the customer's people as actors, deactivate them, and let them in again.",
    'MANAGER',
  ),
  AUDIT_VIEW: { ...use('Read the audit trail.'), reserved: 'MANAGER' },
  PERSONAL_DATA_MANAGE: change("Export and erase other persons' data.", 'MANAGER'),
  SECURITY_ALARM_VIEW: { ...use('Read security alarms, of all customers.'), reserved: 'STAFF' },
} as const satisfies Record<string, FunctionRule>;

export type SsmFunction = keyof typeof FUNCTIONS;

/** What a contract can name: all but the provider's own. */
export const CONTRACT_FUNCTIONS: readonly SsmFunction[] = (Object.keys(FUNCTIONS) as SsmFunction[]).filter(
  // the keys of a constant
  (name) => functionRule(name).reserved !== 'STAFF' && !functionRule(name).heldBy.includes('ANONYMOUS'),
);

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

export function inPeriod({ from, until }: Validity, nowMs: number): boolean {
  return (
    (from === undefined || Date.parse(from) <= nowMs) && (until === undefined || nowMs < Date.parse(until))
  );
}

const byInstant = (a: string, b: string): number => Date.parse(a) - Date.parse(b);

/** The time in both; undefined where there is none. */
export function overlap(a: Validity, b: Validity): Validity | undefined {
  const from = [a.from, b.from]
    .filter((each) => each !== undefined)
    .sort(byInstant)
    .at(-1);
  const until = [a.until, b.until].filter((each) => each !== undefined).sort(byInstant)[0];
  if (from !== undefined && until !== undefined && byInstant(from, until) >= 0) return undefined;
  return { ...(from === undefined ? {} : { from }), ...(until === undefined ? {} : { until }) };
}

function inForce(grant: Grant, nowMs: number): boolean {
  return inPeriod(grant, nowMs) && (grant.daily ?? []).every((window) => isOpen(window, nowMs));
}

/** A manager, or somebody with authority to act as one. */
export function actsAsManager(principal: Principal, nowMs: number): boolean {
  if (principal.kind === 'SSM_USER') return false;
  return (
    principal.kind === 'MANAGER' || (principal.authority ?? []).some((period) => inPeriod(period, nowMs))
  );
}

function heldByKind(principal: Principal, name: SsmFunction, nowMs: number): boolean {
  const { heldBy } = functionRule(name);
  return heldBy.includes(principal.kind) || (heldBy.includes('MANAGER') && actsAsManager(principal, nowMs));
}

/** The grants by each of which the function may be used now, on whatever they reach. */
export function grantsOf(principal: Principal, name: SsmFunction, nowMs: number): Grant[] {
  // whatever stands in the store: an SSM user changes nothing
  if (principal.kind === 'SSM_USER' && functionRule(name).level === 'CHANGE') return [];
  return principal.grants.filter((grant) => grant.functions.includes(name) && inForce(grant, nowMs));
}

/** May this principal use the function on anything at all? The gate and the guard ask this. */
export function holds(principal: Principal, name: SsmFunction, nowMs: number): boolean {
  return heldByKind(principal, name, nowMs) || grantsOf(principal, name, nowMs).length > 0;
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

/** Does the grant's scope, and every scope within which it was enabled, reach where the object stands? */
export function grantReaches(grant: Grant, position: Position): boolean {
  // asked of every row of every list: no array is made for it
  return (
    reaches(grant.scope, position) &&
    (grant.within === undefined || grant.within.every((scope) => reaches(scope, position)))
  );
}

/** Whether the grant, whatever it names and when, is good for the object that stands there. */
function goodFor({ kind, customerId }: Principal, grant: Grant, position: Position): boolean {
  return grant.scope.kind === 'EVERY_CUSTOMER'
    ? kind === 'STAFF' || kind === 'ANALYTICS'
    : customerId !== undefined && position.customers.includes(customerId) && grantReaches(grant, position);
}

/** What the principal may use the function on: decided once for all objects that one operation asks about. */
export function permits(
  principal: Principal,
  name: SsmFunction,
  nowMs: number,
): (position: Position) => boolean {
  if (heldByKind(principal, name, nowMs)) {
    const anybody = functionRule(name).heldBy.includes('ANONYMOUS');
    return (position) => anybody || belongs(principal, position);
  }
  const grants = grantsOf(principal, name, nowMs);
  return (position) => grants.some((grant) => goodFor(principal, grant, position));
}

/** May this principal use the function on the object that stands there? */
export const may = (principal: Principal, name: SsmFunction, position: Position, nowMs: number): boolean =>
  permits(principal, name, nowMs)(position);

/** The grants by each of which the function may be used on the object that stands there: for what counts by grant. */
export function grantsFor(
  principal: Principal,
  name: SsmFunction,
  position: Position,
  nowMs: number,
): readonly Grant[] {
  return grantsOf(principal, name, nowMs).filter((grant) => goodFor(principal, grant, position));
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
    whole:
      everyCustomer ||
      (grants.every((grant) => grant.within === undefined) &&
        (named !== undefined || grants.some((grant) => grant.scope.kind === 'CUSTOMER'))),
    ...(principal.customerId === undefined ? {} : { customerId: principal.customerId }),
    ...(services === undefined ? {} : { services }),
    ...(sites === undefined ? {} : { sites }),
    ...(accounts === undefined ? {} : { accounts }),
  };
}
