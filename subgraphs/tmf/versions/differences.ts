// Every version's difference, by API.
import type { Api } from '../backends.ts';
import type { Difference } from './difference.ts';
import { V2 } from './v2.ts';
import { V3 } from './v3.ts';
import { V5 } from './v5.ts';

const V4: Partial<Record<Api, Difference>> = {
  // version 4 has jobs that write files, and no measurements to read
  TMF628: { absent: ['performanceMeasurement'] },
};

const DIFFERENCES = new Map(Object.entries({ v2: V2, v3: V3, v4: V4, v5: V5 }));

/** The graph reads TMF628 as version 5 has it, TMF623 as version 2 with ids, and all others as version 4. */
export function differenceOf(api: Api, version: string): Difference | undefined {
  return DIFFERENCES.get(version)?.[api];
}

/** What the path is made of there, where `read` makes it of something else. */
export function madeOf({ made = {} }: Difference, path: string): readonly string[] | undefined {
  for (const [ours, theirs] of Object.entries(made)) {
    if (path === ours) return theirs;
    if (path.startsWith(`${ours}.`)) return theirs.map((each) => each + path.slice(ours.length));
  }
  return undefined;
}
