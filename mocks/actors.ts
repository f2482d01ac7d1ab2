// The demo actors: who signs in to the demonstration world, and which functions each holds over what.
import { CONTRACT_FUNCTIONS } from './world/contract-functions.ts';

/** Back-end ids; SITES and ACCOUNTS name places and billing accounts. */
export type DemoScope =
  | { readonly kind: 'CUSTOMER' }
  | { readonly kind: 'EVERY_CUSTOMER' }
  | { readonly kind: 'SERVICES'; readonly ids: readonly string[] }
  | { readonly kind: 'SITES'; readonly ids: readonly string[] }
  | { readonly kind: 'ACCOUNTS'; readonly ids: readonly string[] };

export interface DemoGrant {
  /** CONTRACT: all that the customer's agreement names (TMF651, characteristic ssmFunctions). */
  readonly functions: readonly string[] | 'CONTRACT';
  readonly scope: DemoScope;
}

export interface DemoActor {
  readonly actorId: string;
  readonly kind: 'MANAGER' | 'AUTHORIZED_USER' | 'SSM_USER' | 'STAFF' | 'PARTNER' | 'ANALYTICS';
  readonly displayName: string;
  /** The back end's customer id; absent for those who act for the provider or for nobody. */
  readonly customer?: string;
  readonly grants: readonly DemoGrant[];
}

const CUSTOMER: DemoScope = { kind: 'CUSTOMER' };
const EVERY_CUSTOMER: DemoScope = { kind: 'EVERY_CUSTOMER' };

const manager = (actorId: string, displayName: string, customer: string): DemoActor => ({
  actorId,
  kind: 'MANAGER',
  displayName,
  customer,
  grants: [{ functions: 'CONTRACT', scope: CUSTOMER }],
});

const acmeUser = (
  actorId: string,
  kind: 'AUTHORIZED_USER' | 'SSM_USER',
  displayName: string,
  functions: readonly string[],
  scope: DemoScope,
): DemoActor => ({ actorId, kind, displayName, customer: 'cust-acme', grants: [{ functions, scope }] });

const across = (
  actorId: string,
  kind: 'STAFF' | 'ANALYTICS',
  displayName: string,
  functions: readonly string[],
): DemoActor => ({ actorId, kind, displayName, grants: [{ functions, scope: EVERY_CUSTOMER }] });

export const ACTORS: readonly DemoActor[] = [
  manager('acme-manager', 'Marta Lindqvist, Acme Logistics', 'cust-acme'),
  acmeUser(
    'acme-config',
    'AUTHORIZED_USER',
    'Conrad Figuera, Acme configuration',
    ['PRODUCT_VIEW', 'SERVICE_VIEW', 'CONFIGURATION_VIEW', 'RESOURCE_VIEW', 'PERSON_VIEW'],
    CUSTOMER,
  ),
  acmeUser(
    'acme-check',
    'AUTHORIZED_USER',
    'Chen Okafor, Acme service checks',
    ['SERVICE_VIEW', 'RESOURCE_VIEW', 'PERFORMANCE_VIEW'],
    { kind: 'SITES', ids: ['site-acme-hq'] },
  ),
  acmeUser(
    'acme-billing',
    'AUTHORIZED_USER',
    'Bianca Illes, Acme billing',
    [
      'CUSTOMER_VIEW',
      'ACCOUNT_VIEW',
      'BILL_VIEW',
      'CHARGE_VIEW',
      'PAYMENT_VIEW',
      'BILL_PAY',
      'BILLING_CHANGE',
      'USAGE_VIEW',
      'USAGE_RECORD_VIEW',
      'SERVICE_VIEW',
      'PRODUCT_VIEW',
      'PERSON_VIEW',
    ],
    CUSTOMER,
  ),
  acmeUser('acme-user', 'SSM_USER', 'User of Acme line 01', ['SERVICE_VIEW', 'USAGE_VIEW', 'PERSON_VIEW'], {
    kind: 'SERVICES',
    ids: ['svc-acme-m-01'],
  }),
  manager('borealis-manager', 'Birk Solheim, Borealis Shipping', 'cust-borealis'),
  manager('family-manager', 'Claire Moreau', 'cust-family'),
  manager('prepaid-customer', 'Noor Haddad', 'cust-prepaid'),
  across('soc-operator', 'STAFF', 'Service operations centre', [
    'CUSTOMER_VIEW',
    'PERSON_VIEW',
    'SERVICE_VIEW',
    'CONFIGURATION_VIEW',
    'RESOURCE_VIEW',
    'PERFORMANCE_VIEW',
    'PRODUCT_VIEW',
    'CALL_ANALYSIS_VIEW',
    'SECURITY_ALARM_VIEW',
  ]),
  across('marketing', 'STAFF', 'Marketing', ['CUSTOMER_VIEW', 'PRODUCT_VIEW']),
  across('customer-care', 'STAFF', 'Customer care', [
    'CUSTOMER_VIEW',
    'AUTHORIZATION_VIEW',
    'AUDIT_VIEW',
    'PERSONAL_DATA_MANAGE',
  ]),
  { actorId: 'partner', kind: 'PARTNER', displayName: 'Partner portal', grants: [] },
  across('analytics', 'ANALYTICS', 'Quality dashboard', [
    'SERVICE_VIEW',
    'PERFORMANCE_VIEW',
    'PRODUCT_VIEW',
    'CALL_ANALYSIS_VIEW',
  ]),
];

const CONTRACTS: Readonly<Record<string, readonly string[]>> = {
  'cust-acme': CONTRACT_FUNCTIONS.enterprise,
  'cust-borealis': CONTRACT_FUNCTIONS.enterprise,
  'cust-family': CONTRACT_FUNCTIONS.residential,
  'cust-prepaid': CONTRACT_FUNCTIONS.prepaid,
};

/** The functions of a grant with CONTRACT spelt out, as the customer's agreement has them. */
export function grantedFunctions(actor: DemoActor, grant: DemoGrant): readonly string[] {
  if (grant.functions !== 'CONTRACT') return grant.functions;
  return CONTRACTS[actor.customer ?? ''] ?? [];
}
