// What provider staff reads of customers, for the audit log: each customer once for every subgraph call.
import type { Position } from '../schema/access.ts';
import type { GlobalId } from '../schema/id.ts';
import type { AuditEntry, Operation } from '../schema/ports.ts';
import type { Own } from './own.ts';

export interface StaffReads {
  /** An object that stands there is handed out. */
  saw(position: Position): void;
  /** Records what was seen since the last time. */
  record(subgraph: string): void;
}

const NOTHING: StaffReads = { saw: () => {}, record: () => {} };

export function staffReads(own: Own | undefined, operation: Operation): StaffReads {
  const { principal, nowMs, requestId, origin } = operation;
  // a subgraph elsewhere without a store hands its entries to the gateway that asked
  const take = own === undefined ? operation.recordReads : own.audit.recordReads;
  if (take === undefined || principal.kind !== 'STAFF') return NOTHING;
  const customers = new Set<GlobalId>();
  return {
    saw(position) {
      for (const id of position.customers) customers.add(id);
    },
    record(subgraph) {
      if (customers.size === 0) return;
      const entry: AuditEntry = {
        atMs: nowMs,
        actorId: principal.actorId,
        action: 'read',
        outcome: 'DONE',
        requestId,
        detail: subgraph,
        ...(origin === undefined ? {} : { origin }),
      };
      take(entry, [...customers]);
      customers.clear();
    },
  };
}
