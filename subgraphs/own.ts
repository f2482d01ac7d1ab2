// What the gateway owns, as subgraphs reach it: the store, the bus between instances, the audit log.
import type { TopicBus } from '../schema/ports.ts';
import type { StoredAudit } from './store/audit.ts';
import type { Store } from './store/store.ts';

export interface Own {
  readonly store: Store;
  readonly bus: TopicBus;
  readonly audit: StoredAudit;
}
