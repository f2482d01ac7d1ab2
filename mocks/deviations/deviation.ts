// What a deviation from the published description is: a named change of what an API is asked, answers or delivers.
import type { Reply } from '../server/reply.ts';

/** A request to one API, below its base path. */
export interface Asked {
  /** What stood before the base path: a market and its country, or nothing. */
  readonly prefix: string;
  readonly method: string;
  /** Resource, id and what follows. */
  readonly segments: readonly string[];
  /** Without the question mark. */
  readonly search: string;
  readonly header: (name: string) => string | undefined;
  readonly contentType: string;
  readonly body: string;
}

/** What a deviation may know of the API that it spoils. */
export interface Surroundings {
  readonly api: string;
  readonly version: string;
  /** The API's base URL. */
  readonly base: string;
  /** Where nobody should ever come: everything that arrives there is noted. */
  readonly trap: string;
  /** The answer without any deviation. */
  honest(asked: Asked): Reply;
}

export interface Delivery {
  readonly address: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Deviation {
  /** One sentence: what such a server does. */
  readonly does: string;
  /** Before the API is asked; a reply ends it. */
  ask?(asked: Asked, around: Surroundings): Asked | Reply;
  /** On what the API, or a fault, has answered. */
  answer?(reply: Reply, asked: Asked, around: Surroundings): Reply;
  /** For each notification and listener: what is really sent. */
  deliver?(delivery: Delivery, callback: string): readonly Delivery[];
}

/** Deviations that keep something are made anew for each simulator. */
export type Deviations = Readonly<Record<string, Deviation>>;

export const isReply = (result: Asked | Reply): result is Reply => 'status' in result;
export const isList = ({ method, segments }: Asked): boolean => method === 'GET' && segments.length === 1;
export const isHub = ({ segments }: Asked): boolean => segments[0] === 'hub';
