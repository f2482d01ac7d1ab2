// Where a back end's object stands: the one place that answers whose it is, from what came back.
import type { Position } from '../schema/access.ts';
import type { OwnerSheet, TypeSheet } from '../schema/data-sheet.ts';
import { encodeId, type GlobalId } from '../schema/id.ts';
import type { Item } from './item.ts';
import { compileIds } from './path.ts';

export const NOWHERE: Position = Object.freeze({ customers: [], accounts: [], services: [], sites: [] });

export interface Standing {
  /** True when the id alone tells, so that nothing has to be loaded at all. */
  readonly byId: boolean;
  read(item: Item): Position;
  /** The objects it hangs on, when it isn't direct. */
  via(item: Item): { readonly type: string; readonly ids: readonly string[] } | undefined;
}

type Ids = (item: Item) => readonly GlobalId[];
const NONE: readonly GlobalId[] = Object.freeze([]);

/** Rows that follow one another are mostly of one customer: the last answer is kept, and given again. */
function idsOf(type: string, read: (raw: Item['raw']) => readonly string[]): Ids {
  let last: { readonly provider: string; readonly id: string; readonly ids: readonly GlobalId[] } | undefined;
  return ({ provider, raw }) => {
    const found = read(raw);
    const [id] = found;
    if (id === undefined || found.length > 1) return found.map((each) => encodeId(provider, type, each));
    if (last?.id !== id || last.provider !== provider)
      last = { provider, id, ids: Object.freeze([encodeId(provider, type, id)]) };
    return last.ids;
  };
}

/** Objects of a type, wherever the paths lead to their ids. */
function idsAt(type: string, ...paths: readonly (string | undefined)[]): Ids {
  const reads = paths.filter((path) => path !== undefined).map(compileIds);
  const [only] = reads;
  if (only === undefined) return () => NONE;
  return idsOf(type, reads.length === 1 ? only : (raw) => reads.flatMap((read) => read(raw)));
}

type Reads<T> = { readonly [Part in keyof Position]: (from: T) => readonly GlobalId[] };

/**
 * Each part is read when it is asked for: for most grants the customer alone tells, and every row of a list is asked. The
 * customers are kept: every field with a rule asks for them, and so does what hangs on the object.
 */
class LatePosition<T> implements Position {
  readonly #from: T;
  readonly #reads: Reads<T>;
  #customers: readonly GlobalId[] | undefined;

  constructor(from: T, reads: Reads<T>) {
    this.#from = from;
    this.#reads = reads;
  }
  get customers(): readonly GlobalId[] {
    this.#customers ??= this.#reads.customers(this.#from);
    return this.#customers;
  }
  get accounts(): readonly GlobalId[] {
    return this.#reads.accounts(this.#from);
  }
  get services(): readonly GlobalId[] {
    return this.#reads.services(this.#from);
  }
  get sites(): readonly GlobalId[] {
    return this.#reads.sites(this.#from);
  }
  /** As it is kept by others. */
  toJSON(): Position {
    const { customers, accounts, services, sites } = this;
    return { customers, accounts, services, sites };
  }
}

export function compileStanding(owner: OwnerSheet): Standing {
  const party = owner.party === undefined ? undefined : `${owner.party}[role=${owner.role}].id`;
  const reads: Reads<Item> = {
    customers: idsAt('Customer', party, owner.customer),
    accounts: idsAt('BillingAccount', owner.account),
    services: idsAt('Service', owner.service),
    sites: idsAt('Site', owner.site),
  };
  const hangsOn = owner.at === undefined ? () => [] : compileIds(owner.at);
  return {
    byId: owner.customer === 'id' && owner.via === undefined && owner.party === undefined,
    read: (item) => new LatePosition(item, reads),
    via: (item) => (owner.via === undefined ? undefined : { type: owner.via, ids: hangsOn(item.raw) }),
  };
}

const compiled = new WeakMap<TypeSheet, Standing>();

export function standingOf(type: TypeSheet): Standing | undefined {
  if (type.owner === undefined) return undefined;
  const known = compiled.get(type);
  if (known !== undefined) return known;
  const made = compileStanding(type.owner);
  compiled.set(type, made);
  return made;
}

/** Most hang on one object and name nothing themselves: then that one's ids are all. */
const union =
  (part: keyof Position) =>
  (positions: readonly Position[]): readonly GlobalId[] => {
    const named = positions.filter((position) => position[part].length > 0);
    const [only = NOWHERE] = named;
    return named.length < 2 ? only[part] : [...new Set(named.flatMap((position) => position[part]))];
  };

const JOINED: Reads<readonly Position[]> = {
  customers: union('customers'),
  accounts: union('accounts'),
  services: union('services'),
  sites: union('sites'),
};

/** Its own position and those of what it hangs on, as one. */
export const joinPositions = (own: Position, others: readonly Position[]): Position =>
  new LatePosition([own, ...others], JOINED);
