// How a version of an API differs from the shape that the rest of the code sees: as data where that can be said.

type Json = Readonly<Record<string, unknown>>;

/** Our name first, theirs second; dots for depth. */
export type Names = Readonly<Record<string, string>>;

export interface Difference {
  readonly resources?: Names;
  /** What that version doesn't have at all. */
  readonly absent?: readonly string[];
  /** Attributes of all its resources. */
  readonly attributes?: Names;
  /** `relatedParty: 'partyOrPartyRole'`: what we have in one object lies one level deeper there, but for its role. */
  readonly wrapped?: Names;
  /** `externalId: 'externalIdentifier'`: a text of ours that is a list of identifiers there. */
  readonly identifiers?: Names;
  /** References that have an address and no id there: ours is the last part of the address. */
  readonly addressed?: readonly string[];
  /** Paths of ours that `read` makes, with theirs that each is made of: those are asked for, and no filter names ours. */
  readonly made?: Readonly<Record<string, readonly string[]>>;
  /** What no table can say, after the tables when reading, before them when writing. */
  readonly read?: (object: Json, resource: string) => Json;
  readonly write?: (body: Json, resource: string) => Json;
  /** A task of ours that is asked otherwise there: by a question that changes nothing. */
  readonly asks?: Readonly<Record<string, Question>>;
}

export interface Question {
  /** Their resource, and the query that stands for our task's body; with `body` it is a POST. */
  readonly of: (body: Json) => { readonly resource: string; readonly query?: string; readonly body?: Json };
  /** Our finished task, of the rows that came. */
  readonly read: (rows: readonly Json[]) => Json;
}
