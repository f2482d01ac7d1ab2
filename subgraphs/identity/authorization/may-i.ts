// May I? The verdict of the very rules that guard the graph, with the reason in words.
import { grantsFor, grantsOf, holds, inPeriod, may, type SsmFunction } from '../../../schema/access.ts';
import { isOpen } from '../../../schema/conditions.ts';
import { clientError } from '../../../schema/errors.ts';
import { type GlobalId, idOfType } from '../../../schema/id.ts';
import type { Grant } from '../../../schema/principal.ts';
import type { Resolver, SubgraphContext } from '../../context.ts';
import { reference } from '../../item.ts';
import { ownOf } from '../../own-acts.ts';
import { isFunction } from '../../store/authorization-row.ts';
import { type FoundAuthorization, findAuthorizations } from '../../store/authorizations.ts';
import { heldWords, neverFor, remedy } from './may-i-words.ts';

interface Permission {
  readonly allowed: boolean;
  readonly code: string;
  readonly reason: string;
}

const no = (code: string, reason: string): Permission => ({ allowed: false, code, reason });

const held = (grants: readonly Grant[]): Permission => ({
  allowed: true,
  code: 'HELD',
  reason: heldWords(lasting(grants)),
});

const UNKNOWN_SERVICE = no(
  'NO_SUCH_SERVICE',
  'There is no such service that you may know of: is the id right, and were you granted anything on it?',
);
/** Of an actor's authorizations, the newest are looked through for a reason. */
const MAX_READ = 200;

/** Why the grants that name the function don't hold now. */
function dormant(grants: readonly Grant[], nowMs: number): Permission | undefined {
  const [first] = grants;
  if (first === undefined) return undefined;
  const closed = grants.find((grant) => inPeriod(grant, nowMs));
  const [window] = (closed?.daily ?? []).filter((each) => !isOpen(each, nowMs));
  if (window !== undefined)
    return no('OUTSIDE_HOURS', `You may from ${window.from} to ${window.until} (${window.zone}) only.`);
  return no('PENDING', `You may from ${first.from ?? 'later'} on: it was granted ahead.`);
}

/** Why the rows that name the function grant nothing: they aren't in the snapshot at all. */
function ended(
  rows: readonly FoundAuthorization[],
  name: SsmFunction,
  nowMs: number,
): Permission | undefined {
  const naming = rows.filter(({ row }) => row.functions.includes(name));
  const kept = naming.filter(({ row, parent }) => row.revokedAt === null && parent?.revokedAt == null);
  if (kept.some(({ row, parent }) => row.suspendedAt !== null || parent?.suspendedAt != null))
    return no('SUSPENDED', 'Your authorization for this is suspended. A manager could resume it.');
  const over = kept.find(({ row }) => row.validUntil !== null && row.validUntil.getTime() <= nowMs);
  const until = over?.row.validUntil?.toISOString();
  if (until !== undefined)
    return no('PERIOD_OVER', `Your authorization for this ended at ${until}. A manager could grant it anew.`);
  const [taken] = naming;
  const at = (taken?.row.revokedAt ?? taken?.parent?.revokedAt)?.toISOString();
  if (at === undefined) return undefined;
  return no(
    'NOT_GRANTED',
    `This was granted to you, and taken back at ${at}. A manager could grant it anew.`,
  );
}

async function reasonAgainst(context: SubgraphContext, name: SsmFunction): Promise<Permission> {
  const { principal, nowMs } = context.operation;
  const { customerId = null, actorId } = principal;
  const { store, contracts } = ownOf(context);
  const never = neverFor(principal, name);
  if (never !== undefined) return no('NOT_FOR_KIND', never);
  if (customerId !== null && !(await contracts.read(customerId)).has(name))
    return no(
      'NOT_IN_CONTRACT',
      "Your customer's contract does not allow this to anybody; the provider could add it there.",
    );
  const asleep = dormant(
    principal.grants.filter(({ functions }) => functions.includes(name)),
    nowMs,
  );
  if (asleep !== undefined) return asleep;
  const readable = { kind: 'OWN', actorId, customerId } as const;
  const rows = await findAuthorizations(store, { readable, actorId, limit: MAX_READ, nowMs });
  return (
    ended(rows, name, nowMs) ?? no('NOT_GRANTED', `Nobody has granted you this. ${remedy(principal, name)}`)
  );
}

/** The one that goes on longest; undefined where none is needed. */
function lasting(grants: readonly Grant[]): Grant | undefined {
  const end = ({ until }: Grant) => (until === undefined ? Number.POSITIVE_INFINITY : Date.parse(until));
  return grants.toSorted((a, b) => end(b) - end(a))[0];
}

async function onService(context: SubgraphContext, name: SsmFunction, id: GlobalId): Promise<Permission> {
  const { principal, nowMs } = context.operation;
  const parts = idOfType(id, 'Service');
  if (parts === undefined) throw clientError('INVALID_ID');
  if (!context.objects.serves('Service', parts.provider)) return UNKNOWN_SERVICE;
  const position = await context.objects.position(reference('Service', parts.provider, parts.id));
  const there = position.customers.length > 0;
  if (there && may(principal, name, position, nowMs))
    return held(grantsFor(principal, name, position, nowMs));
  // who may use no function at all on it doesn't learn that it is there
  const knows = principal.grants.some(({ functions }) =>
    functions.some((each) => may(principal, each, position, nowMs)),
  );
  if (!there || !knows) return UNKNOWN_SERVICE;
  return holds(principal, name, nowMs)
    ? no('OUT_OF_SCOPE', `You may do this, but not on this service. ${remedy(principal, name)}`)
    : reasonAgainst(context, name);
}

export const mayI: Resolver = async (_root, args, context) => {
  const { principal, nowMs } = context.operation;
  const name = String(args.function);
  if (!isFunction(name)) throw clientError('BAD_USER_INPUT', 'There is no such function.');
  if (typeof args.serviceId === 'string') return onService(context, name, args.serviceId);
  return holds(principal, name, nowMs)
    ? held(grantsOf(principal, name, nowMs))
    : reasonAgainst(context, name);
};
