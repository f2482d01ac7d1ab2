// What the world knows of one customer; every API's rows about it are drawn from this.

export type ServiceKind = 'mobile' | 'broadband' | 'iptv' | 'callCentre';
export type Segment = 'enterprise' | 'residential' | 'prepaid';
export type SettingValue = string | number | boolean;

export interface PersonModel {
  readonly id: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly email: string;
  readonly phone?: string;
}

export interface PlaceModel {
  readonly id: string;
  readonly name: string;
}

export interface AccountModel {
  readonly id: string;
  readonly name: string;
  readonly kind: 'postpaid' | 'prepaid';
}

export interface ServiceModel {
  /** acme-m-01: the service is svc-acme-m-01, its product prd-acme-m-01. */
  readonly key: string;
  readonly kind: ServiceKind;
  readonly name: string;
  readonly offeringId: string;
  readonly accountId: string;
  readonly state: 'active' | 'inactive' | 'designed';
  /** ISO date. */
  readonly startedOn: string;
  /** E.164 digits without the plus. */
  readonly number?: string;
  readonly user?: PersonModel;
  readonly place?: PlaceModel;
  /** Chosen values of the product specification's characteristics. */
  readonly settings: Readonly<Record<string, SettingValue>>;
}

/** One data allowance that all mobile lines of the customer draw on after their own. */
export interface GroupModel {
  /** acme-group: the product is prd-acme-group. */
  readonly key: string;
  readonly offeringId: string;
  readonly accountId: string;
  readonly startedOn: string;
  readonly sharedDataGb: number;
}

export interface CustomerModel {
  readonly owner: string;
  readonly id: string;
  readonly name: string;
  readonly segment: Segment;
  readonly since: string;
  readonly organization?: { readonly id: string; readonly name: string; readonly legalName: string };
  /** The first one speaks for the customer. */
  readonly people: readonly [PersonModel, ...PersonModel[]];
  readonly accounts: readonly [AccountModel, ...AccountModel[]];
  readonly services: readonly ServiceModel[];
  readonly group?: GroupModel;
  readonly places: readonly PlaceModel[];
  /** Names of the self-service functions that the contract allows. */
  readonly functions: readonly string[];
}

export const serviceId = (service: { readonly key: string }): string => `svc-${service.key}`;
export const productId = (item: { readonly key: string }): string => `prd-${item.key}`;
export const agreementId = (customer: CustomerModel): string => `agr-${customer.owner}`;
export const fullName = (person: PersonModel): string => `${person.givenName} ${person.familyName}`;
