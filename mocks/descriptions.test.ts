// Every kind of row, checked against TM Forum's published description where TMF_SPECS names their folder.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DESCRIPTIONS, validator } from './description-fixture.ts';
import { type Simulator, startSimulator } from './simulator.ts';

const NOW = Date.parse('2026-11-15T10:00:00Z');

/** Resource, description, schema, and the query that lists a good sample. */
const SAMPLES: readonly (readonly [
  api: string,
  resource: string,
  file: string,
  schema: string,
  query: string,
])[] = [
  ['TMF620', 'category', 'TMF620-v4', 'Category', ''],
  ['TMF620', 'productOffering', 'TMF620-v4', 'ProductOffering', ''],
  ['TMF620', 'productOfferingPrice', 'TMF620-v4', 'ProductOfferingPrice', 'limit=500'],
  ['TMF620', 'productSpecification', 'TMF620-v4', 'ProductSpecification', ''],
  ['TMF620', 'catalog', 'TMF620-v4', 'Catalog', ''],
  ['TMF622', 'productOrder', 'TMF622-v4', 'ProductOrder', ''],
  ['TMF623', 'sla', 'TMF623-v2', 'Sla', ''],
  ['TMF623', 'slaViolation', 'TMF623-v2', 'SlaViolation', ''],
  [
    'TMF628',
    'performanceMeasurement',
    'TMF628-v5',
    'PerformanceMeasurementAtomic',
    'tag.customerId=cust-acme&limit=1000',
  ],
  ['TMF628', 'performanceIndicatorSpecification', 'TMF628-v5', 'PerformanceIndicatorSpecification', ''],
  ['TMF628', 'measurementCollectionJob', 'TMF628-v5', 'MeasurementCollectionJob', ''],
  ['TMF629', 'customer', 'TMF629-v4', 'Customer', ''],
  ['TMF632', 'individual', 'TMF632-v4', 'Individual', ''],
  ['TMF632', 'organization', 'TMF632-v4', 'Organization', ''],
  ['TMF635', 'usage', 'TMF635-v4', 'Usage', 'relatedParty.id=cust-acme&limit=1000&usageDate.gte=2026-11-14'],
  ['TMF635', 'usage', 'TMF635-v4', 'Usage', 'usageCharacteristic.value=svc-acme-cc-1&limit=200'],
  ['TMF635', 'usageSpecification', 'TMF635-v4', 'UsageSpecification', ''],
  ['TMF637', 'product', 'TMF637-v4', 'Product', ''],
  ['TMF638', 'service', 'TMF638-v4', 'Service', ''],
  ['TMF639', 'resource', 'TMF639-v4', 'LogicalResource', '@type=LogicalResource&limit=1000'],
  ['TMF639', 'resource', 'TMF639-v4', 'PhysicalResource', '@type=PhysicalResource&limit=1000'],
  ['TMF642', 'alarm', 'TMF642-v4', 'Alarm', ''],
  ['TMF651', 'agreement', 'TMF651-v4', 'Agreement', ''],
  ['TMF651', 'agreementSpecification', 'TMF651-v4', 'AgreementSpecification', ''],
  ['TMF654', 'bucket', 'TMF654-v4', 'Bucket', ''],
  ['TMF654', 'accumulatedBalance', 'TMF654-v4', 'AccumulatedBalance', ''],
  ['TMF654', 'topupBalance', 'TMF654-v4', 'TopupBalance', ''],
  ['TMF654', 'balanceActionHistory', 'TMF654-v4', 'BalanceActionHistory', ''],
  ['TMF657', 'serviceLevelObjective', 'TMF657-v4', 'ServiceLevelObjective', 'limit=1000'],
  ['TMF657', 'serviceLevelSpecification', 'TMF657-v4', 'ServiceLevelSpecification', ''],
  ['TMF666', 'billingAccount', 'TMF666-v4', 'BillingAccount', ''],
  ['TMF666', 'billingCycleSpecification', 'TMF666-v4', 'BillingCycleSpecification', ''],
  ['TMF666', 'billFormat', 'TMF666-v4', 'BillFormat', ''],
  ['TMF666', 'billPresentationMedia', 'TMF666-v4', 'BillPresentationMedia', ''],
  ['TMF670', 'paymentMethod', 'TMF670-v4', 'TokenizedCard', ''],
  ['TMF676', 'payment', 'TMF676-v4', 'Payment', ''],
  ['TMF678', 'customerBill', 'TMF678-v4', 'CustomerBill', ''],
  ['TMF678', 'appliedCustomerBillingRate', 'TMF678-v4', 'AppliedCustomerBillingRate', 'limit=1000'],
  ['TMF681', 'communicationMessage', 'TMF681-v4', 'CommunicationMessage', ''],
];

const cents = (amount: number): object => ({ unit: 'EUR', value: amount / 100 });

const TASKS: readonly (readonly [
  api: string,
  resource: string,
  file: string,
  schema: string,
  body: object,
])[] = [
  [
    'TMF622',
    'productOrder',
    'TMF622-v4',
    'ProductOrder',
    {
      externalId: 'cart-1',
      relatedParty: [{ id: 'cust-acme', role: 'customer', '@referredType': 'Customer' }],
      productOrderItem: [{ id: '1', action: 'add', productOffering: { id: 'off-mobile-m' } }],
    },
  ],
  [
    'TMF622',
    'cancelProductOrder',
    'TMF622-v4',
    'CancelProductOrder',
    { productOrder: { id: 'ord-acme-m-01' } },
  ],
  [
    'TMF642',
    'ackAlarms',
    'TMF642-v4',
    'AckAlarms',
    { ackUserId: 'soc', ackedAlarm: [{ id: 'alm-acme-bb-2-20261101' }] },
  ],
  [
    'TMF645',
    'checkServiceQualification',
    'TMF645-v4',
    'CheckServiceQualification',
    {
      serviceQualificationItem: ['site-acme-hq', 'place-1003', 'place-1005', 'nowhere'].map((id) => ({
        service: { serviceType: 'broadband', place: [{ id, role: 'installationAddress' }] },
      })),
    },
  ],
  [
    'TMF645',
    'queryServiceQualification',
    'TMF645-v4',
    'QueryServiceQualification',
    { searchCriteria: { service: { place: [{ id: 'place-1001', role: 'installationAddress' }] } } },
  ],
  [
    'TMF677',
    'queryUsageConsumption',
    'TMF677-v4',
    'QueryUsageConsumption',
    { searchCriteria: { relatedParty: [{ id: 'cust-acme', '@referredType': 'Customer' }] } },
  ],
  [
    'TMF678',
    'customerBillOnDemand',
    'TMF678-v4',
    'CustomerBillOnDemand',
    { billingAccount: { id: 'acc-family' } },
  ],
  [
    'TMF681',
    'communicationMessage',
    'TMF681-v4',
    'CommunicationMessage',
    {
      content: 'Your order is on its way',
      messageType: 'SMS',
      receiver: [{ phoneNumber: '33639980001' }],
      sender: { name: 'Aurora Telecom' },
    },
  ],
  [
    'TMF676',
    'payment',
    'TMF676-v4',
    'Payment',
    {
      account: { id: 'acc-family' },
      paymentMethod: { id: 'pm-family-card' },
      correlatorId: 'mine',
      paymentItem: [
        { item: { id: 'bill-acc-family-2026-10', '@referredType': 'CustomerBill' }, totalAmount: cents(100) },
      ],
      totalAmount: cents(100),
    },
  ],
  [
    'TMF670',
    'paymentMethod',
    'TMF670-v4',
    'TokenizedCard',
    {
      '@type': 'tokenizedCard',
      name: 'Another card',
      token: 'tok_another',
      lastFourDigits: '1111',
      expirationDate: '2030-01-31T00:00:00Z',
      relatedParty: { id: 'cust-family', role: 'customer', '@referredType': 'Customer' },
    },
  ],
  [
    'TMF654',
    'topupBalance',
    'TMF654-v4',
    'TopupBalance',
    {
      amount: { amount: 5, units: 'EUR' },
      usageType: 'monetary',
      bucket: { id: 'bal-prepaid-main' },
      partyAccount: { id: 'acc-prepaid' },
      paymentMethod: { id: 'pm-prepaid-card' },
    },
  ],
  [
    'TMF654',
    'transferBalance',
    'TMF654-v4',
    'TransferBalance',
    {
      reason: 'travel',
      channel: { id: 'self-service' },
      amount: { amount: 2, units: 'EUR' },
      usageType: 'monetary',
      receiverBucketUsageType: 'monetary',
      bucket: { id: 'bal-prepaid-main' },
      receiverBucket: { id: 'bal-prepaid-travel' },
      logicalResource: [{ id: 'res-msisdn-prepaid-m-1' }],
      receiverLogicalResource: { id: 'res-msisdn-prepaid-m-1' },
    },
  ],
];

describe.skipIf(DESCRIPTIONS === undefined)('rows are as TM Forum describes them', () => {
  let simulator: Simulator;
  beforeAll(async () => {
    simulator = await startSimulator({ now: () => NOW, subscribers: 3 });
  });
  afterAll(() => simulator.close());

  const address = (api: string): string => simulator.apis.find((each) => each.api === api)?.baseUrl ?? '';

  it.each(SAMPLES)('%s %s', async (api, resource, file, schema, query) => {
    const answer = await fetch(`${address(api)}/${resource}?${query}`);
    // a list is an array; what is in it is what the test is about
    const rows = (await answer.json()) as unknown[];
    expect(rows.length).toBeGreaterThan(0);
    const validate = validator(file, schema);
    for (const row of rows) {
      validate(row);
      expect({ row, errors: validate.errors }).toEqual({ row, errors: null });
    }
  });

  it.each(TASKS)('%s %s', async (api, resource, file, schema, body) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${address(api)}/${resource}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    expect(answer.status).toBe(201);
    const validate = validator(file, schema);
    const row = await answer.json();
    validate(row);
    expect({ row, errors: validate.errors }).toEqual({ row, errors: null });
  });
});

it.runIf(DESCRIPTIONS === undefined)('says why descriptions were not checked', () => {
  process.stderr.write(
    'mocks/descriptions.test.ts: skipped, TMF_SPECS does not name a folder of TM Forum descriptions\n',
  );
  expect(DESCRIPTIONS).toBeUndefined();
});
