// Reads whole lists and usage from a running simulator: for tests beside this file.
import type { Simulator } from './simulator.ts';

// rows are read by attributes that the descriptions give them; a wrong one fails the expectation that reads it
// biome-ignore lint/suspicious/noExplicitAny: rows of thirty resources
export type Row = any;

export async function rows(simulator: Simulator, api: string, path: string): Promise<Row[]> {
  const base = simulator.apis.find((each) => each.api === api)?.baseUrl;
  const all: Row[] = [];
  for (let offset = 0; ; offset += 1000) {
    const answer = await fetch(`${base}/${path}${path.includes('?') ? '&' : '?'}limit=1000&offset=${offset}`);
    const page: Row[] = JSON.parse(await answer.text());
    all.push(...page);
    if (page.length < 1000) return all;
  }
}

export async function consumption(simulator: Simulator, searchCriteria: object): Promise<Row[]> {
  const base = simulator.apis.find((each) => each.api === 'TMF677')?.baseUrl;
  const body = JSON.stringify({ searchCriteria });
  const answer = await fetch(`${base}/queryUsageConsumption`, { method: 'POST', body });
  const { usageConsumption }: Row = await answer.json();
  return usageConsumption;
}

export const idsOf = (list: readonly Row[]): Set<string> => new Set(list.map(({ id }) => id));
export const refs = (list: readonly Row[] | undefined): string[] => (list ?? []).map(({ id }) => id);
