// One coherent world: relations hold both ways, actors exist, the same seed gives the same bytes.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACTORS, grantedFunctions } from './actors.ts';
import { idsOf, type Row, refs, rows } from './listing.ts';
import { type Simulator, startSimulator } from './simulator.ts';

const NOW = Date.parse('2026-11-15T10:00:00Z');
let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ now: () => NOW, subscribers: 5 });
});
afterAll(() => simulator.close());

describe('relations', () => {
  it('lead from customers to accounts, agreements and parties, and back', async () => {
    const customers = await rows(simulator, 'TMF629', 'customer');
    const accounts = await rows(simulator, 'TMF666', 'billingAccount');
    const agreements = await rows(simulator, 'TMF651', 'agreement');
    const parties = idsOf([
      ...(await rows(simulator, 'TMF632', 'individual')),
      ...(await rows(simulator, 'TMF632', 'organization')),
    ]);
    expect(customers).toHaveLength(9);
    for (const customer of customers) {
      expect(refs(customer.account)).toEqual(
        refs(accounts.filter(({ relatedParty }) => relatedParty[0].id === customer.id)),
      );
      expect(refs(customer.agreement)).toEqual(
        refs(agreements.filter(({ engagedParty }) => refs(engagedParty).includes(customer.id))),
      );
      expect(parties).toContain(customer.engagedParty.id);
      for (const id of refs(customer.relatedParty)) expect(parties).toContain(id);
    }
    for (const id of agreements.flatMap(({ engagedParty }) => refs(engagedParty))) {
      expect(parties.has(id) || idsOf(customers).has(id)).toBe(true);
    }
  });

  it('lead from products to offerings, prices, accounts, services and resources, and back', async () => {
    const products = await rows(simulator, 'TMF637', 'product');
    const services = new Map((await rows(simulator, 'TMF638', 'service')).map((row) => [row.id, row]));
    const resources = new Map((await rows(simulator, 'TMF639', 'resource')).map((row) => [row.id, row]));
    const offerings = new Map(
      (await rows(simulator, 'TMF620', 'productOffering')).map((row) => [row.id, row]),
    );
    const accounts = idsOf(await rows(simulator, 'TMF666', 'billingAccount'));
    const agreed = new Set(
      (await rows(simulator, 'TMF651', 'agreement')).flatMap(({ agreementItem }) =>
        refs(agreementItem[0].product),
      ),
    );
    expect(products).toHaveLength(services.size + 1);
    for (const product of products) {
      const offering = offerings.get(product.productOffering.id);
      expect(offering.productSpecification.id).toBe(product.productSpecification.id);
      for (const price of product.productPrice)
        expect(refs(offering.productOfferingPrice)).toContain(price.productOfferingPrice.id);
      expect(accounts).toContain(product.billingAccount.id);
      expect(agreed).toContain(product.id);
      for (const id of refs(product.realizingService)) {
        const service = services.get(id);
        expect(refs(service.relatedEntity)).toEqual([product.id]);
        expect(refs(service.relatedParty)).toEqual(refs(product.relatedParty));
        expect(refs(service.supportingResource)).toEqual(refs(product.realizingResource));
        for (const resource of refs(service.supportingResource)) {
          expect(refs(resources.get(resource).relatedParty)).toEqual(refs(service.relatedParty));
        }
      }
    }
    const group = products.find(({ id }) => id === 'prd-acme-group');
    const members = products.filter(
      ({ productRelationship }) => productRelationship?.[0].relationshipType === 'isMemberOf',
    );
    expect(group.productRelationship.map((each: Row) => each.product.id)).toEqual(refs(members));
  });

  it('hold inside the catalogue', async () => {
    const offerings = await rows(simulator, 'TMF620', 'productOffering');
    const prices = idsOf(await rows(simulator, 'TMF620', 'productOfferingPrice'));
    const categories = await rows(simulator, 'TMF620', 'category');
    const specifications = new Map(
      (await rows(simulator, 'TMF620', 'productSpecification')).map((row) => [row.id, row]),
    );
    expect(new Set(offerings.map(({ lifecycleStatus }) => lifecycleStatus))).toEqual(
      new Set(['Active', 'Retired', 'In design']),
    );
    expect(offerings.length).toBeGreaterThanOrEqual(18);
    for (const offering of offerings) {
      expect(specifications.has(offering.productSpecification.id)).toBe(true);
      for (const id of refs(offering.productOfferingPrice)) expect(prices).toContain(id);
      for (const id of refs(offering.bundledProductOffering)) expect(idsOf(offerings)).toContain(id);
      for (const id of refs(offering.category)) {
        expect(refs(categories.find((category) => category.id === id)?.productOffering)).toContain(
          offering.id,
        );
      }
    }
    for (const category of categories) {
      expect(refs(category.subCategory)).toEqual(
        refs(categories.filter(({ parentId }) => parentId === category.id)),
      );
    }
    for (const price of await rows(simulator, 'TMF620', 'productOfferingPrice')) {
      for (const use of price.prodSpecCharValueUse ?? []) {
        const { productSpecCharacteristic } = specifications.get(use.productSpecification.id);
        const characteristic = productSpecCharacteristic.find((each: Row) => each.name === use.name);
        const allowed = characteristic.productSpecCharacteristicValue.map(({ value }: Row) => value);
        for (const { value } of use.productSpecCharacteristicValue)
          if (value !== undefined) expect(allowed).toContain(value);
      }
    }
  });

  it('lead from services to objectives and measurements of the same indicators', async () => {
    const services = await rows(simulator, 'TMF638', 'service');
    const objectives = await rows(simulator, 'TMF657', 'serviceLevelObjective');
    const measurements = await rows(
      simulator,
      'TMF628',
      'performanceMeasurement?tag.granularity=P1D&validFor.startDateTime.gte=2026-11-15',
    );
    const active = services.filter(({ state }) => state === 'active');
    expect(measurements.map(({ tag }) => tag.serviceId)).toEqual(refs(active));
    for (const { tag, performanceIndicatorValue, validFor } of measurements) {
      const own = objectives.filter(
        (each) => each.serviceLevelObjectiveParameter.relatedEntity[0].id === tag.serviceId,
      );
      expect(own.map((each) => each.serviceLevelObjectiveParameter.name)).toEqual(
        performanceIndicatorValue.map((each: Row) => each.performanceIndicatorSpecification.name),
      );
      expect(validFor).toEqual({
        startDateTime: '2026-11-15T00:00:00.000Z',
        endDateTime: '2026-11-15T10:00:00.000Z',
      });
    }
  });
});

it('has actors whose customers, services, sites and contracts exist', async () => {
  const customers = idsOf(await rows(simulator, 'TMF629', 'customer'));
  const services = await rows(simulator, 'TMF638', 'service');
  const agreements = await rows(simulator, 'TMF651', 'agreement');
  for (const actor of ACTORS) {
    if (actor.customer !== undefined) expect(customers).toContain(actor.customer);
    for (const grant of actor.grants) {
      expect(grantedFunctions(actor, grant).length).toBeGreaterThan(0);
      const { scope } = grant;
      if (scope.kind === 'SERVICES') for (const id of scope.ids) expect(idsOf(services)).toContain(id);
      if (scope.kind === 'SITES')
        for (const id of scope.ids) expect(services.some(({ place }) => refs(place).includes(id))).toBe(true);
      if (grant.functions !== 'CONTRACT') continue;
      const agreement = agreements.find(({ engagedParty }) =>
        refs(engagedParty).includes(actor.customer ?? ''),
      );
      const named = agreement.characteristic.find(({ name }: Row) => name === 'ssmFunctions').value;
      expect(grantedFunctions(actor, grant)).toEqual(named);
    }
  }
});

it('is the same for the same seed and another for another', async () => {
  const LISTS = [
    ['TMF638', 'service'],
    ['TMF637', 'product'],
    ['TMF678', 'customerBill'],
    ['TMF635', 'usage?relatedParty.id=cust-family'],
    ['TMF628', 'performanceMeasurement?tag.customerId=cust-acme'],
  ] as const;
  const bytes = async (seed: number): Promise<string> => {
    const other = await startSimulator({ now: () => NOW, subscribers: 5, seed });
    try {
      const lists = await Promise.all(LISTS.map(([api, path]) => rows(other, api, path)));
      return JSON.stringify(lists).replaceAll(other.url, '');
    } finally {
      await other.close();
    }
  };
  const [first, again, different] = [await bytes(3), await bytes(3), await bytes(4)];
  expect(first === again).toBe(true);
  expect(first === different).toBe(false);
});
