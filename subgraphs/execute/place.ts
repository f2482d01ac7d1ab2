// Where a value stands in an answer that is still being made, so that what comes late is written where it belongs.
import { isInherited, type JsonObject, write } from '../../schema/json.ts';

/** In place of a value that is null though its type forbids it, and whose error is reported: its parent is null too. */
export const FAILED = Symbol('failed');

/** An object or a list of the answer. */
export class Place {
  readonly up: Place | undefined;
  readonly key: string | number;
  /** Whether null may stand there in its stead. */
  readonly nullable: boolean;
  /** Set as soon as all that is known at once stands in it. */
  value: JsonObject | unknown[] | undefined = undefined;
  /** What is below an object or a list that has become null is in nobody's answer. */
  #gone = false;

  constructor(up: Place | undefined, key: string | number, nullable: boolean) {
    this.up = up;
    this.key = key;
    this.nullable = nullable;
  }

  /** While its parent is being made: the parent sees to what stands in its stead. */
  drop(): typeof FAILED {
    this.#gone = true;
    return FAILED;
  }

  get gone(): boolean {
    for (let place: Place | undefined = this; place !== undefined; place = place.up)
      if (place.#gone) return true;
    return false;
  }

  /** A value that came late. */
  put(key: string | number, value: unknown): void {
    if (value === FAILED) this.#fail();
    else if (Array.isArray(this.value)) this.value[Number(key)] = value;
    else if (this.value !== undefined) write(this.value, String(key), value, isInherited(String(key)));
  }

  #fail(): void {
    this.#gone = true;
    this.up?.put(this.key, this.nullable ? null : FAILED);
  }

  path(key: string | number): (string | number)[] {
    const path = [key];
    for (let place: Place = this; place.up !== undefined; place = place.up) path.push(place.key);
    return path.reverse();
  }
}
