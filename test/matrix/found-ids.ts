// Ids of a type that the matrix has no list of: whatever the simulator's world holds of Acme's lines, of Borealis and of nobody.

import type { Simulator } from '../../mocks/simulator.ts';
import type { TypeSheet } from '../../schema/data-sheet.ts';

type Row = { readonly id: string };
const PAGE = 1000;

/** Whose an object is shows in its id and references: the world names everything after its owner. */
const KINDS: Readonly<Record<string, RegExp>> = {
  'line 01': /\bacme-m-01\b/,
  'line 02': /\bacme-m-02\b/,
  own: /\bacme\b/,
  Borealis: /\bborealis\b/,
};

async function* rowsOf(base: string): AsyncGenerator<Row> {
  for (let offset = 0; ; offset += PAGE) {
    const response = await fetch(`${base}?limit=${PAGE}&offset=${offset}`);
    const page = (await response.json()) as readonly Row[]; // TM Forum's form, which mocks/ proves
    yield* page;
    if (page.length < PAGE) return;
  }
}

/** Throws for a type of which nothing can be found: its rows in the matrix would promise nothing. */
export async function foundIds(type: TypeSheet, simulator: Simulator): Promise<Record<string, string>> {
  const base = simulator.apis.find(({ api }) => api === type.api)?.baseUrl;
  const isPublic = type.access === 'PUBLIC' || type.owner?.unowned === true;
  const kinds: Readonly<Record<string, RegExp>> = isPublic ? { any: /./ } : KINDS;
  const found = new Map<string, string>();
  if (base !== undefined && type.resource !== undefined)
    for await (const row of rowsOf(`${base}/${type.resource}`)) {
      const text = JSON.stringify(row);
      const kind = Object.keys(kinds).find((name) => !found.has(name) && kinds[name]?.test(text));
      if (kind !== undefined) found.set(kind, row.id);
      if (found.size === Object.keys(kinds).length) break;
    }
  const lacking = isPublic ? !found.has('any') : !found.has('own') || !found.has('Borealis');
  if (lacking) throw new Error(`${type.name}: give the matrix ids, own and another customer's`);
  return { ...Object.fromEntries([...found].sort()), absent: 'x' };
}
