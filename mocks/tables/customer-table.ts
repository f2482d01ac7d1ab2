// How a table is made of a function that draws one customer's rows, and the references that rows share.

import type { Row } from '../server/row.ts';
import { type Ask, READ_WRITE, type Table } from '../server/table.ts';
import { type CustomerModel, fullName, type PersonModel, type PlaceModel } from '../world/customer-model.ts';
import type { World } from '../world/world.ts';

/** What no customer has, as tasks and specifications: its rows are those in common and those that are created. */
export const NOBODYS = {
  linked: [],
  common: [],
  owned: (): readonly Row[] => [],
  perSubscriber: 0,
  moving: false,
} satisfies Partial<Table>;

export interface CustomerTable extends Partial<Omit<Table, 'owned'>> {
  readonly resource: string;
  readonly type: string;
  rows(customer: CustomerModel, ask: Ask): readonly Row[];
}

export function customerTable(world: World, { rows, ...rest }: CustomerTable): Table {
  return {
    linked: [],
    common: [],
    moving: false,
    allows: READ_WRITE,
    mandatory: [],
    ...rest,
    owned(owner, ask) {
      const customer = world.customer(owner);
      return customer === undefined ? [] : rows(customer, ask);
    },
  };
}

export interface Reference {
  readonly id: string;
  readonly name?: string;
  readonly '@referredType': string;
}

export function reference(type: string, id: string, name?: string): Reference {
  return { id, ...(name === undefined ? {} : { name }), '@referredType': type };
}

export function customerParty(customer: CustomerModel): Reference & { readonly role: string } {
  return { ...reference('Customer', customer.id, customer.name), role: 'customer' };
}

export function userParty(person: PersonModel): Reference & { readonly role: string } {
  return { ...reference('Individual', person.id, fullName(person)), role: 'user' };
}

/** The customer, and the person who uses the line where there is one. */
export function parties(customer: CustomerModel, user: PersonModel | undefined): object[] {
  return user === undefined ? [customerParty(customer)] : [customerParty(customer), userParty(user)];
}

export function atPlace(place: PlaceModel): Reference & { readonly role: string } {
  return { ...reference('GeographicSite', place.id, place.name), role: 'installationAddress' };
}

export interface NamedValue {
  readonly name: string;
  readonly valueType: string;
  readonly value: unknown;
}

export function namedValue(name: string, value: unknown): NamedValue {
  const valueType = Array.isArray(value) ? 'array' : typeof value;
  return { name, valueType, value };
}
