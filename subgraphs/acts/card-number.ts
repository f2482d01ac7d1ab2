// Card numbers in what clients send: recognized wherever they stand, so that none is taken, kept or passed on.

/** Twelve to nineteen digits, with what people put between them. */
const DIGITS = /(?<!\d)\d(?:[\s.\-–—_/]{0,2}\d){11,}(?!\d)/gu;
/** Ours and other machines' own: they hold runs of digits that mean nothing. */
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const SHORTEST = 12;
const LONGEST = 19;

/** ISO/IEC 7812-1, annex B. */
function checks(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const digit = Number(digits[digits.length - 1 - index]);
    const doubled = index % 2 === 0 ? digit : digit * 2;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0 && /[1-9]/.test(digits);
}

function inText(text: string): boolean {
  if (UUID.test(text)) return false;
  // digits of other scripts and widths are digits too
  const plain = text.normalize('NFKC').replaceAll(/[\u200b-\u200d\u2060\ufeff]/g, '');
  return [...plain.matchAll(DIGITS)].some(([found]) => {
    const digits = found.replaceAll(/\D/g, '');
    return digits.length >= SHORTEST && digits.length <= LONGEST && checks(digits);
  });
}

/** Anywhere in it, in names and values, at any depth. */
export function holdsCardNumber(value: unknown): boolean {
  if (typeof value === 'string') return inText(value);
  if (typeof value === 'number' || typeof value === 'bigint') return inText(String(value));
  if (Array.isArray(value)) return value.some(holdsCardNumber);
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([name, each]) => inText(name) || holdsCardNumber(each));
}

/** What a back end names a thing, with a card's number hidden should one be in it. */
export const withoutCardNumber = (text: string): string =>
  text.replaceAll(DIGITS, (found) =>
    holdsCardNumber(found) ? `…${found.replaceAll(/\D/g, '').slice(-4)}` : found,
  );
