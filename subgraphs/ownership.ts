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

/** Objects of a type, wherever the paths lead to their ids. */
function idsAt(type: string, ...paths: readonly (string | undefined)[]): Ids {
  const reads = paths.filter((path) => path !== undefined).map(compileIds);
  if (reads.length === 0) return () => NONE;
  return ({ provider, raw }) => {
    const ids: GlobalId[] = [];
    for (const read of reads) for (const id of read(raw)) ids.push(encodeId(provider, type, id));
    return ids;
  };
}

interface Reads {
  readonly customers: Ids;
  readonly accounts: Ids;
  readonly services: Ids;
  readonly sites: Ids;
}

/** Each part is read when it is asked for: for most grants the customer alone tells, and every row of a list is asked. */
class ReadPosition implements Position {
  readonly #item: Item;
  readonly #reads: Reads;
  #customers: readonly GlobalId[] | undefined;

  constructor(item: Item, reads: Reads) {
    this.#item = item;
    this.#reads = reads;
  }
  get customers(): readonly GlobalId[] {
    this.#customers ??= this.#reads.customers(this.#item);
    return this.#customers;
  }
  get accounts(): readonly GlobalId[] {
    return this.#reads.accounts(this.#item);
  }
  get services(): readonly GlobalId[] {
    return this.#reads.services(this.#item);
  }
  get sites(): readonly GlobalId[] {
    return this.#reads.sites(this.#item);
  }
  /** As it is kept by others. */
  toJSON(): Position {
    const { customers, accounts, services, sites } = this;
    return { customers, accounts, services, sites };
  }
}

export function compileStanding(owner: OwnerSheet): Standing {
  const party = owner.party === undefined ? undefined : `${owner.party}[role=${owner.role}].id`;
  const reads: Reads = {
    customers: idsAt('Customer', party, owner.customer),
    accounts: idsAt('BillingAccount', owner.account),
    services: idsAt('Service', owner.service),
    sites: idsAt('Site', owner.site),
  };
  const hangsOn = owner.at === undefined ? () => [] : compileIds(owner.at);
  return {
    byId: owner.customer === 'id' && owner.via === undefined && owner.party === undefined,
    read: (item) => new ReadPosition(item, reads),
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

/** Its own position and those of what it hangs on, as one. */
export function joinPositions(own: Position, others: readonly Position[]): Position {
  const all = [own, ...others];
  const union = (pick: (position: Position) => readonly string[]): readonly string[] => [
    ...new Set(all.flatMap(pick)),
  ];
  return {
    customers: union((position) => position.customers),
    accounts: union((position) => position.accounts),
    services: union((position) => position.services),
    sites: union((position) => position.sites),
  };
}
