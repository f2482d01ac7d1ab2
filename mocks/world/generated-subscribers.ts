// The nth generated retail customer, drawn on demand: a hundred thousand of them cost nothing until asked for.
import { CONTRACT_FUNCTIONS } from './contract-functions.ts';
import type { CustomerModel, PersonModel } from './customer-model.ts';
import { mailbox, personName } from './names.ts';
import { hash, mix, pick } from './random.ts';

const NUMBER_PREFIX = '3370';
const OWNER = /^sub-(\d{6,7})$/;

export function subscriberOwner(index: number): string {
  return `sub-${String(index).padStart(6, '0')}`;
}

/** The number n of an owner such as sub-000123, or undefined for a pinned customer. */
export function subscriberIndex(owner: string): number | undefined {
  const match = OWNER.exec(owner);
  return match === null ? undefined : Number(match[1]);
}

export function subscriberNumber(index: number): string {
  return NUMBER_PREFIX + String(index).padStart(7, '0');
}

/** The owner of a generated phone number, whether or not the world is that large. */
export function ownerOfNumber(number: string): string | undefined {
  if (!number.startsWith(NUMBER_PREFIX) || !/^\d{11}$/.test(number)) return undefined;
  return subscriberOwner(Number(number.slice(NUMBER_PREFIX.length)));
}

export function subscriber(seed: number, index: number): CustomerModel {
  const owner = subscriberOwner(index);
  const chance = hash(seed, owner);
  const name = personName(chance);
  const number = subscriberNumber(index);
  const user: PersonModel = {
    id: `ind-${owner}`,
    ...name,
    email: `${mailbox(name.givenName, name.familyName)}.${index}@mail.example`,
    phone: number,
  };
  const startedOn = `202${4 + (mix(chance, 3) % 2)}-0${1 + (mix(chance, 4) % 9)}-01`;
  return {
    owner,
    id: `cust-${owner}`,
    name: `${name.givenName} ${name.familyName}`,
    segment: 'residential',
    since: startedOn,
    people: [user],
    accounts: [{ id: `acc-${owner}`, name: `${name.familyName} ${index}`, kind: 'postpaid' }],
    places: [],
    functions: CONTRACT_FUNCTIONS.residential,
    services: [
      {
        key: `${owner}-m-1`,
        kind: 'mobile',
        name: 'Mobile line',
        offeringId: pick(mix(chance, 5), [
          'off-mobile-s',
          'off-mobile-m',
          'off-mobile-m',
          'off-mobile-l',
          'off-mobile-xl',
        ]),
        accountId: `acc-${owner}`,
        state: 'active',
        startedOn,
        number,
        user,
        settings: {
          roaming: pick(mix(chance, 6), ['none', 'eu', 'eu', 'world']),
          voicemail: mix(chance, 7) % 3 !== 0,
          'barring.outgoing': pick(mix(chance, 8), ['none', 'none', 'premium']),
          dataSpeed: pick(mix(chance, 9), [100, 100, 300, 1000]),
          simType: pick(mix(chance, 10), ['physical', 'eSIM']),
        },
      },
    ],
  };
}
