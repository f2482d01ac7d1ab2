// One operation's view of all back-end objects: hands out only what its principal may see.
import DataLoader from 'dataloader';
import { holds, type Position, permits, reachOf, type SsmFunction } from '../schema/access.ts';
import { attributeOf } from '../schema/contract.ts';
import type { TypeSheet } from '../schema/data-sheet.ts';
import type { Operation } from '../schema/ports.ts';
import { asError } from './as-error.ts';
import { heldValues } from './held-values.ts';
import { entityOf, type Item, itemOf, reference } from './item.ts';
import { type JoinAsk, type Loads, loadsOf, type Systems, sourceOf } from './loads.ts';
import { joinPositions, NOWHERE, standingOf } from './ownership.ts';
import { attributesOf, standing } from './projection.ts';
import { after, all, type Soon } from './soon.ts';
import { type StaffReads, staffReads } from './staff-reads.ts';

/** How long a position may outlive a change of owner at the back end, where no event tells. */
const POSITION_POLICY = { ttlMs: 30_000, staleMs: 0 } as const;

export interface Objects {
  readonly systems: Systems;
  readonly operation: Operation;
  readonly loads: Loads;
  readonly reads: StaffReads;
  sheet(type: string): TypeSheet;
  /** What is asked of a back end for a resolver that reads the attributes `besides`, and for all fields of the operation. */
  attributes(type: string, besides?: readonly string[]): readonly string[];
  /** Whether the provider has a back end for the type. */
  serves(type: string, provider: string): boolean;
  /** The object, whoever it belongs to: for joins inside a resolver, never for an answer. */
  load(type: string, provider: string, id: string, attributes: readonly string[]): Promise<Item | undefined>;
  /** The object if the principal may use the type's function (or the given one) on it; else as if it weren't there. */
  see(
    type: string,
    provider: string,
    id: string,
    attributes: readonly string[],
    fn?: SsmFunction,
  ): Soon<Item | undefined>;
  /** Objects of a type whose attribute `by` names the id: batched over all ids asked for in one turn; not yet checked. */
  by(type: string, by: string, provider: string, id: string, ask: JoinAsk): Promise<readonly Item[]>;
  /** Only those that the principal may see, in the same order. */
  visible(items: readonly Item[], fn?: SsmFunction): Soon<readonly Item[]>;
  /** Where an entity, or the entity a part belongs to, stands. */
  position(item: Item): Promise<Position>;
  /** On anything at all. */
  holds(fn: SsmFunction): boolean;
  /** On what is any customer's. */
  crosses(fn: SsmFunction): boolean;
  /** A promise only where something must be loaded to tell. */
  mayUse(fn: SsmFunction, item: Item): Soon<boolean>;
  /** Whether the principal may use the type's function on it. */
  maySee(item: Item): Soon<boolean>;
}

interface Place {
  readonly type: string;
  readonly provider: string;
  readonly id: string;
}

export function objectsOf(systems: Systems, operation: Operation): Objects {
  const loads = loadsOf(systems, operation);
  const reads = staffReads(systems.own, operation);

  function sheet(type: string): TypeSheet {
    const found = systems.contract.types.get(type);
    if (found === undefined) throw new Error(`no type ${type} in the contract`);
    return found;
  }

  const attributes = (type: string, besides?: readonly string[]): readonly string[] =>
    attributesOf(sheet(type), systems.contract, operation.selected, besides);

  async function load(
    type: string,
    provider: string,
    id: string,
    attributes: readonly string[],
  ): Promise<Item | undefined> {
    const object = await loads.object(sheet(type), provider, id, attributes);
    return object === undefined ? undefined : itemOf(type, provider, object);
  }

  async function locate({ type, provider, id }: Place, attributes: readonly string[]): Promise<Position> {
    const item = await load(type, provider, id, attributes);
    return item === undefined ? NOWHERE : position(entityOf(item));
  }

  /** Positions kept across operations; what must be loaded comes with all that the operation reads of it: the next field will want it. */
  async function keptPositions(places: readonly Place[]): Promise<(Position | Error)[]> {
    const groups = new Map<string, Place[]>();
    for (const place of places) {
      const group = `${place.type}:${place.provider}`;
      groups.set(group, [...(groups.get(group) ?? []), place]);
    }
    const found = new Map<Place, Position | Error>();
    await Promise.all(
      [...groups].map(async ([group, part]) => {
        const byId = new Map(part.map((place) => [place.id, place]));
        const loaded = async (id: string): Promise<readonly [string, Position][]> => {
          const place = byId.get(id) ?? fail(id);
          const position = await locate(place, attributes(place.type));
          return position === NOWHERE ? [] : [[id, position]];
        };
        const positions = await heldValues<Position>(systems.values, {
          ids: [...byId.keys()],
          keyOf: (id) => `position:${group}:${id}`,
          policy: POSITION_POLICY,
          operation,
          ofUser: systems.client.ofUser({ provider: part[0]?.provider ?? '' }),
          load: async (ids) => new Map((await Promise.all(ids.map(loaded))).flat()),
        }).catch(asError);
        for (const place of part)
          found.set(place, positions instanceof Error ? positions : (positions.get(place.id) ?? NOWHERE));
      }),
    );
    return places.map((place) => found.get(place) ?? NOWHERE);
  }

  /** An object that this operation has tells its position itself: nothing is asked for again. */
  async function locateAll(places: readonly Place[]): Promise<(Position | Error)[]> {
    const others: Place[] = [];
    const known = places.map((place) => {
      if (loads.has(sheet(place.type), place.provider, place.id))
        return locate(place, standing(sheet(place.type))).catch(asError);
      others.push(place);
      return undefined;
    });
    const [here, kept] = await Promise.all([Promise.all(known), keptPositions(others)]);
    const rest = kept.values();
    return here.map((each) => each ?? rest.next().value ?? NOWHERE);
  }

  const places = new Map<string, DataLoader<Place, Position, string>>();

  /** A batch is of one type: where an object stands by way of another type's, it would wait for its own batch. */
  function placesOf(type: string): DataLoader<Place, Position, string> {
    const known = places.get(type);
    if (known !== undefined) return known;
    const made = new DataLoader<Place, Position, string>(locateAll, { cacheKeyFn: placeKey });
    places.set(type, made);
    return made;
  }

  function position(entity: Item): Soon<Position> {
    if (entity.stands !== undefined) return entity.stands;
    const stands = standingOf(sheet(entity.__typename));
    if (stands === undefined) return NOWHERE;
    const via = stands.via(entity);
    if (via === undefined) {
      entity.stands = stands.read(entity);
      return entity.stands;
    }
    const join = (found: readonly Position[]): Position => {
      entity.stands = joinPositions(stands.read(entity), found);
      return entity.stands;
    };
    const others = via.ids.map((id) => placeOf(via.type, entity.provider, id));
    return after(all(others), join);
  }

  /** Where the objects stand that were asked for by id. */
  const stood = new Map<string, Position>();

  function placeOf(type: string, provider: string, id: string): Soon<Position> {
    const place = { type, provider, id };
    const key = placeKey(place);
    const known = stood.get(key);
    if (known !== undefined) return known;
    const keep = (found: Position): Position => {
      stood.set(key, found);
      return found;
    };
    const whose = sheet(type);
    const stands = standingOf(whose);
    if (stands?.byId === true) return keep(stands.read(reference(type, provider, id)));
    const raw = loads.here(whose, provider, id, standing(whose));
    if (raw === undefined) return placesOf(type).load(place).then(keep);
    const found = position(itemOf(type, provider, raw));
    return after(found, keep);
  }

  /** A reference knows only its id: it stands where the object that it names stands. */
  function positionOf(item: Item): Soon<Position> {
    const entity = entityOf(item);
    if (entity.stands !== undefined) return entity.stands;
    if (!isBare(entity.raw)) return position(entity);
    const found = placeOf(entity.__typename, entity.provider, String(entity.raw.id));
    if (!(found instanceof Promise)) entity.stands = found;
    return found;
  }

  const permitsOf = askedOnce((fn) => permits(operation.principal, fn, operation.nowMs));
  const holdsOf = askedOnce((fn) => holds(operation.principal, fn, operation.nowMs));

  const crossesOf = askedOnce((fn) => reachOf(operation.principal, fn, operation.nowMs).everyCustomer);

  function mayUseAt(fn: SsmFunction, stands: Position): boolean {
    // what isn't there is nobody's, and not everybody's who may see every customer
    const allowed = stands !== NOWHERE && permitsOf(fn)(stands);
    if (allowed) reads.saw(stands);
    return allowed;
  }

  function mayUse(fn: SsmFunction, item: Item): Soon<boolean> {
    return after(positionOf(item), (stands) => mayUseAt(fn, stands));
  }

  function maySee(item: Item, fn?: SsmFunction): Soon<boolean> {
    const { access, owner } = sheet(item.__typename);
    const needed = fn ?? access;
    if (needed === undefined) return false;
    if (needed === 'PUBLIC') return true;
    return owner?.unowned === true ? holdsOf(needed) : mayUse(needed, item);
  }

  function visible(items: readonly Item[], fn?: SsmFunction): Soon<readonly Item[]> {
    const verdicts = all(items.map((item) => maySee(item, fn)));
    return after(verdicts, (may) => items.filter((_, index) => may[index] === true));
  }

  const ifSeen = (item: Item, fn: SsmFunction | undefined): Soon<Item | undefined> =>
    after(maySee(item, fn), (may) => (may ? item : undefined));

  function see(
    type: string,
    provider: string,
    id: string,
    attributes: readonly string[],
    fn?: SsmFunction,
  ): Soon<Item | undefined> {
    const raw = loads.here(sheet(type), provider, id, attributes);
    if (raw !== undefined) return ifSeen(itemOf(type, provider, raw), fn);
    return load(type, provider, id, attributes).then((item) =>
      item === undefined ? undefined : ifSeen(item, fn),
    );
  }

  async function by(
    type: string,
    path: string,
    provider: string,
    id: string,
    ask: JoinAsk,
  ): Promise<readonly Item[]> {
    const attributes = [...new Set([...ask.attributes, attributeOf(path)])];
    const found = await loads.join(sheet(type), path, provider, id, { ...ask, attributes });
    return found.map((raw) => itemOf(type, provider, raw));
  }

  const serves = (type: string, provider: string): boolean =>
    systems.client.providersOf(sourceOf(sheet(type), provider).api).includes(provider);

  return {
    systems,
    operation,
    loads,
    reads,
    sheet,
    attributes,
    serves,
    load,
    see,
    by,
    visible,
    position: async (item) => positionOf(item),
    holds: holdsOf,
    crosses: crossesOf,
    mayUse,
    maySee,
  };
}

/** The answer for each function, kept. */
function askedOnce<T>(ask: (fn: SsmFunction) => T): (fn: SsmFunction) => T {
  const answers = new Map<SsmFunction, T>();
  return (fn) => {
    const answer = answers.get(fn) ?? ask(fn);
    answers.set(fn, answer);
    return answer;
  };
}

const placeKey = ({ type, provider, id }: Place): string => `${type}\n${provider}\n${id}`;

/** Nothing but its id. */
function isBare(raw: Item['raw']): boolean {
  let attributes = 0;
  for (const _ in raw) {
    attributes += 1;
    if (attributes > 1) return false;
  }
  return attributes === 1;
}

function fail(id: string): never {
  throw new Error(`asked for a position that nobody wanted: ${id}`);
}
