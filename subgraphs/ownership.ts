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

type Ids = (object: unknown) => readonly string[];
const none: Ids = () => [];

function idsAt(path: string | undefined): Ids {
  return path === undefined ? none : compileIds(path);
}

export function compileStanding(owner: OwnerSheet): Standing {
  const parties = owner.party === undefined ? none : compileIds(`${owner.party}[role=${owner.role}].id`);
  const customers = idsAt(owner.customer);
  const accounts = idsAt(owner.account);
  const services = idsAt(owner.service);
  const sites = idsAt(owner.site);
  const hangsOn = idsAt(owner.at);
  const global = (type: string, item: Item, ids: readonly string[]): readonly GlobalId[] =>
    ids.map((id) => encodeId(item.provider, type, id));
  const positionIn = (item: Item): Position => ({
    customers: global('Customer', item, [...parties(item.raw), ...customers(item.raw)]),
    accounts: global('BillingAccount', item, accounts(item.raw)),
    services: global('Service', item, services(item.raw)),
    sites: global('Site', item, sites(item.raw)),
  });
  // what a back end has said is never written to, and its provider never changes: read once however often it's asked
  const kept = new WeakMap<Item['raw'], Position>();
  return {
    byId: owner.customer === 'id' && owner.via === undefined && owner.party === undefined,
    read(item) {
      const known = kept.get(item.raw);
      if (known !== undefined) return known;
      const made = positionIn(item);
      kept.set(item.raw, made);
      return made;
    },
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
