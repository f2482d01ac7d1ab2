// What the gateway owns, as subgraphs reach it: the store, the bus between instances, the audit log, the contracts.
import type { ContractReader, TopicBus } from '../schema/ports.ts';
import type { StoredAudit } from './store/audit.ts';
import type { Store } from './store/store.ts';

export interface Own {
  readonly store: Store;
  readonly bus: TopicBus;
  readonly audit: StoredAudit;
  readonly contracts: ContractReader;
}
