// The demonstration: its one provider, and its actors as principals of the graph.
import type { SsmFunction } from '../schema/access.ts';
import { encodeId } from '../schema/id.ts';
import type { Principal, Scope } from '../schema/principal.ts';

/** The demonstration's provider; it stands in every id that the demonstration gives. */
const PROVIDER = 'home';

/** Every demo actor's. It opens nothing but the demonstration, which runs on this machine only. */
export const DEMO_PASSWORD = 'try-the-demo-now';

/** The simulator's actors, in the back ends' own ids. */
export interface DemoActor {
  readonly actorId: string;
  readonly kind: Exclude<Principal['kind'], 'ANONYMOUS'>;
  readonly displayName: string;
  readonly customer?: string;
  readonly grants: readonly DemoGrant[];
}

interface DemoGrant {
  readonly functions: readonly string[] | 'CONTRACT';
  readonly scope: Scope;
}

interface SimulatedApi {
  readonly api: string;
  readonly version: string;
  readonly baseUrl: string;
}

/** A providers file for the simulator. */
export function demoProviders(apis: readonly SimulatedApi[]): string {
  const entries = apis.map(({ api, version, baseUrl }) => [api, { url: baseUrl, version }]);
  // the simulator counts what the filter lets through, as the description has it
  const profile = { totals: 'filtered' };
  return JSON.stringify({ providers: [{ id: PROVIDER, profile, apis: Object.fromEntries(entries) }] });
}

const TYPES = { SERVICES: 'Service', SITES: 'Site', ACCOUNTS: 'BillingAccount' } as const;

function globalScope(scope: Scope): Scope {
  if (scope.kind === 'CUSTOMER' || scope.kind === 'EVERY_CUSTOMER') return scope;
  return { kind: scope.kind, ids: scope.ids.map((id) => encodeId(PROVIDER, TYPES[scope.kind], id)) };
}

interface DemoPrincipal extends Omit<Principal, 'grantVersion'> {
  readonly wholeContract?: boolean;
}

export function demoPrincipal(actor: DemoActor): DemoPrincipal {
  const { actorId, kind, displayName, customer } = actor;
  return {
    actorId,
    kind,
    displayName,
    ...(customer === undefined ? {} : { customerId: encodeId(PROVIDER, 'Customer', customer) }),
    ...(actor.grants.some(({ functions }) => functions === 'CONTRACT') ? { wholeContract: true } : {}),
    grants: actor.grants.flatMap(({ functions, scope }) =>
      functions === 'CONTRACT'
        ? []
        : // the simulator's actors name functions as we do; a name that we lack grants nothing
          [{ functions: functions as readonly SsmFunction[], scope: globalScope(scope) }],
    ),
  };
}

/** What the simulator's contract with the actor's customer names, where the actor holds all of it. */
export function demoContract<Actor extends DemoActor>(
  actor: Actor,
  namesOf: (actor: Actor, grant: Actor['grants'][number]) => readonly string[],
): { readonly customerId: string; readonly functions: readonly string[] }[] {
  const { customerId } = demoPrincipal(actor);
  const whole = actor.grants.find(({ functions }) => functions === 'CONTRACT');
  return customerId === undefined || whole === undefined
    ? []
    : [{ customerId, functions: namesOf(actor, whole) }];
}
