// What a store has to know of the world to find rows without scanning it.

export interface Directory {
  /** Owners whose rows are listed first, in this order. */
  readonly pinned: readonly string[];
  /** How many generated owners follow. */
  readonly subscribers: number;
  subscriberOwner(index: number): string;
  /** The owner that an id or a number names, if any. */
  ownerOf(value: string): string | undefined;
  /** Changes when rows that don't move may have changed all the same: the month. */
  epoch(): number;
}
