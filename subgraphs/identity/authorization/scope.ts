// Whether what a scope names is the customer's: another customer's service and one that isn't there are the same fault.
import type { Position } from '../../../schema/access.ts';
import type { RuleFault } from '../../../schema/authorization-rules.ts';
import { encodeId, type GlobalId, idOfType } from '../../../schema/id.ts';
import type { Scope } from '../../../schema/principal.ts';
import type { SubgraphContext } from '../../context.ts';
import { reference } from '../../item.ts';
import type { Objects } from '../../objects.ts';
import { standing } from '../../projection.ts';

export interface Standing {
  readonly faults: readonly RuleFault[];
  /** Where the named objects stand, one for each id; of a site, where its services do. */
  readonly positions: readonly Position[];
}

const UNKNOWN: Standing = { faults: [{ code: 'SCOPE_UNKNOWN', field: 'scope' }], positions: [] };

async function positionsOf(objects: Objects, type: 'Service' | 'BillingAccount', ids: readonly GlobalId[]) {
  return Promise.all(
    ids.map(async (id) => {
      const parts = idOfType(id, type);
      return parts === undefined || !objects.serves(type, parts.provider)
        ? undefined
        : objects.position(reference(type, parts.provider, parts.id));
    }),
  );
}

/** A site has no back end of its own: it is the customer's where one of the customer's services stands there. */
async function sitePosition(objects: Objects, site: GlobalId, customerId: GlobalId) {
  const parts = idOfType(site, 'Site');
  const customer = idOfType(customerId, 'Customer');
  if (parts === undefined || customer === undefined || !objects.serves('Service', parts.provider))
    return undefined;
  const sheet = objects.sheet('Service');
  const services = await objects.by('Service', 'place.id', parts.provider, parts.id, {
    attributes: standing(sheet),
    filter: { 'relatedParty.id': customer.id },
  });
  const positions = await Promise.all(services.map((service) => objects.position(service)));
  return positions.find(({ customers }) => customers.includes(customerId));
}

/** Asks back ends: never inside a transaction. */
export async function standingOfScope(
  { objects, operation }: SubgraphContext,
  scope: Scope,
): Promise<Standing> {
  const { customerId } = operation.principal;
  if (scope.kind === 'CUSTOMER') return { faults: [], positions: [] };
  if (scope.kind === 'EVERY_CUSTOMER' || customerId === undefined) return UNKNOWN;
  const positions =
    scope.kind === 'SITES'
      ? await Promise.all(scope.ids.map((id) => sitePosition(objects, id, customerId)))
      : await positionsOf(objects, scope.kind === 'SERVICES' ? 'Service' : 'BillingAccount', scope.ids);
  const own = positions.filter((each) => each?.customers.includes(customerId) === true);
  const found = own.filter((each) => each !== undefined);
  return found.length === scope.ids.length ? { faults: [], positions: found } : UNKNOWN;
}

export const authorizationId = (id: number): GlobalId => encodeId('gateway', 'Authorization', String(id));
export const authorityId = (id: number): GlobalId => encodeId('gateway', 'Authority', String(id));

/** The row's number, or one that no row has. */
export function rowNumber(id: unknown, type: 'Authorization' | 'Authority'): number {
  const parts = typeof id === 'string' ? idOfType(id, type) : undefined;
  return parts?.provider === 'gateway' && /^\d{1,15}$/.test(parts.id) ? Number(parts.id) : -1;
}
