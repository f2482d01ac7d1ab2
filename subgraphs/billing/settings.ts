// How an account is billed, as its back end has it, and the options that the provider offers.
import { createHash } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { encodeId, idOfType } from '../../schema/id.ts';
import type { Resolver, SubgraphContext } from '../context.ts';
import { globalId, type Item } from '../item.ts';
import { ownOf } from '../own-acts.ts';
import type { TmfObject } from '../tmf/client.ts';
import { all, asList, asText, at } from '../tmf/read.ts';

/** More cycles than anybody offers. */
const MAX_OPTIONS = 100;
const RESOURCES = {
  cycles: ['billingCycleSpecification', 'BillingCycle'],
  formats: ['billFormat', 'BillFormat'],
  media: ['billPresentationMedia', 'BillMedium'],
} as const;
export type OptionKind = keyof typeof RESOURCES;

export const typeOf = (kind: OptionKind): string => RESOURCES[kind][1];

/** All that the provider offers of a kind. */
export async function offered(
  { objects, operation }: SubgraphContext,
  provider: string,
  kind: OptionKind,
): Promise<readonly TmfObject[]> {
  const source = { provider, api: 'TMF666', resource: RESOURCES[kind][0] } as const;
  const { items } = await objects.systems.client.page(source, { offset: 0, limit: MAX_OPTIONS }, operation);
  return items;
}

const option = (kind: OptionKind, provider: string, value: unknown) => {
  const id = asText(at(value, 'id'));
  const name = asText(at(value, 'name'));
  return id === undefined && name === undefined
    ? null
    : { id: id === undefined ? null : encodeId(provider, typeOf(kind), id), name: name ?? null };
};

export const billingOptions: Resolver = async (_root, { accountId }, context) => {
  const parts = idOfType(String(accountId), 'BillingAccount');
  if (parts === undefined || !context.objects.serves('BillingAccount', parts.provider)) return null;
  const { provider } = parts;
  const { attributes } = context.objects.sheet('BillingAccount');
  if ((await context.objects.see('BillingAccount', provider, parts.id, attributes)) === undefined)
    return null;
  const kinds = ['cycles', 'formats', 'media'] as const;
  const lists = await Promise.all(kinds.map((kind) => offered(context, provider, kind)));
  const shown = kinds.map((kind, index) => [
    kind,
    (lists[index] ?? []).flatMap((each) => option(kind, provider, each) ?? []),
  ]);
  return { modes: ['PREPAID', 'POSTPAID'], ...Object.fromEntries(shown) };
};

export const isMail = (value: unknown): boolean =>
  /e-?mail|electronic/i.test(asText(at(value, 'name')) ?? '');
export const isPaper = (value: unknown): boolean =>
  /paper|post|letter|print/i.test(asText(at(value, 'name')) ?? '');
export const mediaOf = ({ raw }: Item): readonly unknown[] =>
  asList(at(raw, 'billStructure.presentationMedia'));
export const modeOf = ({ raw }: Item): 'PREPAID' | 'POSTPAID' =>
  /prepaid|pre-paid/i.test(asText(raw.accountType) ?? '') ? 'PREPAID' : 'POSTPAID';

export const emailOf = ({ raw }: Item): string | undefined =>
  all(raw, 'contact.contactMedium.characteristic.emailAddress')
    .map(asText)
    .find((each) => each !== undefined);

/** Without the address itself: enough to know it again. */
export const emailHash = (accountId: string, email: string): string =>
  createHash('sha256').update(`${accountId}\n${email.trim().toLowerCase()}`).digest('base64url');

async function isVerified(
  context: SubgraphContext,
  account: Item,
  email: string | undefined,
): Promise<boolean> {
  if (email === undefined) return false;
  const { db, tables } = ownOf(context).store;
  const accountId = globalId(account);
  const [row] = await db
    .select()
    .from(tables.billingEmail)
    .where(eq(tables.billingEmail.accountId, accountId));
  return row?.verifiedAt != null && row.email === emailHash(accountId, email);
}

/** A part of the account: it stands where the account stands, and so does its address. */
export const billing: Resolver = async (account, _args, context) => {
  const { provider, raw } = account;
  const media = mediaOf(account);
  const email = emailOf(account);
  return {
    __typename: 'BillingSettings',
    provider,
    whole: account,
    raw: {
      mode: modeOf(account),
      cycle: option('cycles', provider, at(raw, 'billStructure.cycleSpecification')),
      format: option('formats', provider, at(raw, 'billStructure.format')),
      media: media.flatMap((each) => option('media', provider, each) ?? []),
      isElectronic: media.some(isMail),
      email: email ?? null,
      isEmailVerified: await isVerified(context, account, email),
    },
  } satisfies Item;
};
