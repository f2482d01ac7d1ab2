// Which places are known and what access can be had at each.

export interface Coverage {
  readonly technology: 'fibre' | 'copper' | 'none';
  /** Mbit/s; 0 where there is no fixed access. */
  readonly downlink: number;
}

const SITES: Readonly<Record<string, Coverage>> = {
  'site-acme-hq': { technology: 'fibre', downlink: 1000 },
  'site-acme-depot': { technology: 'fibre', downlink: 300 },
  'site-borealis-hq': { technology: 'fibre', downlink: 1000 },
  'site-family-home': { technology: 'fibre', downlink: 1000 },
};

const FIRST_PLACE = 1001;
const PLACES = 60;

const CYCLE: readonly [Coverage, ...Coverage[]] = [
  { technology: 'fibre', downlink: 1000 },
  { technology: 'fibre', downlink: 300 },
  { technology: 'copper', downlink: 50 },
  { technology: 'fibre', downlink: 1000 },
  { technology: 'none', downlink: 0 },
];

/** place-1001 to place-1060 and the pinned customers' sites; undefined: nobody knows the place. */
export function coverageOf(placeId: string): Coverage | undefined {
  const site = SITES[placeId];
  if (site !== undefined) return site;
  const number = Number(/^place-(\d{4})$/.exec(placeId)?.[1]);
  if (!(number >= FIRST_PLACE && number < FIRST_PLACE + PLACES)) return undefined;
  return CYCLE[(number - FIRST_PLACE) % CYCLE.length];
}
