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
  'PAYMENT_VIEW',
  'PAYMENT_METHOD_MANAGE',
  'BALANCE_VIEW',
  'BALANCE_TOP_UP',
  'BALANCE_TRANSFER',
  'ALERT_VIEW',
  'ALERT_SET',
  'AUTHORIZATION_VIEW',
  'AUDIT_VIEW',
  'PERSONAL_DATA_MANAGE',
];

// whoever has more than one line has more than one person
const POSTPAID = [
  ...PREPAID,
  'ACCOUNT_VIEW',
  'BILL_VIEW',
  'BILL_PAY',
  'BILLING_CHANGE',
  'AUTHORIZATION_GRANT',
  'AUTHORIZATION_ENABLE',
  'AUTHORITY_GIVE',
  'ACTOR_MANAGE',
];

const ENTERPRISE = [...POSTPAID, 'CALL_ANALYSIS_VIEW'];

export const CONTRACT_FUNCTIONS: Readonly<Record<Segment, readonly string[]>> = {
  enterprise: ENTERPRISE,
  residential: POSTPAID,
  prepaid: PREPAID,
};
