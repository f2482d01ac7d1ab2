// One row for each TM Forum API: where it lives below a provider, what it holds, its measured limits.

interface Row {
  /** The version that most operators run; a providers file may name another. */
  readonly version: string;
  /** Path below the provider's base URL, by version, as the published description has it. */
  readonly paths: Readonly<Record<string, string>>;
  readonly resources: readonly string[];
  /** Resources whose POST asks and changes nothing: they may be sent again. */
  readonly tasks: readonly string[];
  readonly batch: { readonly by: 'id'; readonly maxIds: number; readonly maxUrlLength: number };
  readonly page: { readonly max: number };
  readonly timeoutMs: number;
  readonly concurrency: number;
  /** The paths that filters may name, where the description leaves no others; a profile may say otherwise. */
  readonly filters?: readonly string[];
}

type Differences = Pick<Row, 'version' | 'paths' | 'resources'> & Partial<Row>;

const row = (differences: Differences): Row => ({
  tasks: [],
  // 8 KiB is the shortest request line that common proxies take; the rest is left for the base path
  batch: { by: 'id', maxIds: 200, maxUrlLength: 7_000 },
  page: { max: 1_000 },
  timeoutMs: 5_000,
  concurrency: 32,
  ...differences,
});

/** A new TM Forum API is one entry here. */
export const BACKENDS = {
  TMF620: row({
    version: 'v4',
    paths: { v4: '/tmf-api/productCatalogManagement/v4', v5: '/productCatalogManagement/v5' },
    resources: ['catalog', 'category', 'productOffering', 'productOfferingPrice', 'productSpecification'],
  }),
  TMF621: row({
    version: 'v4',
    paths: { v4: '/tmf-api/troubleTicket/v4', v5: '/tmf-api/troubleTicket/v5' },
    resources: ['troubleTicket'],
  }),
  TMF622: row({
    version: 'v4',
    paths: { v4: '/tmf-api/productOrderingManagement/v4', v5: '/productOrderingManagement/v5' },
    resources: ['productOrder', 'cancelProductOrder'],
  }),
  TMF623: row({
    version: 'v2',
    paths: { v2: '/DSLAManagement/api/slaManagement/v2' },
    resources: ['sla', 'slaViolation'],
    // its references are addresses: there are no ids to filter by
    filters: ['id', 'date'],
  }),
  TMF628: row({
    version: 'v5',
    paths: { v4: '/tmf-api/performance/v4', v5: '/tmf-api/performance/v5' },
    resources: ['performanceMeasurement', 'measurementCollectionJob', 'performanceIndicatorSpecification'],
    timeoutMs: 10_000,
  }),
  TMF629: row({
    version: 'v4',
    paths: { v4: '/tmf-api/customerManagement/v4', v5: '/tmf-api/customer/v5' },
    resources: ['customer'],
  }),
  TMF632: row({
    version: 'v4',
    paths: { v4: '/tmf-api/party/v4', v5: '/partyManagement/v5' },
    resources: ['individual', 'organization'],
  }),
  TMF635: row({
    version: 'v4',
    paths: { v4: '/tmf-api/usageManagement/v4' },
    resources: ['usage', 'usageSpecification'],
    timeoutMs: 10_000,
  }),
  TMF637: row({
    version: 'v4',
    paths: { v4: '/tmf-api/productInventory/v4', v5: '/productInventory/v5' },
    resources: ['product'],
  }),
  TMF638: row({
    version: 'v4',
    paths: {
      v3: '/tmf-api/serviceInventory/v3',
      v4: '/tmf-api/serviceInventory/v4',
      v5: '/tmf-api/serviceInventory/v5',
    },
    resources: ['service'],
  }),
  TMF639: row({
    version: 'v4',
    paths: { v4: '/tmf-api/resourceInventoryManagement/v4', v5: '/resourceInventoryManagement/v5' },
    resources: ['resource'],
  }),
  TMF640: row({
    version: 'v4',
    paths: {
      v3: '/tmf-api/ServiceActivationAndConfiguration/v3',
      v4: '/tmf-api/ServiceActivationAndConfiguration/v4',
      v5: '/tmf-api/serviceActivationConfiguration/v5',
    },
    resources: ['service', 'monitor'],
  }),
  TMF641: row({
    version: 'v4',
    paths: {
      v3: '/tmf-api/serviceOrdering/v3',
      v4: '/tmf-api/serviceOrdering/v4',
      v5: '/serviceOrdering/v5',
    },
    resources: ['serviceOrder', 'cancelServiceOrder'],
  }),
  TMF642: row({
    version: 'v4',
    paths: { v4: '/tmf-api/alarm/v4', v5: '/tmf-api/alarmManagement/v4' },
    resources: ['alarm'],
  }),
  TMF645: row({
    version: 'v4',
    paths: {
      v3: '/tmf-api/serviceQualificationManagement/v3',
      v4: '/tmf-api/serviceQualificationManagement/v4',
      v5: '/serviceQualificationManagement/v5',
    },
    resources: ['checkServiceQualification', 'queryServiceQualification'],
    tasks: ['checkServiceQualification', 'queryServiceQualification'],
  }),
  TMF651: row({
    version: 'v4',
    paths: { v4: '/tmf-api/agreementManagement/v4', v5: '/tmf-api/agreementManagement/v5' },
    resources: ['agreement', 'agreementSpecification'],
  }),
  TMF653: row({
    version: 'v4',
    paths: {
      v3: '/tmf-api/serviceTestManagement/v3',
      v4: '/tmf-api/serviceTestManagement/v4',
      v5: '/tmf-api/serviceTestManagement/v5',
    },
    resources: ['serviceTest', 'serviceTestSpecification'],
  }),
  TMF654: row({
    version: 'v4',
    paths: { v4: '/tmf-api/prepayBalanceManagement/v4' },
    resources: ['bucket', 'accumulatedBalance', 'topupBalance', 'transferBalance', 'balanceActionHistory'],
  }),
  TMF656: row({
    version: 'v4',
    paths: {
      v3: '/tmf-api/serviceProblemManagement/v3',
      v4: '/tmf-api/serviceProblemManagement/v4',
      v5: '/tmf-api/serviceProblemManagement/v5',
    },
    resources: ['serviceProblem', 'serviceProblemEventRecord'],
  }),
  TMF657: row({
    version: 'v4',
    paths: { v4: '/tmf-api/serviceQualityManagement/v4' },
    resources: ['serviceLevelObjective', 'serviceLevelSpecification'],
  }),
  TMF666: row({
    version: 'v4',
    paths: { v4: '/tmf-api/accountManagement/v4', v5: '/tmf-api/accountManagement/v5' },
    resources: [
      ...['billingAccount', 'financialAccount', 'partyAccount', 'settlementAccount'],
      ...['billingCycleSpecification', 'billFormat', 'billPresentationMedia'],
    ],
  }),
  TMF667: row({
    version: 'v4',
    paths: { v4: '/tmf-api/document/v4' },
    resources: ['document'],
  }),
  TMF670: row({
    version: 'v4',
    paths: { v4: '/tmf-api/paymentMethod/v4', v5: '/tmf-api/paymentMethod/v5' },
    resources: ['paymentMethod'],
  }),
  TMF676: row({
    version: 'v4',
    // shorter than the others', as published
    paths: { v4: '/payment/v4' },
    resources: ['payment', 'refund'],
  }),
  TMF677: row({
    version: 'v4',
    paths: {
      v3: '/tmf-api/usageConsumption/v3',
      v4: '/tmf-api/usageConsumption/v4',
      v5: '/tmf-api/usageConsumption/v5',
    },
    resources: ['queryUsageConsumption'],
    tasks: ['queryUsageConsumption'],
    // real-time usage: a charging system that is late is as good as absent
    timeoutMs: 3_000,
  }),
  TMF678: row({
    version: 'v4',
    paths: { v4: '/tmf-api/customerBillManagement/v4', v5: '/tmf-api/customerBillManagement/v5' },
    resources: ['customerBill', 'customerBillOnDemand', 'appliedCustomerBillingRate'],
  }),
  TMF681: row({
    version: 'v4',
    paths: { v4: '/tmf-api/communicationManagement/v4' },
    resources: ['communicationMessage'],
  }),
} as const satisfies Record<string, Row>;

export type Api = keyof typeof BACKENDS;

export function backEndRow(api: Api): Row {
  return BACKENDS[api];
}

export function isApi(name: string): name is Api {
  return Object.hasOwn(BACKENDS, name);
}

/** The API that holds a resource; names are compared without case, as notifications spell them freely. */
export function apiOfResource(resource: string): { api: Api; resource: string } | undefined {
  const wanted = resource.toLowerCase();
  for (const [api, { resources }] of Object.entries(BACKENDS)) {
    const known = resources.find((name) => name.toLowerCase() === wanted);
    if (known !== undefined && isApi(api)) return { api, resource: known };
  }
  return undefined;
}
