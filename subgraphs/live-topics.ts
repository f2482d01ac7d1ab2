// Which topics a back end's notification fires: compiled from `@live` in the data sheets.
import type { Contract, FieldSheet, TypeSheet } from '../schema/data-sheet.ts';
import { encodeId } from '../schema/id.ts';
import { argumentTopic, customersFire, firings, topicIn, wholeTopic } from '../schema/live.ts';
import type { BackEndEvent } from './context.ts';
import { compileIds, compilePath } from './path.ts';
import { asText } from './tmf/read.ts';

type Fire = (event: BackEndEvent) => readonly string[];

export interface LiveTopics {
  /** Resources of which some topic wants to hear. */
  readonly resources: ReadonlySet<string>;
  firedBy(event: BackEndEvent): readonly string[];
}

/** The customers that the notification itself names, by what the data sheets say of its resource. */
function customersIn(
  resource: string,
  types: readonly TypeSheet[],
): (event: BackEndEvent) => readonly string[] {
  const owners = types.flatMap((type) => (type.resource === resource && type.owner ? [type.owner] : []));
  const paths = owners.flatMap(({ party, role, customer }) => [
    ...(party === undefined ? [] : [compileIds(`${party}[role=${role}].id`)]),
    ...(customer === undefined ? [] : [compileIds(customer)]),
  ]);
  return ({ provider, object }) => [
    ...new Set(paths.flatMap((ids) => ids(object).map((id) => encodeId(provider, 'Customer', id)))),
  ];
}

function fireOf(field: FieldSheet, contract: Contract): readonly (readonly [string, Fire])[] {
  const topic = field.live && topicIn(field.live.topic);
  if (field.live === undefined || topic === undefined) return [];
  const { name, key } = topic;
  const types = [...contract.types.values()];
  const type = field.live.of ?? field.returns;
  return firings(field.live, contract.types.get(field.returns)).map(({ resource, path }) => {
    if (key.kind === 'ARGUMENT') {
      const read = compilePath(path);
      const fire: Fire = ({ provider, object }) =>
        read(object).flatMap((value) => {
          const id = asText(value);
          return id === undefined ? [] : [argumentTopic(name, encodeId(provider, type, id))];
        });
      return [resource, fire];
    }
    const customers = customersIn(resource, types);
    const fire: Fire = (event) =>
      key.kind === 'CUSTOMER' ? customersFire(name, customers(event)) : [wholeTopic(name)];
    return [resource, fire];
  });
}

export function liveTopics(contract: Contract): LiveTopics {
  const fires = new Map<string, Fire[]>();
  for (const { fields } of contract.subgraphs.values()) {
    for (const field of fields.get('Query')?.values() ?? []) {
      for (const [resource, fire] of fireOf(field, contract))
        fires.set(resource, [...(fires.get(resource) ?? []), fire]);
    }
  }
  return {
    resources: new Set(fires.keys()),
    firedBy: (event) => [...new Set((fires.get(event.resource) ?? []).flatMap((fire) => fire(event)))],
  };
}
