// Granting, enabling and changing: from the input through the rules to a row.
import {
  type Asking,
  enabling,
  grantFaults,
  leads,
  manages,
  type Proposal,
  type RuleFault,
  touchFaults,
} from '../../../schema/authorization-rules.ts';
import type { Resolver, SubgraphContext } from '../../context.ts';
import { type AuthorizationRow, instant, type NewAuthorizationRow } from '../../store/authorization-row.ts';
import {
  authorizationIn,
  existing,
  type FoundAuthorization,
  holdersBelow,
  type Inside,
  insertAuthorization,
  personIn,
  updateAuthorization,
} from '../../store/authorizations.ts';
import { act, type Outcome, refused, refuseUnread } from '../act.ts';
import { readProposal } from './input.ts';
import { authorizationId, rowNumber, type Standing, standingOfScope } from './scope.ts';
import { payload } from './shown.ts';

type Said = Pick<
  NewAuthorizationRow,
  'functions' | 'scope' | 'validFrom' | 'validUntil' | 'daily' | 'amountLimit'
>;

const said = (proposal: Proposal): Said => ({
  functions: [...proposal.functions],
  scope: proposal.scope,
  validFrom: instant(proposal.from),
  validUntil: instant(proposal.until),
  daily: proposal.daily ?? null,
  amountLimit: proposal.limit ?? null,
});

interface Asked {
  readonly actorId: string;
  readonly proposal: Proposal;
  /** Of the authorization that is changed: it may begin when it began. */
  readonly began?: Date | null;
}

interface Judged {
  readonly faults: readonly RuleFault[];
  readonly proposal: Proposal;
  /** The authorization under which an authorized user enables. */
  readonly under?: number;
}

const NOT_HELD: RuleFault = { code: 'SCOPE_NOT_HELD', field: 'scope' };

/** A manager by the manager's rules; an authorized user only under one of its own authorizations. */
async function judge(asking: Asking, store: Inside, asked: Asked, standing: Standing): Promise<Judged> {
  const { actorId, proposal, began } = asked;
  const to = await personIn(store, actorId);
  const { from, ...rest } = proposal;
  const asNew = from !== undefined && began?.getTime() === Date.parse(from) ? rest : proposal;
  // who leads gives by its own right, or not at all: never under an authorization
  if (leads(asking)) {
    return { faults: [...grantFaults(asking, to, asNew), ...standing.faults], proposal };
  }
  const verdict = enabling(asking, to, asNew, standing.positions);
  if (verdict.kind === 'REFUSED') return { faults: verdict.faults, proposal };
  // to an authorized user what it can't reach and what isn't there are the same
  if (standing.faults.length > 0) return { faults: [NOT_HELD], proposal };
  const within = verdict.until === undefined ? proposal : { ...proposal, until: verdict.until };
  return { faults: [], proposal: within, under: Number(verdict.under.id) };
}

const references = (actorId: string, { functions, scope }: Proposal) => ({ actorId, functions, scope });

async function withParent(store: Inside, row: AuthorizationRow): Promise<FoundAuthorization> {
  return {
    row,
    parent: row.parentId === null ? null : ((await authorizationIn(store, row.parentId)) ?? null),
  };
}

async function give(
  context: SubgraphContext,
  action: 'grantAuthorization' | 'enableUse',
  asked: Asked,
): Promise<Outcome<FoundAuthorization>> {
  const { actorId, proposal } = asked;
  const standing = await standingOfScope(context, proposal.scope);
  return act<FoundAuthorization>(context, action, async (asking, store) => {
    const to = await personIn(store, actorId);
    const known = to !== undefined && to.customerId === asking.by.customerId;
    // a name that leads to nobody could be anything, also somebody's: it isn't kept
    const about = known ? actorId : undefined;
    if (action === 'grantAuthorization' && !manages(asking, 'AUTHORIZATION_GRANT'))
      return refused([{ code: 'NOT_A_MANAGER' }], about);
    if (action === 'enableUse' && known && to.kind !== 'SSM_USER')
      return refused([{ code: 'ONLY_FOR_SSM_USERS', field: 'actorId' }], about);
    const judged = await judge(asking, store, asked, standing);
    if (judged.faults.length > 0) return refused(judged.faults, about);
    const row = await insertAuthorization(store, {
      ...said(judged.proposal),
      actorId,
      customerId: asking.by.customerId ?? null,
      grantorId: asking.by.actorId,
      parentId: judged.under ?? null,
    });
    return {
      kind: 'DONE',
      value: await withParent(store, row),
      objectId: authorizationId(row.id),
      affected: [actorId],
      detail: references(actorId, judged.proposal),
    };
  });
}

async function change(
  context: SubgraphContext,
  id: number,
  version: unknown,
  proposal: Proposal,
): Promise<Outcome<FoundAuthorization>> {
  const standing = await standingOfScope(context, proposal.scope);
  return act<FoundAuthorization>(context, 'changeAuthorization', async (asking, store) => {
    const row = await authorizationIn(store, id);
    const faults = touchFaults(
      asking,
      row && existing(row),
      row && (await personIn(store, row.actorId)),
      'CHANGE',
    );
    if (row === undefined || faults.length > 0) return refused(faults);
    const objectId = authorizationId(id);
    if (row.version !== version) return refused([{ code: 'CONFLICT', field: 'version' }], objectId);
    const asked = { actorId: row.actorId, proposal, began: row.validFrom };
    const judged = await judge(asking, store, asked, standing);
    if (judged.faults.length > 0) return refused(judged.faults, objectId);
    const changed = await updateAuthorization(store, id, {
      ...said(judged.proposal),
      parentId: judged.under ?? row.parentId,
    });
    return {
      kind: 'DONE',
      value: await withParent(store, changed),
      objectId,
      affected: [row.actorId, ...(await holdersBelow(store, id))],
      detail: references(row.actorId, judged.proposal),
    };
  });
}

type Given = Readonly<Record<string, unknown>>;
const given = (input: unknown): Given => input as Given; // an input object, by the schema

function giving(action: 'grantAuthorization' | 'enableUse', inputOf: (input: Given) => unknown): Resolver {
  return async (_root, { input }, context) => {
    const read = readProposal(inputOf(given(input)));
    const outcome =
      read.kind === 'UNREADABLE'
        ? await refuseUnread<FoundAuthorization>(context, action, read.faults)
        : await give(context, action, { actorId: String(given(input).actorId), proposal: read.value });
    return payload(outcome, context.operation.nowMs);
  };
}

export const grantAuthorization = giving('grantAuthorization', (input) => input);

export const enableUse = giving('enableUse', ({ serviceIds, ...input }) => ({
  ...input,
  scope: { kind: 'SERVICES', ids: serviceIds },
}));

export const changeAuthorization: Resolver = async (_root, { input }, context) => {
  const { id, version, ...said } = given(input);
  const read = readProposal(said);
  const outcome =
    read.kind === 'UNREADABLE'
      ? await refuseUnread<FoundAuthorization>(context, 'changeAuthorization', read.faults)
      : await change(context, rowNumber(id, 'Authorization'), version, read.value);
  return payload(outcome, context.operation.nowMs);
};
