// The APIs that the simulator serves: number, version and published path.
import type { ApiAddress } from './server/api.ts';

export interface ListedApi extends ApiAddress {
  readonly resources: readonly string[];
}

export const API_LIST: readonly ListedApi[] = [
  {
    api: 'TMF620',
    version: 'v4',
    path: '/tmf-api/productCatalogManagement/v4',
    resources: ['catalog', 'category', 'productOffering', 'productOfferingPrice', 'productSpecification'],
  },
  {
    api: 'TMF622',
    version: 'v4',
    path: '/tmf-api/productOrderingManagement/v4',
    resources: ['productOrder', 'cancelProductOrder'],
  },
  {
    api: 'TMF623',
    version: 'v2',
    path: '/DSLAManagement/api/slaManagement/v2',
    resources: ['sla', 'slaViolation'],
  },
  {
    api: 'TMF628',
    version: 'v5',
    path: '/tmf-api/performance/v5',
    resources: ['performanceMeasurement', 'performanceIndicatorSpecification', 'measurementCollectionJob'],
  },
  { api: 'TMF629', version: 'v4', path: '/tmf-api/customerManagement/v4', resources: ['customer'] },
  { api: 'TMF632', version: 'v4', path: '/tmf-api/party/v4', resources: ['individual', 'organization'] },
  {
    api: 'TMF635',
    version: 'v4',
    path: '/tmf-api/usageManagement/v4',
    resources: ['usage', 'usageSpecification'],
  },
  { api: 'TMF637', version: 'v4', path: '/tmf-api/productInventory/v4', resources: ['product'] },
  { api: 'TMF638', version: 'v4', path: '/tmf-api/serviceInventory/v4', resources: ['service'] },
  { api: 'TMF639', version: 'v4', path: '/tmf-api/resourceInventoryManagement/v4', resources: ['resource'] },
  {
    api: 'TMF642',
    version: 'v4',
    path: '/tmf-api/alarm/v4',
    resources: [
      'alarm',
      'ackAlarms',
      'unAckAlarms',
      'clearAlarms',
      'commentAlarms',
      'groupAlarms',
      'unGroupAlarms',
    ],
  },
  {
    api: 'TMF645',
    version: 'v4',
    path: '/tmf-api/serviceQualificationManagement/v4',
    resources: ['checkServiceQualification', 'queryServiceQualification'],
  },
  {
    api: 'TMF651',
    version: 'v4',
    path: '/tmf-api/agreementManagement/v4',
    resources: ['agreement', 'agreementSpecification'],
  },
  {
    api: 'TMF654',
    version: 'v4',
    path: '/tmf-api/prepayBalanceManagement/v4',
    resources: ['bucket', 'accumulatedBalance', 'topupBalance', 'transferBalance', 'balanceActionHistory'],
  },
  {
    api: 'TMF657',
    version: 'v4',
    path: '/tmf-api/serviceQualityManagement/v4',
    resources: ['serviceLevelObjective', 'serviceLevelSpecification'],
  },
  {
    api: 'TMF666',
    version: 'v4',
    path: '/tmf-api/accountManagement/v4',
    resources: [
      'billingAccount',
      'partyAccount',
      'billingCycleSpecification',
      'billFormat',
      'billPresentationMedia',
    ],
  },
  { api: 'TMF667', version: 'v4', path: '/tmf-api/document/v4', resources: ['document'] },
  { api: 'TMF670', version: 'v4', path: '/tmf-api/paymentMethod/v4', resources: ['paymentMethod'] },
  // its published base path is short, unlike the others'
  { api: 'TMF676', version: 'v4', path: '/payment/v4', resources: ['payment'] },
  {
    api: 'TMF677',
    version: 'v4',
    path: '/tmf-api/usageConsumption/v4',
    resources: ['queryUsageConsumption'],
  },
  {
    api: 'TMF678',
    version: 'v4',
    path: '/tmf-api/customerBillManagement/v4',
    resources: ['customerBill', 'appliedCustomerBillingRate', 'customerBillOnDemand'],
  },
  {
    api: 'TMF681',
    version: 'v4',
    path: '/tmf-api/communicationManagement/v4',
    resources: ['communicationMessage'],
  },
];
