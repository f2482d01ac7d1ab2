// Whether the subgraphs at hand can answer what a supergraph would have them asked.
import { Supergraph } from '@apollo/federation-internals';
import { Kind, parse } from 'graphql';
import type { GraphSource } from './graph.ts';

/** `Type.field` of everything that the SDL defines or extends. */
function fieldsOf(sdl: string): Set<string> {
  const fields = new Set<string>();
  for (const node of parse(sdl, { noLocation: true }).definitions) {
    if (
      node.kind !== Kind.OBJECT_TYPE_DEFINITION &&
      node.kind !== Kind.OBJECT_TYPE_EXTENSION &&
      node.kind !== Kind.INTERFACE_TYPE_DEFINITION &&
      node.kind !== Kind.INTERFACE_TYPE_EXTENSION
    )
      continue;
    for (const field of node.fields ?? []) fields.add(`${node.name.value}.${field.name.value}`);
  }
  return fields;
}

const SHOWN = 5;

/** Faults in words; none: it fits. Throws for what is no supergraph at all. */
export function misfits({ supergraphSdl, subgraphs, elsewhere }: GraphSource): string[] {
  const known = new Map(subgraphs.map((subgraph) => [subgraph.name, subgraph]));
  const faults: string[] = [];
  for (const { name, schema } of Supergraph.build(supergraphSdl).subgraphs()) {
    const subgraph = known.get(name);
    if (subgraph === undefined) {
      faults.push(`there is no subgraph ${name}`);
      continue;
    }
    if (elsewhere?.has(name) || subgraph.sdl === '') continue;
    const own = fieldsOf(subgraph.sdl);
    const lacking: string[] = [];
    // what begins with `_` is federation's own
    for (const type of [...schema.objectTypes(), ...schema.interfaceTypes()]) {
      // made of fields of Query, which is what subgraphs are asked for
      if (type.name === 'Subscription') continue;
      for (const field of type.fields())
        if (!/^_|\._/.test(field.coordinate) && !own.has(field.coordinate)) lacking.push(field.coordinate);
    }
    if (lacking.length > 0) faults.push(`${name} has no ${lacking.slice(0, SHOWN).join(', ')}`);
  }
  return faults;
}
