// How many REST calls each client operation costs from cold caches, and why no fewer would do.

export interface Bound {
  readonly operation: string;
  /** The requirement that it serves. */
  readonly promise: string;
  readonly calls: number;
  readonly because: string;
}

/** In the order in which they are run, each a quarter of an hour after the one before: a new operation goes to the end. */
export const LOWER_BOUNDS: readonly Bound[] = [
  {
    operation: 'MobileHome',
    promise: 'SSM-D-03',
    calls: 2,
    because: 'the service (638) says whose it is and is shown; its real-time usage is another API (677)',
  },
  {
    operation: 'MobileUsageDetail',
    promise: 'SSM-D-04',
    calls: 3,
    because: 'service (638), real-time usage (677) and records (635) are three APIs',
  },
  {
    operation: 'MobileBillDetail',
    promise: 'SSM-D-01',
    calls: 3,
    because: 'bill and lines are two resources of 678; lines name no party: the account (666) says whose',
  },
  {
    operation: 'MobileMyServices',
    promise: 'SSM-B-05',
    calls: 2,
    because: 'all services in one page (638); their usage in one task (677)',
  },
  {
    operation: 'PortalCatalogue',
    promise: 'SSM-B-01',
    calls: 4,
    because: 'offerings, prices, root categories and their children are four questions of 620',
  },
  {
    operation: 'PortalOfferingPrice',
    promise: 'SSM-B-02',
    calls: 3,
    because: 'offering, specification and its prices are three resources of 620, each named by the first',
  },
  {
    operation: 'PortalAvailability',
    promise: 'SSM-B-04',
    calls: 2,
    because: 'qualification of both kinds is one task (645); free numbers are another API (639)',
  },
  {
    operation: 'PortalCustomerOverview',
    promise: 'SSM-B-05',
    calls: 8,
    because:
      'customer (629), agreements (651), products (637), services (638), offerings (620), accounts (666), and the latest bill of each of two accounts (678): TMF630 has no "latest per account"',
  },
  {
    operation: 'DashboardObjectives',
    promise: 'SSM-C-11',
    calls: 3,
    because: 'services (638), objectives (657) and measurements (628), each once for all services',
  },
  {
    operation: 'DashboardAvailabilityBySite',
    promise: 'SSM-C-06',
    calls: 2,
    because: 'services with their sites (638), measurements of all of them (628)',
  },
  {
    operation: 'DashboardUsageByLine',
    promise: 'SSM-D-03',
    calls: 5,
    because: 'services (638), products (637), objectives (657), measurements (628), usage (677): one each',
  },
  {
    operation: 'DashboardSpendByNumber',
    promise: 'SSM-D-06',
    calls: 3,
    because: 'accounts (666), their charges (678), and the names of the services (638)',
  },
];
