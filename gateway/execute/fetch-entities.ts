// Executes a fetch of entities: each representation sent once, its answer given to every place that needs it.
import type { GraphQLFormattedError } from 'graphql';
import { isObject, type JsonObject } from '../../schema/json.ts';
import { call } from './call.ts';
import { type Answer, failed } from './exchange.ts';
import { commonPath, failureAt, type Path, subgraphError } from './failure.ts';
import { type CompiledFetch, clientPath, variablesFor } from './fetch.ts';
import { merge } from './merge.ts';
import { certainPart, eachPlace, locate } from './places.ts';
import type { Asked, Run } from './run.ts';

/** An entity that this fetch needs, and the objects of the answer that stand for it. */
interface Slot {
  readonly representation: JsonObject;
  readonly targets: JsonObject[];
}

interface Delivery {
  readonly index: number;
  readonly targets: readonly JsonObject[];
}

export async function fetchEntities(fetch: CompiledFetch, run: Run): Promise<void> {
  const slots = slotsOf(fetch, run);
  if (slots.size === 0) return;
  const asked = askedOf(fetch, run);
  const deliveries = new Map<Promise<Answer>, Delivery[]>();
  const deliver = ({ batch, index }: Asked, targets: readonly JsonObject[]): void => {
    const known = deliveries.get(batch);
    if (known === undefined) deliveries.set(batch, [{ index, targets }]);
    else known.push({ index, targets });
  };
  const fresh: [string, Slot][] = [];
  for (const [key, slot] of slots) {
    const known = asked?.get(key);
    if (known === undefined) fresh.push([key, slot]);
    else deliver(known, slot.targets);
  }
  if (fresh.length > 0) {
    const batch = send(
      fetch,
      run,
      fresh.map(([, slot]) => slot.representation),
    );
    fresh.forEach(([key, slot], index) => {
      asked?.set(key, { batch, index });
      deliver({ batch, index }, slot.targets);
    });
  }
  // what is kept for another fetch must stay as it came
  const keep = asked !== undefined;
  await Promise.all(
    [...deliveries].map(async ([batch, parts]) => receive(fetch, run, await batch, parts, keep)),
  );
}

function slotsOf(fetch: CompiledFetch, run: Run): Map<string, Slot> {
  const slots = new Map<string, Slot>();
  const { representer } = fetch;
  if (representer === undefined) return slots;
  const { joined } = run;
  // two of which only the key is known can't differ: further on they are one object
  let joins = fetch.joins;
  eachPlace(run, fetch.path, (entity) => {
    const key = representer.key(entity);
    if (key === undefined) return entity;
    const slot = slots.get(key);
    if (slot === undefined) {
      const representation = representer.build(entity);
      if (representation !== undefined) slots.set(key, { representation, targets: [entity] });
      joins &&= representer.isAll(entity);
      return entity;
    }
    const [first] = slot.targets;
    joins &&= representer.isAll(entity);
    if (!joins || first === undefined) {
      slot.targets.push(entity);
      return entity;
    }
    joined.add(first);
    return first;
  });
  return slots;
}

function askedOf({ group }: CompiledFetch, run: Run): Map<string, Asked> | undefined {
  if (group === undefined) return undefined;
  let asked = run.asked.get(group);
  if (asked === undefined) {
    asked = new Map();
    run.asked.set(group, asked);
  }
  return asked;
}

/** The answer has one element for each representation and its rewrites are done; else it is a failure. */
async function send(fetch: CompiledFetch, run: Run, representations: JsonObject[]): Promise<Answer> {
  const typenames = representations.map((representation) => representation.__typename);
  for (const rewrite of fetch.rewriteInput) for (const each of representations) rewrite(each);
  const answer = await call(run, fetch.request, { ...variablesFor(fetch, run), representations });
  if (answer.data === undefined) return answer;
  const entities = answer.data._entities;
  if (entities === null && answer.errors.length > 0) return { ...answer, data: undefined };
  if (!Array.isArray(entities) || entities.length !== representations.length)
    return failed('BACKEND_BAD_ANSWER', `${representations.length} entities were asked for`);
  if (fetch.rewriteOutput.length > 0) {
    entities.forEach((entity: unknown, index) => {
      if (!isObject(entity)) return;
      entity.__typename ||= typenames[index];
      for (const rewrite of fetch.rewriteOutput) rewrite(entity);
    });
  }
  return answer;
}

function receive(
  fetch: CompiledFetch,
  run: Run,
  answer: Answer,
  parts: readonly Delivery[],
  keep: boolean,
): void {
  report(fetch, run, answer, parts);
  const entities = answer.data?._entities;
  if (!Array.isArray(entities)) return;
  for (const { index, targets } of parts) {
    const entity: unknown = entities[index];
    if (!isObject(entity)) continue;
    let copy = keep;
    for (const target of targets) {
      merge(target, entity, fetch.shape, copy);
      copy = true;
    }
  }
}

/** Which entity an error is about; undefined: about the whole call. */
function indexOf(error: GraphQLFormattedError): number | undefined {
  const index: unknown = Array.isArray(error.path) ? error.path[1] : undefined;
  return typeof index === 'number' ? index : undefined;
}

function report(fetch: CompiledFetch, run: Run, answer: Answer, parts: readonly Delivery[]): void {
  const entities = answer.data?._entities;
  const unreadable = Array.isArray(entities)
    ? parts.filter(({ index }) => entities[index] !== null && !isObject(entities[index]))
    : [];
  if (answer.failure === undefined && answer.errors.length === 0 && unreadable.length === 0) return;

  const found = locate(run.data, fetch.path, new Set(parts.flatMap(({ targets }) => targets)));
  const pathsOf = (part: Delivery): Path[] => part.targets.flatMap((target) => found.get(target) ?? []);
  const whole = commonPath(parts.flatMap(pathsOf));
  const everywhere = clientPath(fetch, whole.length > 0 ? whole : certainPart(fetch.path));
  const byIndex = new Map(parts.map((part) => [part.index, part]));

  if (answer.failure !== undefined)
    run.errors.push(failureAt(answer.failure.code, everywhere, answer.failure.cause));
  for (const part of unreadable)
    for (const path of pathsOf(part))
      run.errors.push(failureAt('BACKEND_BAD_ANSWER', clientPath(fetch, path), 'an entity is not an object'));
  for (const error of answer.errors) {
    const index = indexOf(error);
    const part = index === undefined ? undefined : byIndex.get(index);
    // an entity that only another fetch of the same batch needs: that one reports it
    if (index !== undefined && part === undefined && Array.isArray(entities) && index in entities) continue;
    const paths =
      part === undefined
        ? [everywhere]
        : pathsOf(part).map((path) => clientPath(fetch, [...path, ...(error.path ?? []).slice(2)]));
    for (const path of paths) run.errors.push(subgraphError(error, fetch.request.serviceName, path));
  }
}
