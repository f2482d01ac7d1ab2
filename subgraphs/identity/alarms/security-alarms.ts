// Security alarms: kept once for what goes on, told to the log, to metrics and to the alarm management that there is.
import { createHash, randomUUID } from 'node:crypto';
import { eq, gt, inArray, isNull, sql } from 'drizzle-orm';
import type { AuditEntry, SecurityAlarm, SecurityAlarmKind, SecurityAlarms } from '../../../schema/ports.ts';
import type { StoredAudit } from '../../store/audit.ts';
import type { Store } from '../../store/store.ts';
import type { TmfClient } from '../../tmf/client.ts';
import { networkOf } from '../sign-in/delay.ts';

/** What is seen again within this time is the same alarm, counted. */
const SAME_MS = 15 * 60 * 1000;
/** Refusals that nobody recognized has earned count by address. */
const NOBODY: ReadonlySet<string> = new Set(['anonymous', 'unknown']);
/** What was not reported for so long isn't news any more. */
const REPORT_WITHIN_MS = 24 * 60 * 60 * 1000;
const REPORT_TIMEOUT_MS = 10_000;

interface Options {
  readonly store: Store;
  readonly audit: Pick<StoredAudit, 'append'>;
  readonly client: Pick<TmfClient, 'providersOf' | 'create'>;
  readonly now: () => number;
  /** Refusals of one actor, or from one address, within the time raise an alarm. 0: never. */
  readonly probing: { readonly refusals: number; readonly withinMs: number };
  /** Told once for each alarm: metrics. */
  readonly onRaised: (kind: SecurityAlarmKind) => void;
  readonly onFault: (error: unknown) => void;
}

export interface WatchedAlarms extends SecurityAlarms {
  /** Looks at what was written to the audit log for signs of probing. */
  watch(entries: readonly AuditEntry[]): void;
  /** When all that was raised so far is kept and told. */
  settled(): Promise<void>;
}

const SEVERITY: Readonly<Record<SecurityAlarmKind, string>> = {
  BRUTE_FORCE: 'major',
  TOKEN_REUSE: 'critical',
  PROBING: 'minor',
  PLACE_CHANGE: 'warning',
};
const MEANING: Readonly<Record<SecurityAlarmKind, string>> = {
  BRUTE_FORCE: 'repeated failures to sign in',
  TOKEN_REUSE: 'a refresh token was used twice',
  PROBING: 'repeated requests beyond authorization',
  PLACE_CHANGE: 'sign-in from two places in too short a time',
};

function idOf({ kind, actorId, origin, atMs }: SecurityAlarm): string {
  const what = [kind, actorId ?? null, networkOf(origin), Math.floor(atMs / SAME_MS)];
  return createHash('sha256').update(JSON.stringify(what)).digest('base64url').slice(0, 22);
}

export function createAlarms(options: Options): WatchedAlarms {
  const { store, audit, client, now, probing, onRaised, onFault } = options;
  const { securityAlarm, auditEntry, auditOrigin } = store.tables;
  const pending = new Set<Promise<void>>();

  function background(work: Promise<void>): void {
    const settled = work.catch(onFault).finally(() => pending.delete(settled));
    pending.add(settled);
  }

  async function keep(alarm: SecurityAlarm): Promise<void> {
    const { kind, actorId, customerId, origin, atMs, requestId } = alarm;
    const at = new Date(atMs);
    const id = idOf(alarm);
    const entry: AuditEntry = {
      atMs,
      actorId: actorId ?? 'unknown',
      ...(customerId === undefined ? {} : { customerId }),
      action: 'securityAlarm',
      objectId: id,
      outcome: 'DONE',
      detail: kind,
      requestId,
      ...(origin === undefined ? {} : { origin }),
    };
    const isNew = await store.db.transaction(async (tx) => {
      const [row] = await tx
        .insert(securityAlarm)
        .values({
          id,
          kind,
          actorId: actorId ?? null,
          customerId: customerId ?? null,
          origin: origin ?? null,
          firstAt: at,
          lastAt: at,
        })
        .onConflictDoUpdate({
          target: securityAlarm.id,
          set: { times: sql`${securityAlarm.times} + 1`, lastAt: at },
        })
        .returning({ times: securityAlarm.times });
      if (row?.times !== 1) return false;
      await audit.append(entry, tx);
      return true;
    });
    if (!isNew) return;
    onRaised(kind);
    await report();
  }

  /** To the first provider that manages alarms. What couldn't be told is told with the next one. */
  async function report(): Promise<void> {
    const [provider] = client.providersOf('TMF642');
    if (provider === undefined) return;
    const since = new Date(now() - REPORT_WITHIN_MS);
    const rows = await store.db
      .select()
      .from(securityAlarm)
      .where(sql`${isNull(securityAlarm.reportedAt)} AND ${gt(securityAlarm.lastAt, since)}`)
      .limit(20);
    for (const row of rows) {
      // taken before it is sent: two instances must not report it twice
      const [taken] = await store.db
        .update(securityAlarm)
        .set({ reportedAt: new Date(now()) })
        .where(sql`${eq(securityAlarm.id, row.id)} AND ${isNull(securityAlarm.reportedAt)}`)
        .returning({ id: securityAlarm.id });
      if (taken === undefined) continue;
      const kind = row.kind as SecurityAlarmKind; // written from one, above
      const body = {
        alarmType: 'securityService',
        perceivedSeverity: SEVERITY[kind],
        probableCause: MEANING[kind],
        specificProblem: kind,
        alarmedObjectType: 'actor',
        alarmedObject: { id: row.actorId ?? 'unknown' },
        sourceSystemId: 'ssm-gateway',
        state: 'raised',
        alarmRaisedTime: row.firstAt.toISOString(),
        '@type': 'Alarm',
      };
      const call = {
        requestId: randomUUID(),
        deadlineMs: now() + REPORT_TIMEOUT_MS,
        signal: AbortSignal.timeout(REPORT_TIMEOUT_MS),
      };
      try {
        const key = { path: 'externalAlarmId', value: row.id };
        const source = { provider, api: 'TMF642', resource: 'alarm' } as const;
        const written = await client.create(source, { body, key }, call);
        if (written.kind !== 'DONE') throw new Error(`the alarm was not taken: ${written.kind}`);
      } catch (error) {
        await store.db.update(securityAlarm).set({ reportedAt: null }).where(eq(securityAlarm.id, row.id));
        throw error;
      }
    }
  }

  async function refusalsOf({ actorId, origin }: AuditEntry): Promise<number> {
    const byOrigin = NOBODY.has(actorId);
    if (byOrigin && origin === undefined) return 0;
    const refs = store.db
      .select({ ref: auditOrigin.ref })
      .from(auditOrigin)
      .where(sql`${auditOrigin.address} = ${origin} AND ${auditOrigin.actorId} = ${actorId}`);
    const [row] = await store.db
      .select({ total: sql<string | null>`sum(${auditEntry.times})` })
      .from(auditEntry)
      .where(
        sql`${auditEntry.outcome} = 'REFUSED' AND ${eq(auditEntry.actorId, actorId)}
          AND ${gt(auditEntry.atMs, now() - probing.withinMs)}
          AND ${byOrigin ? inArray(auditEntry.origin, refs) : sql`true`}`,
      );
    return Number(row?.total ?? 0);
  }

  async function look(entries: readonly AuditEntry[]): Promise<void> {
    const refused = entries.filter(({ outcome, action }) => outcome === 'REFUSED' && action !== 'signIn');
    const each = new Map(
      refused.map((entry) => [`${entry.actorId}\n${NOBODY.has(entry.actorId) ? entry.origin : ''}`, entry]),
    );
    for (const entry of each.values()) {
      if ((await refusalsOf(entry)) < probing.refusals) continue;
      const { actorId, customerId, origin, atMs, requestId } = entry;
      const nobody = NOBODY.has(actorId);
      await keep({
        kind: 'PROBING',
        atMs,
        requestId,
        ...(nobody ? {} : { actorId }),
        ...(customerId === undefined ? {} : { customerId }),
        // of an actor that is known it is one alarm, from wherever it probes
        ...(nobody && origin !== undefined ? { origin } : {}),
      });
    }
  }

  return {
    raise: (alarm) => background(keep(alarm)),
    watch(entries) {
      if (probing.refusals > 0) background(look(entries));
    },
    async settled() {
      while (pending.size > 0) await Promise.all(pending);
    },
  };
}
