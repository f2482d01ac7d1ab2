// Suspending, resuming and revoking an authorization, with what was enabled under it.
import { type Touch, touchFaults } from '../../../schema/authorization-rules.ts';
import type { Resolver, SubgraphContext } from '../../context.ts';
import type { AuthorizationRow, NewAuthorizationRow } from '../../store/authorization-row.ts';
import {
  authorizationIn,
  existing,
  type FoundAuthorization,
  holdersBelow,
  type Inside,
  personIn,
  revokeBelow,
  updateAuthorization,
} from '../../store/authorizations.ts';
import { act, refused } from '../act.ts';
import { authorizationId, rowNumber } from './scope.ts';
import { payload } from './shown.ts';

type Step = Exclude<Touch, 'CHANGE'>;

const ACTIONS = {
  SUSPEND: 'suspendAuthorization',
  RESUME: 'resumeAuthorization',
  REVOKE: 'revokeAuthorization',
} as const;

function changesOf(step: Step, actorId: string, at: Date): Partial<NewAuthorizationRow> {
  switch (step) {
    case 'SUSPEND':
      return { suspendedAt: at, suspendedBy: actorId };
    case 'RESUME':
      return { suspendedAt: null, suspendedBy: null };
    case 'REVOKE':
      return { revokedAt: at, revokedBy: actorId };
  }
}

/** Whose grants change with this row's state, besides its holder's. */
async function below(store: Inside, step: Step, row: AuthorizationRow, actorId: string, at: Date) {
  return step === 'REVOKE'
    ? revokeBelow(store, row.id, { revokedAt: at, revokedBy: actorId })
    : holdersBelow(store, row.id);
}

function run(context: SubgraphContext, step: Step, id: number, version: unknown) {
  return act<FoundAuthorization>(context, ACTIONS[step], async (asking, store) => {
    const row = await authorizationIn(store, id);
    const holder = row && (await personIn(store, row.actorId));
    const faults = touchFaults(asking, row && existing(row), holder, step);
    if (row === undefined || faults.length > 0) return refused(faults);
    const objectId = authorizationId(id);
    if (version !== undefined && version !== null && version !== row.version)
      return refused([{ code: 'CONFLICT', field: 'version' }], objectId);
    const { actorId } = asking.by;
    const at = new Date(asking.nowMs);
    const changed = await updateAuthorization(store, id, changesOf(step, actorId, at));
    const parent = row.parentId === null ? undefined : await authorizationIn(store, row.parentId);
    return {
      kind: 'DONE',
      value: { row: changed, parent: parent ?? null },
      objectId,
      affected: [row.actorId, ...(await below(store, step, row, actorId, at))],
      detail: { actorId: row.actorId },
    };
  });
}

const stepping =
  (step: Step): Resolver =>
  async (_root, { input }, context) => {
    const { id, version } = input as { id?: unknown; version?: unknown }; // an input object, by the schema
    return payload(
      await run(context, step, rowNumber(id, 'Authorization'), version),
      context.operation.nowMs,
    );
  };

export const suspendAuthorization = stepping('SUSPEND');
export const resumeAuthorization = stepping('RESUME');
export const revokeAuthorization = stepping('REVOKE');
