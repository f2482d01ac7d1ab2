// The part of every subgraph's SDL that is the same: federation links, our directives, shared types, connections.
import { readFileSync } from 'node:fs';
import { type DocumentNode, Kind, parse, type TypeNode } from 'graphql';
import { FUNCTIONS } from './access.ts';

const LINKS = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.11", import: ["@key", "@shareable", "@external", "@requires", "@provides", "@override", "@tag", "@inaccessible", "@interfaceObject", "@composeDirective"])
  @link(url: "https://specs.ssm-gateway.dev/ssm/v1.0", import: ["@access", "@cacheControl", "@live"])
  @composeDirective(name: "@access")
  @composeDirective(name: "@cacheControl")
  @composeDirective(name: "@live")
`;

/** The enum of functions is generated from `access.ts`: a new function is one entry there. */
function functionEnum(): string {
  const values = Object.entries(FUNCTIONS).map(
    ([name, rule]) => `  ${JSON.stringify(rule.description)}\n  ${name}`,
  );
  return `"An SSM function: the unit of permission."\nenum ssm__Function {\n${values.join('\n')}\n}\n`;
}

export const HEADER = [
  LINKS,
  functionEnum(),
  readFileSync(new URL('./directives.graphql', import.meta.url), 'utf8'),
].join('\n');

export function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}

/** `ServiceConnection` and `ServiceEdge` for each connection that fields return and nobody defines. */
export function connections(own: string): string {
  const document: DocumentNode = parse(own);
  const defined = new Set<string>();
  const wanted = new Set<string>();
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.OBJECT_TYPE_EXTENSION)
      continue;
    defined.add(definition.name.value);
    for (const field of definition.fields ?? []) {
      const name = namedType(field.type);
      if (name.endsWith('Connection')) wanted.add(name);
    }
  }
  return [...wanted]
    .filter((name) => !defined.has(name))
    .map((name) => {
      const node = name.slice(0, -'Connection'.length);
      return `"""
A page of ${node} objects, as Relay's connections have it. It may hold fewer than were asked for, even none, while
hasNextPage is true: then what was looked at wasn't yours or didn't fit; go on at endCursor.
"""
type ${name} @shareable {
  edges: [${node}Edge!]!
  "The objects alone, for clients that need no cursors."
  nodes: [${node}!]!
  pageInfo: PageInfo!
  "How many there are in all; null where no back end knows it for what this principal may see."
  totalCount: Int
}
type ${node}Edge @shareable {
  cursor: String!
  node: ${node}!
}`;
    })
    .join('\n');
}
