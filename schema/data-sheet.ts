// What an annotated schema says, as values: the shapes that the reader gives and the subgraphs live from.
import type { DocumentNode } from 'graphql';
import type { SsmFunction } from './access.ts';

/** Types whose fields an operation begins with. */
export const ROOTS: ReadonlySet<string> = new Set(['Query', 'Mutation', 'Subscription']);

export type Match = 'EQUALS' | 'CONTAINS' | 'FROM' | 'BEFORE';

/** `@owner`: paths into the back end's object. */
export interface OwnerSheet {
  readonly party?: string;
  readonly role: string;
  readonly customer?: string;
  readonly account?: string;
  readonly service?: string;
  readonly site?: string;
  readonly via?: string;
  readonly at?: string;
  readonly unowned?: boolean;
}

/** `@live`: the query is run again when its topic fires. */
export interface LiveSheet {
  /** A name, or a name and one value: `usage:{serviceId}`. */
  readonly topic: string;
  /** The type whose ids the argument takes. */
  readonly of?: string;
  /** Notifications that fire it: `resource.path`, or `resource` alone for a topic by customer or by nothing. */
  readonly on?: readonly string[];
}

export interface CacheSheet {
  readonly maxAgeS: number;
  readonly scope: 'PUBLIC' | 'PRIVATE';
}

/** A type, gathered over all subgraphs: what one of them says holds for its stubs in the others. */
export interface TypeSheet {
  readonly name: string;
  /** The subgraph that says where its objects come from; the first to define it where none does. */
  readonly home: string;
  readonly key: boolean;
  readonly api?: string;
  readonly resource?: string;
  readonly where?: { readonly path: string; readonly values: readonly string[] };
  readonly access?: SsmFunction;
  readonly owner?: OwnerSheet;
  readonly cache?: CacheSheet;
  /** First-level attributes that any field of the type reads, ownership and `where` included. */
  readonly attributes: readonly string[];
}

/** A field as one subgraph defines it. */
export interface FieldSheet {
  readonly parent: string;
  readonly name: string;
  /** The named type; of a connection, that of its nodes. */
  readonly returns: string;
  readonly list: boolean;
  readonly connection: boolean;
  readonly arguments: readonly string[];
  readonly path?: string;
  readonly by?: string;
  readonly needs: readonly string[];
  readonly live?: LiveSheet;
  readonly access?: SsmFunction;
  /** What those need who read it across customers (`acrossCustomers`): without it they are given null. */
  readonly label?: SsmFunction;
  readonly cache?: CacheSheet;
}

/** A field of a filter input. */
export interface FilterSheet {
  readonly name: string;
  readonly path: string;
  readonly match: Match;
  /** The enum whose values it takes, if it takes an enum. */
  readonly enumName?: string;
  /** Of a FROM that isn't given: so many days before the end of the list's period. */
  readonly withinDays?: number;
  /** It takes global ids of this type, which back ends know by their own. */
  readonly idOf?: string;
}

export interface SubgraphSheet {
  readonly name: string;
  /** The whole SDL: header, generated connections and the folder's own schema. */
  readonly sdl: string;
  readonly document: DocumentNode;
  /** By type, then by field. */
  readonly fields: ReadonlyMap<string, ReadonlyMap<string, FieldSheet>>;
  /** By input type: how its fields filter. */
  readonly filters: ReadonlyMap<string, readonly FilterSheet[]>;
  /** By enum, then by the schema's value: the back end's words. */
  readonly enums: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

export interface Contract {
  readonly types: ReadonlyMap<string, TypeSheet>;
  readonly subgraphs: ReadonlyMap<string, SubgraphSheet>;
  /** Every contradiction and omission, each with its coordinate. A graph with faults doesn't start. */
  readonly faults: readonly string[];
}
