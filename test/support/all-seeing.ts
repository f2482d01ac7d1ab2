// Somebody of the provider's own who holds every function over every customer.
import { FUNCTIONS } from '../../schema/access.ts';

export const ALL_SEEING = {
  actorId: 'all-seeing',
  kind: 'STAFF',
  displayName: 'Whole operations centre',
  grants: [{ functions: Object.keys(FUNCTIONS), scope: { kind: 'EVERY_CUSTOMER' } }],
} as const;
