// Whether objects with these fields may be made by code of their own: V8 then knows the form of the objects of each place.
import { isInherited } from './json.ts';

/** Of GraphQL's grammar: nothing else becomes code. */
const NAME = /^[_A-Za-z][_0-9A-Za-z]*$/;
/** Longer code takes longer to make than it ever saves. */
const MAX_FIELDS = 100;

export const fitsCode = (names: readonly string[]): boolean =>
  names.length <= MAX_FIELDS && names.every((name) => NAME.test(name) && !isInherited(name));
