// What stands in rows: ids, addresses, money, states and dates.
import { isRecord } from '../server/row.ts';
import type { Asked, Deviations } from './deviation.ts';
import { type JsonObject, onRows, onValues } from './json-body.ts';

const isMoney = (part: unknown): part is { readonly unit: string; readonly value: number } =>
  isRecord(part) &&
  typeof part.unit === 'string' &&
  /^[A-Z]{3}$/.test(part.unit) &&
  typeof part.value === 'number' &&
  Object.keys(part).length === 2;

const onMoney = (write: (unit: string, value: number) => unknown) =>
  onValues((part) => (isMoney(part) ? write(part.unit, part.value) : undefined));

const STATES = ['state', 'status', 'lifecycleStatus', 'resourceStatus', 'usageType'];

const onStates = (write: (state: string) => string) =>
  onValues((part, name) =>
    typeof part === 'string' && name !== undefined && STATES.includes(name) ? write(part) : undefined,
  );

const INSTANT = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d):(\d\d)(?:\.\d+)?Z$/;
const OFFSETS = [120, -300, 330, -180, 60, 0];

/** The same instant in another zone, on the same calendar day: a due date stays the day that was meant. */
function elsewhere(text: string): string | undefined {
  const day = INSTANT.exec(text)?.[1];
  if (day === undefined) return undefined;
  const ms = Date.parse(text);
  const start = ms % OFFSETS.length;
  const minutes = [...OFFSETS.slice(start), ...OFFSETS.slice(0, start)].find(
    (each) => new Date(ms + each * 60_000).toISOString().slice(0, 10) === day,
  );
  if (minutes === undefined || minutes === 0) return undefined;
  const two = (number: number): string => String(Math.abs(Math.trunc(number))).padStart(2, '0');
  const local = new Date(ms + minutes * 60_000).toISOString().slice(0, 23);
  // some write the colon, some don't
  return `${local}${minutes < 0 ? '-' : '+'}${two(minutes / 60)}${start % 2 === 0 ? ':' : ''}${two(minutes % 60)}`;
}

const hrefs = (write: (href: string, base: string) => string) => ({
  answer: (reply: Parameters<ReturnType<typeof onRows>>[0], _: Asked, { trap }: { readonly trap: string }) =>
    onValues((part, name) => (typeof part === 'string' && name === 'href' ? write(part, trap) : undefined))(
      reply,
    ),
});

/** Behind the ids of what no grant names: a slash, quotes, a blank, a comma, an ampersand and more than one plane. */
const STRANGE = `/"é' ,&=?#😀`;
const OF_BILLS_AND_PRODUCTS = /^(bill|chg|prd|ord|slo|agr|doc)-[a-z0-9-]+$/i;

const strange = (text: string): string | undefined =>
  OF_BILLS_AND_PRODUCTS.test(text) ? `${text}${STRANGE}` : undefined;
const plain = (text: string): string => text.replaceAll(STRANGE, '');

function unstrange(asked: Asked): Asked {
  const parameters = new URLSearchParams(asked.search);
  const search = new URLSearchParams(
    [...parameters].map(([name, value]): [string, string] => [name, plain(value)]),
  );
  return {
    ...asked,
    segments: asked.segments.map(plain),
    search: search.toString(),
    body: asked.body.replaceAll(JSON.stringify(STRANGE).slice(1, -1), ''),
  };
}

const sansId = ({ id: _, ...row }: JsonObject): JsonObject => row;

export const VALUES: Deviations = {
  'id-leaked': {
    does: "shows its database's own _id and __v",
    answer: onRows((row) => ({ _id: `65f0${row.id}`, __v: 0, ...row })),
  },
  'rows-without-id': {
    does: 'leaves the id out of rows in lists: href alone says which it is',
    answer: (reply, asked) =>
      asked.segments.length === 1 && asked.method === 'GET' ? onRows(sansId)(reply) : reply,
  },
  'ids-strange': {
    does: 'has ids with slashes, quotes, commas and emoji',
    ask: unstrange,
    answer: onValues((part, name) =>
      typeof part === 'string' && name !== 'name' ? strange(part) : undefined,
    ),
  },
  'href-relative': {
    does: 'gives addresses without a host',
    ...hrefs((href) => href.replace(/^https?:\/\/[^/]+/, '')),
  },
  'href-link-local': {
    does: "gives addresses of the cloud's metadata service",
    ...hrefs((href) => href.replace(/^https?:\/\/[^/]+/, 'http://169.254.169.254')),
  },
  'href-elsewhere': {
    does: 'gives addresses of another host',
    ...hrefs((href, trap) => href.replace(/^https?:\/\/[^/]+/, trap)),
  },
  'href-other-scheme': {
    does: 'gives https addresses of a server that speaks http',
    ...hrefs((href) => href.replace(/^http:/, 'https:')),
  },
  'money-currency-amount': {
    does: 'writes money as {currency, amount}',
    answer: onMoney((currency, amount) => ({ currency, amount })),
  },
  'money-units-amount': {
    does: 'writes money as {amount, units}',
    answer: onMoney((units, amount) => ({ amount, units })),
  },
  'money-as-text': {
    does: 'writes the value of money as text',
    answer: onMoney((unit, value) => ({ unit, value: value.toFixed(2) })),
  },
  'money-nan': {
    does: 'writes NaN where an amount should be',
    answer: onMoney((unit) => ({ unit, value: 'NaN' })),
  },
  'states-padded': { does: 'has a blank behind states', answer: onStates((state) => `${state} `) },
  'states-spelt-out': {
    does: 'writes states as words: In Progress, Active',
    answer: onStates((state) =>
      state.replaceAll(/([a-z])([A-Z])/g, '$1 $2').replace(/^[a-z]/, (letter) => letter.toUpperCase()),
    ),
  },
  'states-own': {
    does: 'has states that no description names',
    answer: onStates((state) => `${state} by house rules`),
  },
  'dates-mixed': {
    does: 'writes instants in many zones, with and without the colon',
    answer: onValues((part) => (typeof part === 'string' ? elsewhere(part) : undefined)),
  },
  'dates-reversed': {
    does: 'has periods that end before they start',
    answer: onRows((row) => reversed(row)),
  },
  'nulls-everywhere': {
    does: 'writes null for whatever it has no value for',
    answer: onRows((row) => ({ description: null, note: null, place: null, relatedEntity: null, ...row })),
  },
};

function reversed(row: JsonObject): JsonObject {
  const swap = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(swap);
    if (!isRecord(part)) return part;
    const { startDateTime, endDateTime, ...rest } = part;
    const inner = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, swap(value)]));
    return {
      ...inner,
      ...(startDateTime === undefined
        ? {}
        : endDateTime === undefined
          ? { startDateTime }
          : { endDateTime: startDateTime }),
      ...(endDateTime === undefined
        ? {}
        : startDateTime === undefined
          ? { endDateTime }
          : { startDateTime: endDateTime }),
    };
  };
  // a record gives a record
  return swap(row) as JsonObject;
}
