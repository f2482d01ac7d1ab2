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
  {
    operation: 'MobileAllowances',
    promise: 'SSM-D-03',
    calls: 4,
    because:
      'the service (638) says whose it is; usage (677) names who shares (638 again) and the products whose prices are asked for (637)',
  },
  {
    operation: 'DashboardCompanyUsage',
    promise: 'SSM-D-03',
    calls: 3,
    because: 'all services in one page (638), their usage in one task (677), the group’s product (637)',
  },
  {
    operation: 'DashboardCallCentre',
    promise: 'SSM-C-12',
    calls: 0,
    because: 'calls are counted as their records come',
  },
  {
    operation: 'MobileLiveUsage',
    promise: 'SSM-D-01',
    calls: 2,
    because: 'the first state is the query: whose service it is (638), and its real-time usage (677)',
  },
  {
    operation: 'PortalSetAlert',
    promise: 'SSM-D-11',
    calls: 1,
    because: 'the service (638) says whose it is; the alert is the gateway’s own',
  },
  {
    operation: 'MobileAlerts',
    promise: 'SSM-D-11',
    calls: 1,
    because: 'the service (638) says whose it is now',
  },
  {
    operation: 'MobilePayBill',
    promise: 'SSM-D-08',
    calls: 4,
    because: 'bill (678) and method (670) as they are now, the charge (676), and the bill as it is then',
  },
  {
    operation: 'MobilePrepaid',
    promise: 'SSM-D-09',
    calls: 3,
    because: 'balances and their history are two resources of 654; methods are another API (670)',
  },
  {
    operation: 'MobileTopUp',
    promise: 'SSM-D-09',
    calls: 4,
    because: 'balance (654) and method (670) as they are now, the top-up, and the balance as it is then',
  },
  {
    operation: 'PortalPayBills',
    promise: 'SSM-D-08',
    calls: 4,
    because:
      'two bills as they are now, one by one and not as anybody keeps them (678), method (670), one charge (676)',
  },
  {
    operation: 'PortalBillingSettings',
    promise: 'SSM-D-07',
    calls: 4,
    because: 'the account and what it can be billed by are four resources of 666',
  },
  {
    operation: 'PortalChangeBilling',
    promise: 'SSM-D-07',
    calls: 3,
    because: 'the account and cycles are two resources of 666; when the next bill comes the bills say (678)',
  },
  {
    operation: 'MobileBillForecast',
    promise: 'SSM-D-02',
    calls: 2,
    because:
      'the account (666) says whose it is; its charges of this period and three before it are one page (678)',
  },
  {
    operation: 'PortalBillSearch',
    promise: 'SSM-D-01',
    calls: 1,
    because: 'bills say whose they are: one page (678)',
  },
  {
    operation: 'PortalBillSummary',
    promise: 'SSM-D-01',
    calls: 4,
    because:
      'bill, all its lines and a page of its credits are three questions of 678; lines name no party: the account (666) says whose',
  },
  {
    operation: 'DashboardUsageContrast',
    promise: 'SSM-D-05',
    calls: 10,
    because:
      'bill and lines (678), the account (666), its products (637), and six pages of 1000 records of a month (635)',
  },
  {
    operation: 'PortalSlaViolations',
    promise: 'SSM-C-04',
    calls: 5,
    because:
      'violations (623) name the objectives (657) that name their services (638); credits are charges (678), and the accounts (666) say whose they are',
  },
];
