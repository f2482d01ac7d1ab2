// The client operations that are asked of back ends that deviate: every API that is read, in each way of reading it.

export const JOURNEYS: readonly string[] = [
  'MobileHome',
  'MobileUsageDetail',
  'MobileBillDetail',
  'MobileMyServices',
  'PortalCatalogue',
  'PortalOfferingPrice',
  'PortalAvailability',
  'PortalCustomerOverview',
  'DashboardObjectives',
  'DashboardAvailabilityBySite',
  'DashboardUsageByLine',
  'DashboardSpendByNumber',
];
