// Whether a change is in an object that was read back, whatever a back end adds or spells otherwise.
import { asDecimal, instantMs } from './read.ts';
import { isRecord } from './tmf-object.ts';

/** Merge patch (RFC 7396): null takes away, objects are merged, everything else is put in its place. */
export function isApplied(wanted: unknown, found: unknown): boolean {
  if (wanted === null || wanted === undefined) return isNothing(found);
  if (Array.isArray(wanted)) return isListApplied(wanted, Array.isArray(found) ? found : []);
  if (isRecord(wanted)) {
    const inside = isRecord(found) ? found : {};
    return Object.entries(wanted).every(([name, value]) => isApplied(value, inside[name]));
  }
  return wanted === found || isSame(wanted, found);
}

const isNothing = (value: unknown) =>
  value === undefined || value === null || (Array.isArray(value) && value.length === 0);

/** The order of a list is the back end's. */
function isListApplied(wanted: readonly unknown[], found: readonly unknown[]): boolean {
  if (wanted.length !== found.length) return false;
  const left = [...found];
  return wanted.every((each) => {
    const place = left.findIndex((candidate) => isApplied(each, candidate));
    if (place >= 0) left.splice(place, 1);
    return place >= 0;
  });
}

/** `1.50` and 1.5, `true` and true, one instant in two zones, text with space around it. */
function isSame(wanted: unknown, found: unknown): boolean {
  const [left, right] = [String(wanted).trim(), String(found).trim()];
  if (left === right) return true;
  const number = asDecimal(left);
  if (number !== undefined) return number === asDecimal(right);
  const ms = instantMs(left);
  return ms !== undefined && ms === instantMs(right);
}
