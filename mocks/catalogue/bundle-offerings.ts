// Offerings made of other offerings.
import { BUSINESS, discount, monthly, type OfferingEntry, perUnit, RETAIL } from './price-list.ts';

export const BUNDLE_OFFERINGS: readonly OfferingEntry[] = [
  {
    id: 'off-business-group',
    name: 'Business group',
    description: 'One data allowance for all lines of a company.',
    specificationId: 'spec-mobile-group',
    categories: ['cat-mobile-business'],
    segments: BUSINESS,
    lifecycle: 'Active',
    bundle: [
      { id: 'off-business-line', from: 2, to: 500, byDefault: 5 },
      { id: 'off-business-line-plus', from: 0, to: 500, byDefault: 0 },
    ],
    prices: [monthly(9000), perUnit('data', 'Data beyond the shared allowance', 80, 'GB'), discount(10)],
    from: '2024-01-01',
  },
  {
    id: 'off-bundle-home',
    name: 'Home',
    description: 'Fibre and television together.',
    specificationId: 'spec-broadband',
    categories: ['cat-broadband', 'cat-tv'],
    segments: RETAIL,
    lifecycle: 'Active',
    from: '2024-01-01',
    bundle: [
      { id: 'off-broadband-300', from: 1, to: 1, byDefault: 1 },
      { id: 'off-tv-basic', from: 1, to: 1, byDefault: 1 },
      { id: 'off-router-wifi7', from: 0, to: 1, byDefault: 0 },
    ],
    prices: [monthly(3000), discount(10)],
  },
  {
    id: 'off-bundle-family',
    name: 'Family',
    description: 'Fibre, television and three mobile lines.',
    specificationId: 'spec-broadband',
    categories: ['cat-broadband', 'cat-tv', 'cat-mobile-plans'],
    segments: RETAIL,
    lifecycle: 'Active',
    from: '2024-01-01',
    bundle: [
      { id: 'off-broadband-1000', from: 1, to: 1, byDefault: 1 },
      { id: 'off-tv-max', from: 1, to: 1, byDefault: 1 },
      { id: 'off-mobile-m', from: 1, to: 5, byDefault: 3 },
    ],
    prices: [monthly(8000), discount(15)],
  },
  {
    id: 'off-bundle-office',
    name: 'Office',
    description: 'Business fibre, a call centre line and business lines.',
    specificationId: 'spec-mobile-group',
    categories: ['cat-mobile-business', 'cat-voice'],
    segments: BUSINESS,
    lifecycle: 'Active',
    bundle: [
      { id: 'off-business-fibre', from: 1, to: 5, byDefault: 1 },
      { id: 'off-call-centre', from: 0, to: 1, byDefault: 1 },
      { id: 'off-business-line', from: 2, to: 500, byDefault: 5 },
    ],
    prices: [monthly(20000), discount(12)],
    from: '2024-06-01',
  },
];
