// Product specifications: what can be configured on each kind of product.
import type { ServiceKind, SettingValue } from '../world/customer-model.ts';

export interface CharacteristicEntry {
  readonly name: string;
  readonly description: string;
  readonly valueType: 'string' | 'number' | 'boolean';
  readonly unit?: string;
  readonly configurable: boolean;
  /** Allowed values, the default first; or a range of whole numbers. */
  readonly allowed:
    | readonly [SettingValue, ...SettingValue[]]
    | { readonly from: number; readonly to: number; readonly byDefault: number };
}

export interface SpecificationEntry {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly brand: string;
  readonly serviceKind?: ServiceKind;
  readonly characteristics: readonly CharacteristicEntry[];
}

const choice = (
  name: string,
  description: string,
  allowed: readonly [SettingValue, ...SettingValue[]],
  unit?: string,
  configurable = true,
): CharacteristicEntry => ({
  name,
  description,
  valueType:
    typeof allowed[0] === 'number' ? 'number' : typeof allowed[0] === 'boolean' ? 'boolean' : 'string',
  configurable,
  allowed,
  ...(unit === undefined ? {} : { unit }),
});

const range = (
  name: string,
  description: string,
  from: number,
  to: number,
  byDefault: number,
  unit: string,
): CharacteristicEntry => ({
  name,
  description,
  valueType: 'number',
  unit,
  configurable: true,
  allowed: { from, to, byDefault },
});

const AURORA = 'Aurora Telecom';

export const SPECIFICATIONS: readonly SpecificationEntry[] = [
  {
    id: 'spec-mobile-line',
    name: 'Mobile line',
    brand: AURORA,
    serviceKind: 'mobile',
    description: 'A number on the mobile network with voice, messages and data.',
    characteristics: [
      choice('dataAllowance', 'Data included in a month', [20, 2, 5, 10, 30, 60, 100], 'GB', false),
      choice(
        'voiceAllowance',
        'Outgoing minutes included in a month',
        [300, 60, 120, 600, 1200],
        'min',
        false,
      ),
      choice('smsAllowance', 'Messages included in a month', [100, 50, 200, 500], 'sms', false),
      choice('dataSpeed', 'Highest downlink speed', [100, 300, 1000], 'Mbit/s'),
      choice('roaming', 'Where the line works abroad', ['eu', 'none', 'world']),
      choice('voicemail', 'Voice mailbox', [true, false]),
      choice('barring.outgoing', 'Outgoing calls that are barred', [
        'none',
        'premium',
        'international',
        'all',
      ]),
      choice('simType', 'Kind of SIM', ['eSIM', 'physical']),
    ],
  },
  {
    id: 'spec-mobile-group',
    name: 'Mobile business group',
    brand: AURORA,
    description: 'Lines that share one data allowance.',
    characteristics: [range('sharedData', 'Data shared by all lines in a month', 50, 2000, 500, 'GB')],
  },
  {
    id: 'spec-broadband',
    name: 'Broadband access',
    brand: AURORA,
    serviceKind: 'broadband',
    description: 'Fibre access at a fixed place.',
    characteristics: [
      choice('downlink', 'Downlink rate', [300, 100, 1000], 'Mbit/s'),
      choice('staticIp', 'A fixed IPv4 address', [false, true]),
    ],
  },
  {
    id: 'spec-iptv',
    name: 'Television',
    brand: AURORA,
    serviceKind: 'iptv',
    description: 'Television over the broadband access of the same place.',
    characteristics: [
      choice('package', 'Channels', ['basic', 'sport', 'cinema']),
      range('screens', 'Screens at the same time', 1, 4, 1, 'screen'),
      choice('recordingHours', 'Recording space', [20, 100, 300], 'h'),
    ],
  },
  {
    id: 'spec-call-centre',
    name: 'Call centre line',
    brand: AURORA,
    serviceKind: 'callCentre',
    description: 'One number answered by a group of agents.',
    characteristics: [
      range('seats', 'Agents that can answer', 1, 200, 5, 'seat'),
      range('queueLength', 'Callers that can wait', 0, 100, 20, 'caller'),
      choice('recording', 'Calls are recorded', [false, true]),
    ],
  },
  {
    id: 'spec-voice-fixed',
    name: 'Fixed voice',
    brand: AURORA,
    description: 'A geographic number over the broadband access.',
    characteristics: [choice('callerId', 'Show the caller', [true, false])],
  },
  {
    id: 'spec-data-pack',
    name: 'Data pack',
    brand: AURORA,
    description: 'Data on top of the monthly allowance, once.',
    characteristics: [choice('volume', 'Data in the pack', [10, 50], 'GB', false)],
  },
  {
    id: 'spec-roaming-pack',
    name: 'Roaming pack',
    brand: AURORA,
    description: 'Data for a stay outside the European Union.',
    characteristics: [choice('zone', 'Countries', ['world', 'americas', 'asia'])],
  },
  {
    id: 'spec-handset',
    name: 'Handset',
    brand: 'Norda',
    description: 'A telephone.',
    characteristics: [
      choice('storage', 'Storage', [128, 256, 512], 'GB'),
      choice('colour', 'Colour', ['black', 'blue', 'sand']),
    ],
  },
  {
    id: 'spec-router',
    name: 'Router',
    brand: 'Norda',
    description: 'Wireless router for the broadband access.',
    characteristics: [choice('wifi', 'Wireless generation', ['6', '7'], undefined, false)],
  },
];
