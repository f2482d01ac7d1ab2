// What would show that an answer tells of another customer: names of its people, its numbers, and ids, also inside opaque ones.
import type { Simulator } from '../../mocks/simulator.ts';

interface Row {
  readonly id: string;
  readonly name?: string;
  readonly relatedParty?: readonly { readonly id: string; readonly name?: string }[];
}

async function rows(simulator: Simulator, api: string, resource: string): Promise<readonly Row[]> {
  const base = simulator.apis.find((each) => each.api === api)?.baseUrl ?? '';
  const response = await fetch(`${base}/${resource}?limit=1000`);
  return (await response.json()) as readonly Row[]; // TM Forum's form, which mocks/ proves
}

const OWNERS = { acme: 'acme', borealis: 'borealis', family: '(family|moreau)', prepaid: 'prepaid' } as const;
const OBJECT = (owner: string) =>
  new RegExp(`\\b(cust|acc|svc|prd|agr|bill-acc|org|ind|site|res|bkt)-([a-z]+-)?${owner}\\b`);

export interface Words {
  readonly names: ReadonlySet<string>;
  readonly ids: readonly RegExp[];
}

/** Names that only others' objects carry, and the form of others' ids and numbers. */
export async function wordsOfOthers(owner: keyof typeof OWNERS, simulator: Simulator): Promise<Words> {
  const isOwn = (row: Row) =>
    OBJECT(OWNERS[owner]).test(row.relatedParty?.map(({ id }) => id).join(' ') ?? row.id);
  const services = await rows(simulator, 'TMF638', 'service');
  const customers = await rows(simulator, 'TMF629', 'customer');
  const names = (some: readonly Row[]) =>
    some.flatMap((row) => (row.relatedParty ?? []).flatMap(({ name }) => name ?? []));
  const own = new Set(names(services.filter(isOwn)));
  const others = [
    ...names(services.filter((row) => !isOwn(row))),
    ...customers.flatMap(({ id, name }) => (id === `cust-${owner}` || name === undefined ? [] : [name])),
  ];
  const ids = Object.entries(OWNERS).flatMap(([name, pattern]) => (name === owner ? [] : [OBJECT(pattern)]));
  // each customer's own lines are one block of numbers
  const blocks = { acme: '123', borealis: '023', family: '013', prepaid: '012' }[owner];
  return {
    names: new Set(others.filter((name) => !own.has(name))),
    ids: [...ids, new RegExp(`3363998[${blocks}]0\\d\\d`)],
  };
}

/** The text, and behind it whatever its opaque ids and cursors say. */
function unfolded(text: string): string {
  const opaque = text.match(/[A-Za-z0-9_-]{12,}/g) ?? [];
  return [text, ...opaque.map((each) => Buffer.from(each, 'base64url').toString('utf8'))].join('\n');
}

export function leaksIn(text: string, { names, ids }: Words): readonly string[] {
  const all = unfolded(text);
  return [
    ...[...names].filter((name) => all.includes(name)),
    ...ids.flatMap((pattern) => pattern.exec(all)?.[0] ?? []),
  ];
}
