// Who asks in the permission matrix: nobody, every demo actor, and one whose grant names an account; and whose objects are theirs.
import { ACTORS, type DemoActor } from '../../mocks/actors.ts';

/** The demonstration has no grant on accounts. */
export const LEDGER: DemoActor = {
  actorId: 'acme-ledger',
  kind: 'AUTHORIZED_USER',
  displayName: 'Acme ledger of the fixed lines',
  customer: 'cust-acme',
  grants: [
    {
      functions: ['ACCOUNT_VIEW', 'BILL_VIEW', 'CHARGE_VIEW', 'PRODUCT_VIEW'],
      scope: { kind: 'ACCOUNTS', ids: ['acc-acme-fixed'] },
    },
  ],
};

/** May read all of Acme's products, and one of the two accounts that they are billed to. */
export const HALF_LEDGER: DemoActor = {
  ...LEDGER,
  actorId: 'acme-half-ledger',
  grants: [
    { functions: ['PRODUCT_VIEW'], scope: { kind: 'CUSTOMER' } },
    { functions: ['ACCOUNT_VIEW'], scope: { kind: 'ACCOUNTS', ids: ['acc-acme-fixed'] } },
  ],
};

export interface MatrixActor {
  readonly name: string;
  /** What `ask` takes: nothing for nobody. */
  readonly as: { readonly as?: string };
  /** The customer whose objects are asked for as its own; Acme's for those who have none. */
  readonly owner: 'acme' | 'borealis' | 'family' | 'prepaid';
  /** Which of the owner's objects are asked for: a line, or a fixed access where the actor's grant names no line. */
  readonly holds: 'line' | 'access';
  /** Sees more than one customer by right. */
  readonly crossesCustomers: boolean;
  readonly demo?: DemoActor;
}

const OWNERS = ['acme', 'borealis', 'family', 'prepaid'] as const;

export const MATRIX_ACTORS: readonly MatrixActor[] = [
  { name: 'anonymous', as: {}, owner: 'acme', holds: 'line', crossesCustomers: false },
  ...[...ACTORS, LEDGER].map((demo) => ({
    name: demo.actorId,
    as: { as: demo.actorId },
    owner: OWNERS.find((owner) => demo.customer === `cust-${owner}`) ?? 'acme',
    holds: demo.grants.some(({ scope }) => scope.kind === 'SITES' || scope.kind === 'ACCOUNTS')
      ? ('access' as const)
      : ('line' as const),
    crossesCustomers: demo.grants.some(({ scope }) => scope.kind === 'EVERY_CUSTOMER'),
    demo,
  })),
];
