// Reads the annotated schemas of all subgraphs into data sheets: rules, sources, cache hints, and the faults.
import { readdirSync, readFileSync } from 'node:fs';
import {
  type ConstDirectiveNode,
  type EnumTypeDefinitionNode,
  type FieldDefinitionNode,
  type InputObjectTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  type TypeNode,
  valueFromASTUntyped,
} from 'graphql';
import type { SsmFunction } from './access.ts';
import {
  type CacheSheet,
  type Contract,
  type FieldSheet,
  type FilterSheet,
  type LiveSheet,
  type Match,
  type OwnerSheet,
  ROOTS,
  type SubgraphSheet,
  type TypeSheet,
} from './data-sheet.ts';
import { faultsOf } from './faults.ts';
import { connections, HEADER, namedType } from './header.ts';

export interface SubgraphText {
  readonly name: string;
  readonly sdl: string;
}

/** Subgraphs are found by folder: each folder below `root` that holds a schema.graphql is one. */
export function findSubgraphs(root: URL): SubgraphText[] {
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap((entry) => {
      try {
        return [
          { name: entry.name, sdl: readFileSync(new URL(`${entry.name}/schema.graphql`, root), 'utf8') },
        ];
      } catch {
        return []; // a folder without a schema is code that subgraphs share
      }
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

type Args = Readonly<Record<string, unknown>>;

function directive(
  node: { readonly directives?: readonly ConstDirectiveNode[] | undefined },
  name: string,
): Args | undefined {
  const found = node.directives?.find((each) => each.name.value === name);
  if (found === undefined) return undefined;
  return Object.fromEntries(
    (found.arguments ?? []).map((arg) => [arg.name.value, valueFromASTUntyped(arg.value)]),
  );
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Drops undefined members, so that an absent annotation is an absent property. */
function present<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  // the filter below makes the narrowed type true
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}

function accessOf(node: {
  readonly directives?: readonly ConstDirectiveNode[] | undefined;
}): SsmFunction | undefined {
  // composition and graphql refuse a value that the generated enum lacks
  return directive(node, 'access')?.function as SsmFunction | undefined;
}

function cacheOf(node: {
  readonly directives?: readonly ConstDirectiveNode[] | undefined;
}): CacheSheet | undefined {
  const args = directive(node, 'cacheControl');
  if (args === undefined) return undefined;
  return { maxAgeS: Number(args.maxAge ?? 0), scope: args.scope === 'PRIVATE' ? 'PRIVATE' : 'PUBLIC' };
}

const texts = (value: unknown): string[] | undefined =>
  Array.isArray(value) ? value.filter((each) => typeof each === 'string') : undefined;

function liveOf(node: FieldDefinitionNode): LiveSheet | undefined {
  const args = directive(node, 'live');
  if (args === undefined) return undefined;
  return present({ topic: text(args.topic) ?? '', of: text(args.of), on: texts(args.on) });
}

function ownerOf(node: ObjectTypeDefinitionNode): OwnerSheet | undefined {
  const args = directive(node, 'owner');
  if (args === undefined) return undefined;
  return present({ ...args, role: text(args.role) ?? 'customer' });
}

const isList = (type: TypeNode): boolean =>
  type.kind === Kind.LIST_TYPE || (type.kind === Kind.NON_NULL_TYPE && isList(type.type));

/** Without an annotation a field reads the attribute of its own name; a resolver of its own is told by `needs` or arguments. */
function ownName(parent: string, node: FieldDefinitionNode, tmf: Args): string | undefined {
  const joined = tmf.by !== undefined || tmf.needs !== undefined || (node.arguments ?? []).length > 0;
  return joined || ROOTS.has(parent) ? undefined : node.name.value;
}

function fieldSheet(parent: string, node: FieldDefinitionNode): FieldSheet {
  const tmf = directive(node, 'tmf') ?? {};
  const returns = namedType(node.type);
  const connection = returns.endsWith('Connection');
  return present({
    parent,
    name: node.name.value,
    returns: connection ? returns.slice(0, -'Connection'.length) : returns,
    list: isList(node.type),
    connection,
    arguments: (node.arguments ?? []).map((arg) => arg.name.value),
    path: text(tmf.path) ?? ownName(parent, node, tmf),
    by: text(tmf.by),
    needs: texts(tmf.needs) ?? [],
    live: liveOf(node),
    ...(directive(node, 'access')?.acrossCustomers === true
      ? { label: accessOf(node) }
      : { access: accessOf(node) }),
    cache: cacheOf(node),
  });
}

function filterSheets(node: InputObjectTypeDefinitionNode, enums: ReadonlySet<string>): FilterSheet[] {
  return (node.fields ?? []).flatMap((field) => {
    const tmf = directive(field, 'tmf');
    if (tmf === undefined) return [];
    const type = namedType(field.type);
    return [
      present({
        name: field.name.value,
        path: text(tmf.path) ?? field.name.value,
        match: (text(tmf.match) ?? 'EQUALS') as Match, // the directive's enum has only these
        enumName: enums.has(type) ? type : undefined,
        withinDays: typeof tmf.withinDays === 'number' ? tmf.withinDays : undefined,
        idOf: type === 'ID' ? (text(tmf.of) ?? '') : undefined,
      }),
    ];
  });
}

const enumWords = (node: EnumTypeDefinitionNode): ReadonlyMap<string, string> =>
  new Map(
    (node.values ?? []).map((value) => [
      value.name.value,
      text(directive(value, 'tmf')?.value) ?? value.name.value.toLowerCase(),
    ]),
  );

function readSubgraph({ name, sdl }: SubgraphText): SubgraphSheet {
  const whole = `${HEADER}\n${connections(sdl)}\n${sdl}`;
  const document = parse(whole);
  const enumNames = new Set(
    document.definitions.flatMap((node) =>
      node.kind === Kind.ENUM_TYPE_DEFINITION ? [node.name.value] : [],
    ),
  );
  const fields = new Map<string, Map<string, FieldSheet>>();
  const filters = new Map<string, FilterSheet[]>();
  const enums = new Map<string, ReadonlyMap<string, string>>();
  for (const node of document.definitions) {
    if (node.kind === Kind.OBJECT_TYPE_DEFINITION) {
      const sheets = (node.fields ?? []).map((field) => fieldSheet(node.name.value, field));
      fields.set(node.name.value, new Map(sheets.map((sheet) => [sheet.name, sheet])));
    } else if (node.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION) {
      filters.set(node.name.value, filterSheets(node, enumNames));
    } else if (node.kind === Kind.ENUM_TYPE_DEFINITION) {
      enums.set(node.name.value, enumWords(node));
    }
  }
  return { name, sdl: whole, document, fields, filters, enums };
}

/** The first-level attribute that a path starts in: what `fields=` can ask for. */
export function attributeOf(path: string): string {
  return /^[^.[]+/.exec(path)?.[0] ?? path;
}

function typeSheet(
  name: string,
  definitions: readonly { subgraph: SubgraphSheet; node: ObjectTypeDefinitionNode }[],
): TypeSheet {
  const home =
    definitions.find(({ node }) => text(directive(node, 'tmf')?.api) !== undefined) ?? definitions[0];
  const tmf = home === undefined ? {} : (directive(home.node, 'tmf') ?? {});
  const first = <T>(read: (node: ObjectTypeDefinitionNode) => T | undefined): T | undefined =>
    definitions.map(({ node }) => read(node)).find((value) => value !== undefined);
  const owner = first(ownerOf);
  const [wherePath, whereValues] = text(tmf.where)?.split('=') ?? [];
  const fields = (each: { subgraph: SubgraphSheet }) => [...(each.subgraph.fields.get(name)?.values() ?? [])];
  const paths = definitions.flatMap((each) =>
    fields(each).flatMap((field) => [
      ...(field.path === undefined || each !== home ? [] : [field.path]),
      ...field.needs,
    ]),
  );
  const ownerPaths = [owner?.party, owner?.customer, owner?.account, owner?.service, owner?.site, owner?.at];
  const attributes = [...paths, ...ownerPaths, wherePath].flatMap((path) =>
    path === undefined ? [] : [attributeOf(path)],
  );
  return present({
    name,
    home: home?.subgraph.name ?? '',
    key: definitions.some(({ node }) => directive(node, 'key') !== undefined),
    api: text(tmf.api),
    resource: text(tmf.resource),
    where:
      wherePath === undefined || whereValues === undefined
        ? undefined
        : { path: wherePath, values: whereValues.split(',') },
    access: first(accessOf),
    owner,
    cache: first(cacheOf),
    attributes: [...new Set(attributes)],
  });
}

export function readContract(texts: readonly SubgraphText[]): Contract {
  const sheets = texts.map(readSubgraph);
  const definitions = new Map<string, { subgraph: SubgraphSheet; node: ObjectTypeDefinitionNode }[]>();
  for (const subgraph of sheets) {
    for (const node of subgraph.document.definitions) {
      if (node.kind !== Kind.OBJECT_TYPE_DEFINITION) continue;
      const known = definitions.get(node.name.value) ?? [];
      definitions.set(node.name.value, [...known, { subgraph, node }]);
    }
  }
  const types = new Map([...definitions].map(([name, nodes]) => [name, typeSheet(name, nodes)]));
  const subgraphs = new Map(sheets.map((sheet) => [sheet.name, sheet]));
  return { types, subgraphs, faults: faultsOf(types, subgraphs) };
}
