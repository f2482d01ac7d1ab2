// What a back end really does: each habit with what the description promises, and the combinations seen most often.
import { z } from 'zod';

/** Every habit is optional here: what isn't said comes from the provider, the preset, or the description. */
const habits = {
  /** How several values go into one parameter: `a,b`, `p=a&p=b`, or not at all. */
  idBatch: z.enum(['comma', 'repeated', 'none']).optional(),
  /** Whether `fields=` is honoured; answers are projected again either way. */
  fields: z.boolean().optional(),
  /** Whether filters are honoured, or which paths are; answers are filtered again either way. */
  filters: z.union([z.boolean(), z.array(z.string().min(1))]).optional(),
  /** Whether `sort=` may be sent: some refuse what they don't know. */
  sort: z.boolean().optional(),
  /** `cursor`: by what the `Link` to the next page names. `none`: every list comes whole, whatever offset and limit say. */
  paging: z.enum(['offset', 'cursor', 'none']).optional(),
  /** What X-Total-Count counts: the filtered set, the whole collection, or nothing that can be used. */
  totals: z.enum(['filtered', 'unfiltered', 'none']).optional(),
  /** How a change is sent: a merge patch as plain JSON, which most take, or under its own content type. */
  patch: z.enum(['json', 'mergePatch']).optional(),
  /** Who gives the id of what is created: some create nothing without one of the client. */
  createId: z.enum(['server', 'client']).optional(),
  /** Whether notifications come: as promised; registered for and never delivered (`silent`); or no hub at all. */
  hub: z.enum(['delivers', 'silent', 'none']).optional(),
  /** The offset of date-times that come without one. */
  zone: z
    .string()
    .regex(/^(Z|[+-]\d{2}:\d{2})$/, 'a zone is Z or an offset such as +01:00')
    .optional(),
  maxPage: z.int().min(1).max(10_000).optional(),
  maxIds: z.int().min(1).max(1_000).optional(),
  /** Single lookups at a time where there is no batch. */
  lookupsAtOnce: z.int().min(1).max(100).optional(),
  /** The key under which lists come, where they are wrapped; dots for depth. Found by itself for common ones. */
  envelope: z.string().min(1).optional(),
};

export type Habits = { readonly [Name in keyof typeof habits]?: z.output<(typeof habits)[Name]> };

/** Named for what they are, not for who does so: a preset is a start, the doctor says what is missing. */
export const PRESETS = {
  /** As the v4 descriptions have it. */
  published: { totals: 'filtered' },
  /** As the v5 descriptions have it. */
  publishedV5: { totals: 'filtered', patch: 'mergePatch' },
  /** TM Forum's own reference servers and those grown from them: queries go to the database as they are. */
  reference: { idBatch: 'repeated', totals: 'unfiltered' },
  /** Lists come whole and unfiltered, whatever is asked. */
  everything: { idBatch: 'none', fields: false, filters: false, sort: false, paging: 'none', totals: 'none' },
  /** Filters are ignored, pages are kept. */
  unfiltered: { idBatch: 'none', fields: false, filters: false, sort: false, totals: 'unfiltered' },
} as const satisfies Record<string, Habits>;

export const profileShape = z.strictObject({
  preset: z.enum(Object.keys(PRESETS) as [keyof typeof PRESETS, ...(keyof typeof PRESETS)[]]).optional(), // its own keys
  ...habits,
});

export type ProfileEntry = z.output<typeof profileShape>;

type Required =
  | 'idBatch'
  | 'fields'
  | 'filters'
  | 'sort'
  | 'paging'
  | 'totals'
  | 'patch'
  | 'hub'
  | 'lookupsAtOnce';

/** Everything known; what is absent needs no value. */
export type Profile = Omit<Habits, Required> & { readonly [Name in Required]-?: NonNullable<Habits[Name]> };

/** What is taken for true of a back end of which nothing is said. */
export const PROMISED: Profile = {
  idBatch: 'comma',
  fields: true,
  filters: true,
  sort: true,
  paging: 'offset',
  totals: 'unfiltered',
  patch: 'json',
  hub: 'delivers',
  lookupsAtOnce: 8,
};

/** The later entry wins, habit by habit; within one its own habits win over its preset's. */
export function profileOf(...entries: readonly (ProfileEntry | undefined)[]): Profile {
  const stated = entries.flatMap(({ preset, ...own } = {}) => [
    preset === undefined ? {} : PRESETS[preset],
    own,
  ]);
  return Object.assign({ ...PROMISED }, ...stated);
}
