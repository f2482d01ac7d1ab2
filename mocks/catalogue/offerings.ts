// Product offerings with their prices, as a price list: amounts in cents before tax.
import type { Segment, SettingValue } from '../world/customer-model.ts';

/** When a price applies: a configured value, or a range of one. */
export interface PriceCondition {
  readonly name: string;
  readonly value?: SettingValue;
  readonly from?: number;
  readonly to?: number;
}

export interface PriceEntry {
  readonly key: string;
  readonly name: string;
  readonly kind: 'recurring' | 'oneTime' | 'usage' | 'discount';
  readonly cents: number;
  /** Per how much; a recurring price with a unit is multiplied by the characteristic that `when` names. */
  readonly unit?: 'GB' | 'min' | 'sms' | 'seat';
  readonly percentage?: number;
  readonly when?: PriceCondition;
}

export interface OfferingEntry {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly specificationId: string;
  readonly categories: readonly string[];
  readonly segments: readonly Segment[];
  readonly lifecycle: 'Active' | 'Retired' | 'In design';
  readonly allowance?: { readonly dataGb: number; readonly voiceMin: number; readonly sms: number };
  readonly prices: readonly PriceEntry[];
  readonly bundle?: readonly {
    readonly id: string;
    readonly from: number;
    readonly to: number;
    readonly byDefault: number;
  }[];
  readonly from: string;
  readonly until?: string;
}

const monthly = (cents: number): PriceEntry => ({
  key: 'monthly',
  name: 'Monthly fee',
  kind: 'recurring',
  cents,
});
const once = (key: string, name: string, cents: number): PriceEntry => ({
  key,
  name,
  kind: 'oneTime',
  cents,
});
const option = (key: string, name: string, cents: number, when: PriceCondition): PriceEntry => ({
  key,
  name,
  kind: 'recurring',
  cents,
  when,
});
const perUnit = (key: string, name: string, cents: number, unit: 'GB' | 'min' | 'sms'): PriceEntry => ({
  key,
  name,
  kind: 'usage',
  cents,
  unit,
});
const seats = (key: string, cents: number, from: number, to: number): PriceEntry => ({
  key,
  name: `Seat, ${from} to ${to}`,
  kind: 'recurring',
  cents,
  unit: 'seat',
  when: { name: 'seats', from, to },
});
const discount = (percentage: number): PriceEntry => ({
  key: 'discount',
  name: `Bundle discount ${percentage} %`,
  kind: 'discount',
  cents: 0,
  percentage,
});

const MOBILE_OPTIONS = [
  option('roaming-world', 'World roaming', 600, { name: 'roaming', value: 'world' }),
  option('speed-300', 'Speed 300', 300, { name: 'dataSpeed', value: 300 }),
  option('speed-1000', 'Speed 1000', 500, { name: 'dataSpeed', value: 1000 }),
];
const overage = (data: number, voice: number, sms: number): PriceEntry[] => [
  perUnit('data', 'Data beyond the allowance', data, 'GB'),
  perUnit('voice', 'Minutes beyond the allowance', voice, 'min'),
  perUnit('sms', 'Messages beyond the allowance', sms, 'sms'),
];
const STATIC_IP = option('static-ip', 'Fixed IPv4 address', 500, { name: 'staticIp', value: true });
const RETAIL: readonly Segment[] = ['residential'];
const BUSINESS: readonly Segment[] = ['enterprise'];

const mobile = (
  size: string,
  cents: number,
  dataGb: number,
  voiceMin: number,
  sms: number,
  about: string,
): OfferingEntry => ({
  id: `off-mobile-${size.toLowerCase()}`,
  name: `Mobile ${size}`,
  description: about,
  specificationId: 'spec-mobile-line',
  categories: ['cat-mobile-plans'],
  segments: RETAIL,
  lifecycle: 'Active',
  allowance: { dataGb, voiceMin, sms },
  from: '2024-01-01',
  prices: [
    monthly(cents),
    once('activation', 'Activation', 1000),
    ...overage(200, 15, 10),
    ...MOBILE_OPTIONS,
  ],
});

const broadband = (downlink: number, cents: number): OfferingEntry => ({
  id: `off-broadband-${downlink}`,
  name: `Home fibre ${downlink}`,
  description: `Up to ${downlink} Mbit/s at home.`,
  specificationId: 'spec-broadband',
  categories: ['cat-broadband'],
  segments: RETAIL,
  lifecycle: 'Active',
  from: '2023-06-01',
  prices: [monthly(cents), once('install', 'Installation', 4900), STATIC_IP],
});

export const OFFERINGS: readonly OfferingEntry[] = [
  mobile('S', 800, 5, 120, 50, 'For calls and a little data.'),
  mobile('M', 1500, 20, 300, 100, 'Everyday data for one person.'),
  mobile('L', 2500, 60, 600, 200, 'Data to share with a laptop.'),
  mobile('XL', 3500, 100, 1200, 500, 'The most data of one line.'),
  {
    id: 'off-mobile-classic',
    name: 'Mobile Classic',
    description: 'The tariff of the year 2019; no longer sold.',
    specificationId: 'spec-mobile-line',
    categories: ['cat-mobile-plans'],
    segments: RETAIL,
    lifecycle: 'Retired',
    allowance: { dataGb: 2, voiceMin: 60, sms: 50 },
    prices: [monthly(1000), ...overage(400, 25, 15)],
    from: '2019-01-01',
    until: '2023-12-31',
  },
  {
    id: 'off-mobile-next',
    name: 'Mobile Next',
    description: 'Being designed.',
    specificationId: 'spec-mobile-line',
    categories: ['cat-mobile-plans'],
    segments: RETAIL,
    lifecycle: 'In design',
    allowance: { dataGb: 60, voiceMin: 1200, sms: 500 },
    prices: [monthly(2900)],
    from: '2027-03-01',
  },
  {
    id: 'off-prepaid-start',
    name: 'Prepaid Start',
    description: 'A month paid ahead, no contract.',
    specificationId: 'spec-mobile-line',
    categories: ['cat-mobile-prepaid'],
    segments: ['prepaid'],
    lifecycle: 'Active',
    allowance: { dataGb: 10, voiceMin: 120, sms: 50 },
    from: '2024-01-01',
    prices: [monthly(1000), once('starter', 'Starter pack', 500), ...overage(300, 20, 12)],
  },
  {
    id: 'off-business-line',
    name: 'Business line',
    description: 'A line of a company, on its own or in a group.',
    specificationId: 'spec-mobile-line',
    categories: ['cat-mobile-business'],
    segments: BUSINESS,
    lifecycle: 'Active',
    allowance: { dataGb: 10, voiceMin: 600, sms: 200 },
    from: '2024-01-01',
    prices: [
      monthly(1200),
      once('activation', 'Activation', 1000),
      ...overage(100, 10, 8),
      ...MOBILE_OPTIONS,
    ],
  },
  {
    id: 'off-business-line-plus',
    name: 'Business line plus',
    description: 'A line for those who are on the road.',
    specificationId: 'spec-mobile-line',
    categories: ['cat-mobile-business'],
    segments: BUSINESS,
    lifecycle: 'Active',
    allowance: { dataGb: 30, voiceMin: 1200, sms: 500 },
    from: '2024-01-01',
    prices: [
      monthly(2200),
      once('activation', 'Activation', 1000),
      ...overage(100, 10, 8),
      ...MOBILE_OPTIONS,
    ],
  },
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
    id: 'off-data-pack-10',
    name: 'Data pack 10',
    description: '10 GB more, once.',
    specificationId: 'spec-data-pack',
    categories: ['cat-mobile-addons'],
    segments: ['residential', 'prepaid', 'enterprise'],
    lifecycle: 'Active',
    prices: [once('pack', 'Data pack', 1000)],
    from: '2024-01-01',
  },
  {
    id: 'off-data-pack-50',
    name: 'Data pack 50',
    description: '50 GB more, once.',
    specificationId: 'spec-data-pack',
    categories: ['cat-mobile-addons'],
    segments: ['residential', 'enterprise'],
    lifecycle: 'Active',
    prices: [once('pack', 'Data pack', 3500)],
    from: '2024-01-01',
  },
  {
    id: 'off-roaming-world',
    name: 'World traveller',
    description: '5 GB in 80 countries for two weeks.',
    specificationId: 'spec-roaming-pack',
    categories: ['cat-mobile-addons'],
    segments: ['residential', 'prepaid', 'enterprise'],
    lifecycle: 'Active',
    prices: [once('pack', 'Roaming pack', 2000)],
    from: '2024-04-01',
  },
  broadband(100, 2000),
  broadband(300, 2500),
  broadband(1000, 3500),
  {
    id: 'off-business-fibre',
    name: 'Business fibre',
    description: 'Fibre with a service level agreement.',
    specificationId: 'spec-broadband',
    categories: ['cat-broadband'],
    segments: BUSINESS,
    lifecycle: 'Active',
    from: '2023-06-01',
    prices: [
      monthly(4900),
      once('install', 'Installation', 9900),
      STATIC_IP,
      option('downlink-300', 'Downlink 300', 1500, { name: 'downlink', value: 300 }),
      option('downlink-1000', 'Downlink 1000', 4000, { name: 'downlink', value: 1000 }),
    ],
  },
  {
    id: 'off-tv-basic',
    name: 'Aurora TV',
    description: '60 channels.',
    specificationId: 'spec-iptv',
    categories: ['cat-tv'],
    segments: RETAIL,
    lifecycle: 'Active',
    from: '2023-06-01',
    prices: [monthly(1000), option('sport', 'Sport channels', 900, { name: 'package', value: 'sport' })],
  },
  {
    id: 'off-tv-max',
    name: 'Aurora TV Max',
    description: '160 channels with cinema or sport.',
    specificationId: 'spec-iptv',
    categories: ['cat-tv'],
    segments: RETAIL,
    lifecycle: 'Active',
    from: '2023-06-01',
    prices: [
      monthly(2000),
      option('cinema', 'Cinema channels', 700, { name: 'package', value: 'cinema' }),
      option('sport', 'Sport channels', 700, { name: 'package', value: 'sport' }),
      option('screens', 'Three screens or more', 400, { name: 'screens', from: 3, to: 4 }),
    ],
  },
  {
    id: 'off-voice-fixed',
    name: 'Fixed voice',
    description: 'A geographic number at home.',
    specificationId: 'spec-voice-fixed',
    categories: ['cat-voice'],
    segments: RETAIL,
    lifecycle: 'Active',
    prices: [monthly(500), perUnit('voice', 'Calls', 5, 'min')],
    from: '2023-06-01',
  },
  {
    id: 'off-call-centre',
    name: 'Call centre line',
    description: 'A number that a team answers; the more seats the less each costs.',
    specificationId: 'spec-call-centre',
    categories: ['cat-voice'],
    segments: BUSINESS,
    lifecycle: 'Active',
    from: '2024-01-01',
    prices: [
      monthly(6000),
      seats('seats-1', 3000, 1, 10),
      seats('seats-11', 2600, 11, 50),
      seats('seats-51', 2200, 51, 200),
      option('recording', 'Call recording', 2500, { name: 'recording', value: true }),
    ],
  },
  {
    id: 'off-handset-norda-x1',
    name: 'Norda X1',
    description: 'A telephone for work outdoors.',
    specificationId: 'spec-handset',
    categories: ['cat-devices'],
    segments: ['residential', 'enterprise'],
    lifecycle: 'Active',
    prices: [
      once('device', 'Device', 49900),
      { ...once('storage-256', 'Storage 256', 8000), when: { name: 'storage', value: 256 } },
      { ...once('storage-512', 'Storage 512', 18000), when: { name: 'storage', value: 512 } },
    ],
    from: '2025-09-01',
  },
  {
    id: 'off-router-wifi7',
    name: 'Router Wi-Fi 7',
    description: 'For homes with thick walls.',
    specificationId: 'spec-router',
    categories: ['cat-devices'],
    segments: ['residential', 'enterprise'],
    lifecycle: 'Active',
    prices: [monthly(500), once('device', 'Device', 4900)],
    from: '2025-01-01',
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

const BY_ID = new Map(OFFERINGS.map((offering) => [offering.id, offering]));

/** Throws: the world names only offerings of this list. */
export function offeringOf(id: string): OfferingEntry {
  const offering = BY_ID.get(id);
  if (offering === undefined) throw new Error(`no offering ${id}`);
  return offering;
}

export const priceId = (offering: OfferingEntry, price: PriceEntry): string =>
  `price-${offering.id.replace(/^off-/, '')}-${price.key}`;
