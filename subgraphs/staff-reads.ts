// What provider staff reads of customers, for the audit log: each customer once for every subgraph call.
import type { Position } from '../schema/access.ts';
import type { GlobalId } from '../schema/id.ts';
import type { Operation } from '../schema/ports.ts';
import type { Own } from './own.ts';

/** A list over very many customers is one entry without a customer, besides those of the first ones. */
const MAX_CUSTOMERS = 50;

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
  const take = own === undefined ? operation.record : own.audit.record;
  if (take === undefined || principal.kind !== 'STAFF') return NOTHING;
  const customers = new Set<GlobalId>();
  return {
    saw(position) {
      for (const id of position.customers) customers.add(id);
    },
    record(subgraph) {
      const entry = {
        atMs: nowMs,
        actorId: principal.actorId,
        action: 'read',
        outcome: 'DONE',
        requestId,
        detail: subgraph,
        ...(origin === undefined ? {} : { origin }),
      } as const;
      for (const customerId of [...customers].slice(0, MAX_CUSTOMERS))
        take({ ...entry, customerId, objectId: customerId });
      if (customers.size > MAX_CUSTOMERS)
        take({ ...entry, detail: `${subgraph}: ${customers.size} customers` });
      customers.clear();
    },
  };
}
