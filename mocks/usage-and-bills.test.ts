// Usage, charges and bills agree with one another, and usage moves with time.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { consumption, idsOf, type Row, refs, rows } from './listing.ts';
import { type Simulator, startSimulator } from './simulator.ts';

const NOW = Date.parse('2026-11-15T10:00:00Z');
let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ now: () => NOW, subscribers: 5 });
});
afterAll(() => simulator.close());

describe('money', () => {
  it('of lines adds up to the bill, and the latest bill is the balance', async () => {
    const cents = (amount: Row): number => Math.round(amount.value * 100);
    const bills = await rows(simulator, 'TMF678', 'customerBill');
    const lines = await rows(simulator, 'TMF678', 'appliedCustomerBillingRate?isBilled=true');
    const accounts = await rows(simulator, 'TMF666', 'billingAccount');
    const documents = idsOf(await rows(simulator, 'TMF667', 'document'));
    expect(bills).toHaveLength(6 * 9);
    for (const bill of bills) {
      const own = lines.filter((line) => line.bill.id === bill.id);
      const sum = (pick: (line: Row) => Row): number =>
        own.reduce((total, line) => total + cents(pick(line)), 0);
      expect(own.length).toBeGreaterThan(0);
      expect(sum((line) => line.taxExcludedAmount)).toBe(cents(bill.taxExcludedAmount));
      expect(sum((line) => line.appliedTax[0].taxAmount)).toBe(cents(bill.taxItem[0].taxAmount));
      expect(sum((line) => line.taxIncludedAmount)).toBe(cents(bill.amountDue));
      expect(documents).toContain(bill.billDocument[0].id);
      const isLatest = bill.id.endsWith('2026-10');
      expect([bill.state, cents(bill.remainingAmount)]).toEqual(
        isLatest ? ['sent', cents(bill.amountDue)] : ['settled', 0],
      );
      if (isLatest) {
        const account = accounts.find(({ id }) => id === bill.billingAccount.id);
        expect(account.accountBalance[0].amount).toEqual(bill.amountDue);
      }
    }
    expect(new Set(lines.map(({ characteristic }) => characteristic[0].value))).toEqual(
      new Set(['recurringCharge', 'usageCharge', 'discount', 'credit']),
    );
  });

  it('of usage records adds up to the usage charges of the bill', async () => {
    const cents = (amount: Row): number => Math.round(amount.value * 100);
    const records = await rows(
      simulator,
      'TMF635',
      'usage?relatedParty.id=cust-family&usageDate.gte=2026-10-01&usageDate.lt=2026-11-01',
    );
    const lines = await rows(
      simulator,
      'TMF678',
      'appliedCustomerBillingRate?bill.id=bill-acc-family-2026-10',
    );
    const charged = lines.filter(({ characteristic }) => characteristic[0].value === 'usageCharge');
    expect(charged.length).toBeGreaterThan(0);
    const rated = records.reduce(
      (sum, record) => sum + cents(record.ratedProductUsage[0].taxExcludedRatingAmount),
      0,
    );
    expect(charged.reduce((sum, line) => sum + cents(line.taxExcludedAmount), 0)).toBe(rated);
    expect(new Set(records.map(({ status }) => status))).toEqual(new Set(['billed']));
  });
});

describe('usage', () => {
  const amount = (bucket: Row, counter: string): number =>
    bucket.bucketCounter.find(({ counterType }: Row) => counterType === counter)?.value.amount;

  it('in buckets is the sum of the records, and what goes on right now', async () => {
    const [answer] = await consumption(simulator, { service: [{ id: 'svc-family-m-3' }] });
    const records = await rows(
      simulator,
      'TMF635',
      'usage?usageCharacteristic.value=svc-family-m-3&usageDate.gte=2026-11-01',
    );
    const sum = (type: string, name: string): number =>
      records
        .filter(
          ({ usageType, usageCharacteristic }) =>
            usageType === type &&
            usageCharacteristic.some((each: Row) => each.name === 'direction' && each.value === 'outgoing'),
        )
        .reduce(
          (total, { usageCharacteristic }) =>
            total + usageCharacteristic.find((each: Row) => each.name === name).value,
          0,
        );
    const bucket = (kind: string): Row =>
      answer.bucketRefOrValue.find(({ usageType }: Row) => usageType === kind);
    const used = (kind: string): number => amount(bucket(kind), 'used') + amount(bucket(kind), 'outOfBucket');
    expect(used('sms')).toBe(sum('sms', 'count'));
    expect(used('voice')).toBeCloseTo(sum('voice', 'duration') / 60, 1);
    const recordedGb = sum('data', 'volume') / 1e9;
    expect(used('data')).toBeGreaterThanOrEqual(Math.floor(recordedGb * 1000) / 1000);
    expect(used('data')).toBeLessThan(recordedGb + 0.5);
  });

  it('of a group goes to the shared bucket after the own one', async () => {
    const [answer] = await consumption(simulator, { relatedParty: [{ id: 'cust-acme' }] });
    const shared = answer.bucketRefOrValue.filter(({ isShared }: Row) => isShared);
    expect(refs(shared)).toEqual(['bkt-acme-group-data']);
    expect(refs(shared[0].service)).toHaveLength(39);
    expect(amount(shared[0], 'used')).toBeGreaterThan(1);
    expect(amount(shared[0], 'used') + shared[0].remainingValue.amount).toBeCloseTo(500, 3);
    for (const bucket of answer.bucketRefOrValue) {
      if (bucket.usageType === 'data' && bucket.id.includes('-m-'))
        expect(amount(bucket, 'outOfBucket')).toBe(0);
      expect(bucket.remainingValue?.amount ?? 0).toBeGreaterThanOrEqual(0);
    }
  });

  it('is found by party, service, product, number and account, and criteria combine', async () => {
    const buckets = async (criteria: object): Promise<string[]> =>
      (await consumption(simulator, criteria)).flatMap(({ bucketRefOrValue }) => refs(bucketRefOrValue));
    const line = ['bkt-family-m-1-data', 'bkt-family-m-1-voice', 'bkt-family-m-1-sms'];
    expect(await buckets({ service: [{ id: 'svc-family-m-1' }] })).toEqual(line);
    expect(await buckets({ product: [{ id: 'prd-family-m-1' }] })).toEqual(line);
    expect(await buckets({ logicalResource: [{ id: '33639982001' }] })).toEqual(line);
    expect(
      await buckets({ relatedParty: [{ id: 'cust-family' }], service: [{ id: 'svc-family-m-1' }] }),
    ).toEqual(line);
    expect(
      await buckets({ relatedParty: [{ id: 'cust-acme' }], service: [{ id: 'svc-family-m-1' }] }),
    ).toEqual([]);
    expect(await buckets({ partyAccount: [{ id: 'acc-acme-fixed' }] })).toEqual([
      'bkt-acme-bb-1-data',
      'bkt-acme-bb-2-data',
      'bkt-acme-cc-1-voice',
    ]);
    expect(await buckets({ service: [{ id: 'svc-family-m-1' }, { id: 'svc-sub-000002-m-1' }] })).toHaveLength(
      6,
    );
    expect(await buckets({ service: [{ id: 'svc-nobody' }] })).toEqual([]);
    expect(await buckets({ service: [{ id: 'svc-acme-m-02' }] })).toContain('bkt-acme-group-data');
  });

  it('grows with time, and starts again with the month', async () => {
    let now = NOW;
    const moving = await startSimulator({ now: () => now });
    const used = async (): Promise<number> => {
      const [answer] = await consumption(moving, { service: [{ id: 'svc-prepaid-m-1' }] });
      return amount(answer.bucketRefOrValue[0], 'used');
    };
    try {
      const seen: number[] = [];
      for (const at of [
        '2026-11-15T10:00:00Z',
        '2026-11-15T10:20:00Z',
        '2026-11-16T10:00:00Z',
        '2026-11-30T23:59:00Z',
      ]) {
        now = Date.parse(at);
        seen.push(await used());
      }
      expect(seen).toEqual([...seen].sort((a, b) => a - b));
      expect(new Set(seen).size).toBe(4);
      now = Date.parse('2026-12-01T00:00:00Z');
      expect(await used()).toBe(0);
      const bills = await rows(moving, 'TMF678', 'customerBill?billingAccount.id=acc-family&state=sent');
      expect(refs(bills)).toEqual(['bill-acc-family-2026-11']);
    } finally {
      await moving.close();
    }
  });

  it('knows lost calls of the call centre', async () => {
    const calls = await rows(
      simulator,
      'TMF635',
      'usage?usageCharacteristic.value=svc-acme-cc-1&usageDate.gte=2026-11-01',
    );
    const answered = calls.map(
      ({ usageCharacteristic }) => usageCharacteristic.find(({ name }: Row) => name === 'answered').value,
    );
    expect(answered.filter((value) => !value).length).toBeGreaterThan(5);
    expect(answered.filter((value) => value).length).toBeGreaterThan(100);
  });
});

it('serves the paper of a bill as a PDF', async () => {
  const [document] = await rows(simulator, 'TMF667', 'document?relatedEntity.id=bill-acc-family-2026-10');
  const answer = await fetch(document.attachment[0].url);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/pdf']);
  expect((await answer.text()).startsWith('%PDF-1.4')).toBe(true);
});
