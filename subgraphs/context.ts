// What every resolver of a subgraph is given: the operation and its objects. New for each subgraph call.

import type { GraphQLResolveInfo } from 'graphql';
import type { Contract, SubgraphSheet } from '../schema/data-sheet.ts';
import type { Operation } from '../schema/ports.ts';
import type { Item } from './item.ts';
import type { Systems } from './loads.ts';
import type { Objects } from './objects.ts';

export interface SubgraphContext {
  readonly operation: Operation;
  readonly objects: Objects;
  readonly contract: Contract;
  readonly sheet: SubgraphSheet;
}

/** A resolver written by hand: joins, choices and mutations; everything else comes from the data sheet. */
export type Resolver = (
  parent: Item,
  args: Readonly<Record<string, unknown>>,
  context: SubgraphContext,
  info: GraphQLResolveInfo,
) => unknown;

/** By type, then by field: what a subgraph's resolvers.ts gives. */
export type Resolvers = Readonly<Record<string, Readonly<Record<string, Resolver>>>>;

/** A back end's notification, as far as it could be read and was asked for. */
export interface BackEndEvent {
  readonly provider: string;
  readonly resource: string;
  readonly isDeleted: boolean;
  /** When the back end said so, or when it came where it doesn't say. */
  readonly atMs: number;
  /** The object that the event is about, as much of it as was sent. */
  readonly object: Readonly<Record<string, unknown>>;
}

/** By TM Forum resource: what a subgraph does with its events. */
export type EventHandlers = Readonly<
  Record<string, (event: BackEndEvent, systems: Systems) => Promise<void>>
>;
