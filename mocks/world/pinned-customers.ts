// The customers whose ids never change: two enterprises, a family, a prepaid customer.
import { CONTRACT_FUNCTIONS } from './contract-functions.ts';
import type { CustomerModel, PersonModel, PlaceModel, ServiceModel } from './customer-model.ts';
import { mailbox, personName } from './names.ts';
import { hash, mix, pick } from './random.ts';

const two = (index: number): string => String(index).padStart(2, '0');

function person(seed: number, id: string, domain: string, name = personName(hash(seed, id))): PersonModel {
  return { id, ...name, email: `${mailbox(name.givenName, name.familyName)}@${domain}` };
}

const place = (id: string, name: string): PlaceModel => ({ id, name });

interface LineOptions {
  readonly owner: string;
  readonly domain: string;
  readonly accountId: string;
  readonly firstNumber: number;
  readonly startedOn: string;
  readonly offeringOf: (index: number) => string;
}

function businessLines(seed: number, count: number, options: LineOptions): ServiceModel[] {
  return Array.from({ length: count }, (_, at) => {
    const index = at + 1;
    const key = `${options.owner}-m-${two(index)}`;
    const chance = hash(seed, key, 'settings');
    return {
      key,
      kind: 'mobile',
      name: `Mobile line ${two(index)}`,
      offeringId: options.offeringOf(index),
      accountId: options.accountId,
      state:
        options.owner === 'acme' && index === 39
          ? 'inactive'
          : options.owner === 'acme' && index === 40
            ? 'designed'
            : 'active',
      startedOn: options.startedOn,
      number: String(options.firstNumber + index),
      user: person(seed, `ind-${options.owner}-m-${two(index)}`, options.domain),
      settings: {
        roaming: pick(mix(chance, 1), ['eu', 'eu', 'eu', 'world']),
        voicemail: mix(chance, 2) % 4 !== 0,
        'barring.outgoing': pick(mix(chance, 3), ['none', 'none', 'none', 'premium', 'international']),
        dataSpeed: pick(mix(chance, 4), [100, 100, 300]),
        simType: pick(mix(chance, 5), ['physical', 'eSIM']),
      },
    };
  });
}

export function acme(seed: number): CustomerModel {
  const hq = place('site-acme-hq', 'Acme Logistics headquarters');
  const depot = place('site-acme-depot', 'Acme Logistics depot');
  const fixed = { accountId: 'acc-acme-fixed', state: 'active', startedOn: '2024-03-01' } as const;
  return {
    owner: 'acme',
    id: 'cust-acme',
    name: 'Acme Logistics',
    segment: 'enterprise',
    since: '2023-11-01',
    organization: { id: 'org-acme', name: 'Acme Logistics', legalName: 'Acme Logistics SE' },
    people: [
      person(seed, 'ind-acme-manager', 'acme.example', { givenName: 'Marta', familyName: 'Lindqvist' }),
      person(seed, 'ind-acme-config', 'acme.example', { givenName: 'Conrad', familyName: 'Figuera' }),
      person(seed, 'ind-acme-check', 'acme.example', { givenName: 'Chen', familyName: 'Okafor' }),
      person(seed, 'ind-acme-billing', 'acme.example', { givenName: 'Bianca', familyName: 'Illes' }),
    ],
    accounts: [
      { id: 'acc-acme-mobile', name: 'Acme mobile', kind: 'postpaid' },
      { id: 'acc-acme-fixed', name: 'Acme fixed', kind: 'postpaid' },
    ],
    places: [hq, depot],
    functions: CONTRACT_FUNCTIONS.enterprise,
    group: {
      key: 'acme-group',
      offeringId: 'off-business-group',
      accountId: 'acc-acme-mobile',
      startedOn: '2024-02-01',
      sharedDataGb: 500,
    },
    services: [
      ...businessLines(seed, 40, {
        owner: 'acme',
        domain: 'acme.example',
        accountId: 'acc-acme-mobile',
        firstNumber: 33639980000,
        startedOn: '2024-02-01',
        offeringOf: (index) => (index % 5 === 0 ? 'off-business-line-plus' : 'off-business-line'),
      }),
      {
        ...fixed,
        key: 'acme-bb-1',
        kind: 'broadband',
        name: 'Business fibre, headquarters',
        offeringId: 'off-business-fibre',
        place: hq,
        settings: { downlink: 1000, staticIp: true },
      },
      {
        ...fixed,
        key: 'acme-bb-2',
        kind: 'broadband',
        name: 'Business fibre, depot',
        offeringId: 'off-business-fibre',
        place: depot,
        settings: { downlink: 300, staticIp: false },
      },
      {
        ...fixed,
        key: 'acme-cc-1',
        kind: 'callCentre',
        name: 'Call centre line',
        offeringId: 'off-call-centre',
        place: hq,
        number: '33187650100',
        settings: { seats: 12, queueLength: 30, recording: true },
      },
    ],
  };
}

export function borealis(seed: number): CustomerModel {
  const hq = place('site-borealis-hq', 'Borealis Shipping harbour office');
  return {
    owner: 'borealis',
    id: 'cust-borealis',
    name: 'Borealis Shipping',
    segment: 'enterprise',
    since: '2024-05-01',
    organization: { id: 'org-borealis', name: 'Borealis Shipping', legalName: 'Borealis Shipping AS' },
    people: [
      person(seed, 'ind-borealis-manager', 'borealis.example', { givenName: 'Birk', familyName: 'Solheim' }),
    ],
    accounts: [{ id: 'acc-borealis', name: 'Borealis', kind: 'postpaid' }],
    places: [hq],
    functions: CONTRACT_FUNCTIONS.enterprise,
    services: [
      ...businessLines(seed, 12, {
        owner: 'borealis',
        domain: 'borealis.example',
        accountId: 'acc-borealis',
        firstNumber: 33639981000,
        startedOn: '2024-06-01',
        offeringOf: () => 'off-business-line',
      }),
      {
        key: 'borealis-bb-1',
        kind: 'broadband',
        name: 'Business fibre, harbour office',
        offeringId: 'off-business-fibre',
        accountId: 'acc-borealis',
        state: 'active',
        startedOn: '2024-06-01',
        place: hq,
        settings: { downlink: 300, staticIp: true },
      },
    ],
  };
}

export function family(): CustomerModel {
  const home = place('site-family-home', 'Moreau home');
  const named = (index: number, givenName: string): PersonModel => ({
    id: `ind-moreau-${index}`,
    givenName,
    familyName: 'Moreau',
    email: `${mailbox(givenName, 'Moreau')}@mail.example`,
  });
  const people = [named(1, 'Claire'), named(2, 'Marc'), named(3, 'Lou')] as const;
  const base = { accountId: 'acc-family', state: 'active', startedOn: '2024-09-01' } as const;
  return {
    owner: 'family',
    id: 'cust-family',
    name: 'Famille Moreau',
    segment: 'residential',
    since: '2024-08-15',
    people,
    accounts: [{ id: 'acc-family', name: 'Moreau household', kind: 'postpaid' }],
    places: [home],
    functions: CONTRACT_FUNCTIONS.residential,
    services: [
      ...people.map(
        (user, at): ServiceModel => ({
          ...base,
          key: `family-m-${at + 1}`,
          kind: 'mobile',
          name: `Mobile of ${user.givenName}`,
          offeringId: at === 2 ? 'off-mobile-s' : 'off-mobile-m',
          number: String(33639982001 + at),
          user,
          settings: {
            roaming: at === 0 ? 'world' : 'eu',
            voicemail: true,
            'barring.outgoing': at === 2 ? 'premium' : 'none',
            dataSpeed: 100,
            simType: 'eSIM',
          },
        }),
      ),
      {
        ...base,
        key: 'family-bb-1',
        kind: 'broadband',
        name: 'Home fibre',
        offeringId: 'off-broadband-1000',
        place: home,
        settings: { downlink: 1000, staticIp: false },
      },
      {
        ...base,
        key: 'family-tv-1',
        kind: 'iptv',
        name: 'Aurora TV',
        offeringId: 'off-tv-max',
        place: home,
        settings: { package: 'cinema', screens: 3, recordingHours: 100 },
      },
    ],
  };
}

export function prepaid(): CustomerModel {
  const user: PersonModel = {
    id: 'ind-prepaid-1',
    givenName: 'Noor',
    familyName: 'Haddad',
    email: 'noor.haddad@mail.example',
  };
  return {
    owner: 'prepaid',
    id: 'cust-prepaid',
    name: 'Noor Haddad',
    segment: 'prepaid',
    since: '2025-04-10',
    people: [user],
    accounts: [{ id: 'acc-prepaid', name: 'Prepaid balance', kind: 'prepaid' }],
    places: [],
    functions: CONTRACT_FUNCTIONS.prepaid,
    services: [
      {
        key: 'prepaid-m-1',
        kind: 'mobile',
        name: 'Prepaid mobile',
        offeringId: 'off-prepaid-start',
        accountId: 'acc-prepaid',
        state: 'active',
        startedOn: '2025-04-10',
        number: '33639983001',
        user,
        settings: {
          roaming: 'none',
          voicemail: true,
          'barring.outgoing': 'none',
          dataSpeed: 100,
          simType: 'physical',
        },
      },
    ],
  };
}
