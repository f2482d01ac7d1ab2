// The self-service functions that contracts of each segment allow.
import type { Segment } from './customer-model.ts';

const PREPAID = [
  'AVAILABILITY_CHECK',
  'CUSTOMER_VIEW',
  'PERSON_VIEW',
  'PRODUCT_VIEW',
  'SERVICE_VIEW',
  'CONFIGURATION_VIEW',
  'RESOURCE_VIEW',
  'PERFORMANCE_VIEW',
  'USAGE_VIEW',
  'USAGE_RECORD_VIEW',
  'CHARGE_VIEW',
  'AUTHORIZATION_VIEW',
  'AUDIT_VIEW',
  'PERSONAL_DATA_MANAGE',
];

// whoever has more than one line has more than one person
const POSTPAID = [
  ...PREPAID,
  'ACCOUNT_VIEW',
  'BILL_VIEW',
  'AUTHORIZATION_GRANT',
  'AUTHORIZATION_ENABLE',
  'AUTHORITY_GIVE',
];

export const CONTRACT_FUNCTIONS: Readonly<Record<Segment, readonly string[]>> = {
  enterprise: POSTPAID,
  residential: POSTPAID,
  prepaid: PREPAID,
};
