// The words of mayI: by what one may, or why not and who could mend it. Of nobody else's authorizations.
import { functionRule, type SsmFunction } from '../../../schema/access.ts';
import type { Grant, Principal, Scope } from '../../../schema/principal.ts';
import { authorizationId } from './scope.ts';

const ON: Readonly<Record<Scope['kind'], string>> = {
  EVERY_CUSTOMER: 'on what all customers have',
  CUSTOMER: 'on all that your customer has',
  SERVICES: 'on the services that it names',
  SITES: 'at the sites that it names',
  ACCOUNTS: 'on the billing accounts that it names',
};

/** `grant`: the one that lasts longest of those by which one may; undefined where the kind of actor suffices. */
export function heldWords(grant: Grant | undefined): string {
  if (grant === undefined) return 'You may: it takes no authorization from you.';
  const by =
    grant.id === undefined
      ? 'with the authority to act as manager that was given to you'
      : `by authorization ${authorizationId(Number(grant.id))}, ${ON[grant.scope.kind]}`;
  const hours = (grant.daily ?? []).map(({ from, until, zone }) => `, from ${from} to ${until} (${zone})`);
  const end = grant.until === undefined ? '' : `, until ${grant.until}`;
  return `You may, ${by}${hours.join('')}${end}.`;
}

/** Who could let it happen: those whom the rules let grant it to this actor. */
export function remedy({ kind, customerId }: Principal, name: SsmFunction): string {
  if (customerId === undefined) return 'The provider could grant it.';
  if (functionRule(name).reserved === 'MANAGER') return 'A manager could give you authority to act as one.';
  return kind === 'SSM_USER'
    ? 'A manager could grant it, or an authorized user who may do it.'
    : 'A manager could grant it.';
}

/** What no grant to this kind of actor ever allows; undefined where one could. */
export function neverFor({ kind, customerId }: Principal, name: SsmFunction): string | undefined {
  const { level, reserved } = functionRule(name);
  if (reserved === 'STAFF' && customerId !== undefined) return "This is for the provider's staff alone.";
  if (kind !== 'SSM_USER') return undefined;
  if (level === 'CHANGE')
    return 'SSM users use, and change nothing. A manager, or an authorized user who may, could do it for you.';
  return reserved === 'MANAGER' ? "This is for your customer's managers alone." : undefined;
}
