// Every root field that takes an id, asked by everybody for objects of their own, beside their grant, of others, and of nobody.
import { encodeId } from '../../schema/id.ts';
import type { Asked, AskOptions } from '../support/gateway.ts';
import type { MatrixActor } from './actors.ts';
import { table, verdict } from './verdicts.ts';

export type Ask = (query: string, options?: AskOptions) => Promise<Asked>;

interface Root {
  readonly field: string;
  readonly argument?: string;
  readonly type: string;
  /** Back-end ids by what they are to Acme's actors; the last two are another customer's and nobody's. */
  readonly ids: Readonly<Record<string, string>>;
}

const lines = (prefix: string) => ({
  'line 01': `${prefix}-acme-m-01`,
  'line 02': `${prefix}-acme-m-02`,
  headquarters: `${prefix}-acme-bb-1`,
  depot: `${prefix}-acme-bb-2`,
  Borealis: `${prefix}-borealis-m-01`,
  absent: `${prefix}-acme-m-99`,
});
const accounts = (prefix: string, suffix = '') => ({
  mobile: `${prefix}acc-acme-mobile${suffix}`,
  fixed: `${prefix}acc-acme-fixed${suffix}`,
  Borealis: `${prefix}acc-borealis${suffix}`,
  absent: `${prefix}acc-acme-none${suffix}`,
});

export const ROOTS: readonly Root[] = [
  {
    field: 'customer',
    type: 'Customer',
    ids: { own: 'cust-acme', Borealis: 'cust-borealis', absent: 'cust-x' },
  },
  { field: 'product', type: 'Product', ids: lines('prd') },
  { field: 'service', type: 'Service', ids: lines('svc') },
  { field: 'usage', argument: 'serviceId', type: 'Service', ids: lines('svc') },
  {
    field: 'resource',
    type: 'Resource',
    ids: {
      'line 01': 'res-msisdn-acme-m-01',
      'line 02': 'res-msisdn-acme-m-02',
      Borealis: 'res-msisdn-borealis-m-01',
      absent: 'res-msisdn-acme-m-99',
    },
  },
  {
    field: 'objective',
    type: 'ServiceLevelObjective',
    ids: {
      'line 01': 'slo-svc-acme-m-01-availability',
      headquarters: 'slo-svc-acme-bb-1-availability',
      depot: 'slo-svc-acme-bb-2-availability',
      Borealis: 'slo-svc-borealis-bb-1-availability',
      absent: 'slo-svc-acme-m-99-availability',
    },
  },
  // nothing that was promised to Borealis has been missed
  {
    field: 'slaViolation',
    type: 'SlaViolation',
    ids: { 'line 07': '2026101013', depot: '2026101082', absent: '2026101000' },
  },
  { field: 'billingAccount', type: 'BillingAccount', ids: accounts('') },
  { field: 'bill', type: 'CustomerBill', ids: accounts('bill-', '-2026-10') },
  {
    field: 'balance',
    type: 'Balance',
    ids: { prepaid: 'bal-prepaid-main', family: 'bal-family-pocket', absent: 'bal-prepaid-none' },
  },
  {
    field: 'balanceAction',
    type: 'BalanceAction',
    ids: { prepaid: 'act-prepaid-main', family: 'act-family-pocket', absent: 'act-prepaid-none' },
  },
  { field: 'payment', type: 'Payment', ids: accounts('pay-bill-', '-2026-09') },
  {
    field: 'paymentMethod',
    type: 'PaymentMethod',
    ids: { own: 'pm-acme-card', Borealis: 'pm-borealis-card', absent: 'pm-acme-none' },
  },
  {
    field: 'productOffering',
    type: 'ProductOffering',
    ids: { 'on sale': 'off-business-line', absent: 'off-none' },
  },
  { field: 'category', type: 'Category', ids: { root: 'cat-mobile', absent: 'cat-none' } },
];

export const one = (root: Root, backEnd: string): string => {
  const { field, argument = 'id', type } = root;
  return `${field}(${argument}: ${JSON.stringify(encodeId('home', type, backEnd))}) { __typename ${field === 'usage' ? 'asOf' : 'id'} }`;
};

export async function byId(ask: Ask, actors: readonly MatrixActor[]): Promise<string> {
  const sections: string[] = [];
  for (const root of ROOTS) {
    const labels = Object.keys(root.ids);
    const query = `{ ${Object.values(root.ids)
      .map((id, index) => `o${index}: ${one(root, id)}`)
      .join(' ')} }`;
    const rows: string[][] = [];
    for (const { name, as } of actors) {
      const asked = await ask(query, as);
      rows.push([name, ...labels.map((_, index) => verdict(asked, [`o${index}`]) ?? '?')]);
    }
    sections.push(`## Query.${root.field}\n\n${table(['actor', ...labels], rows)}`);
  }
  return sections.join('\n\n');
}
