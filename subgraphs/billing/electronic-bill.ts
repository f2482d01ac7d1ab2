// The electronic bill: set with a code that shows that the address is read, and cancelled again.
import { createHash, randomInt, timingSafeEqual } from 'node:crypto';
import { and, eq, gt, isNotNull, lt, sql } from 'drizzle-orm';
import { clientError } from '../../schema/errors.ts';
import { cardFault } from '../acts/card-check.ts';
import type { MoneyFault } from '../acts/faults.ts';
import type { Resolver, SubgraphContext } from '../context.ts';
import { globalId, type Item } from '../item.ts';
import { entryOf, ownOf } from '../own-acts.ts';
import { asList, asText, at } from '../tmf/read.ts';
import { agreed, type Bills, billsOf, carryOut, changeable, type Plan, payload, refused } from './change.ts';
import { emailHash, isMail, isPaper, mediaOf, offered } from './settings.ts';

const CODE_MS = 30 * 60 * 1000;
const AGAIN_AFTER_MS = 60 * 1000;
const MAX_ATTEMPTS = 5;
/** What mail systems take; whether anybody reads there the code shows. */
const EMAIL = /^[^\s@<>"(),:;[\]\\]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/i;

const codeHash = (accountId: string, email: string, code: string): string =>
  createHash('sha256')
    .update(`${emailHash(accountId, email)}\n${code}`)
    .digest('base64url');

const day = ({ effectiveFrom }: Bills): string => effectiveFrom.slice(0, 10);

/** The account's contact list with the address in the first contact: lists are replaced whole. */
function contactsWith(account: Item, email: string, from: string): readonly unknown[] {
  const [first, ...others] = asList(account.raw.contact);
  const medium = {
    mediumType: 'email',
    preferred: true,
    characteristic: { contactType: 'primary', emailAddress: email },
  };
  if (typeof first !== 'object' || first === null)
    return [{ contactType: 'billing', validFor: { startDateTime: from }, contactMedium: [medium] }];
  const media = asList(at(first, 'contactMedium')).filter(
    (each) => !/mail/i.test(asText(at(each, 'mediumType')) ?? ''),
  );
  return [{ ...first, contactMedium: [medium, ...media] }, ...others];
}

async function mediumPlan(
  context: SubgraphContext,
  account: Item,
  fits: (value: unknown) => boolean,
  more: Omit<Plan, 'detail'>,
): Promise<Plan | MoneyFault> {
  const medium = (await offered(context, account.provider, 'media')).find(fits);
  if (medium === undefined) return { code: 'NOT_OFFERED' };
  const { raw } = account;
  const structure = (raw.billStructure ?? {}) as object; // whatever it is, it is spread
  const presentationMedia = [{ id: medium.id, name: asText(medium.name) ?? medium.id, isRef: true }];
  return {
    consequences: more.consequences,
    changes: { ...more.changes, billStructure: { ...structure, presentationMedia } },
    detail: { medium: medium.id },
  };
}

const electronic = (context: SubgraphContext, account: Item, bills: Bills, email: string) =>
  mediumPlan(context, account, isMail, {
    consequences: [
      { code: 'PAPER_ENDS', message: `Bills from ${day(bills)} on come by e-mail only, none on paper.` },
    ],
    changes: { contact: contactsWith(account, email, bills.effectiveFrom) },
  });

interface RequestInput {
  readonly accountId: string;
  readonly email: string;
}

/** The same address may be in the log of no one: what can't be an address goes no further. */
async function ready(context: SubgraphContext, action: string, input: RequestInput) {
  const card = await cardFault(context, action, input);
  if (card !== undefined) return { stop: payload(card) };
  const email = input.email.trim();
  if (email.length > 254 || !EMAIL.test(email))
    return { stop: await refused(context, action, [{ code: 'EMAIL_INVALID', field: 'email' }]) };
  const account = await changeable(context, input.accountId);
  if (account === undefined)
    return { stop: await refused(context, action, [{ code: 'ACCOUNT_UNKNOWN', field: 'accountId' }]) };
  const bills = await billsOf(context, account);
  const plan = await electronic(context, account, bills, email);
  if ('code' in plan) return { stop: await refused(context, action, [plan]) };
  return { email, account, bills, plan };
}

/** One code a minute and account. False: too soon. */
async function keepCode(
  context: SubgraphContext,
  account: Item,
  email: string,
  code: string,
): Promise<boolean> {
  const { db, tables } = ownOf(context).store;
  const { billingEmail } = tables;
  const { nowMs, principal } = context.operation;
  const accountId = globalId(account);
  const row = {
    email: emailHash(accountId, email),
    code: codeHash(accountId, email, code),
    attempts: 0,
    sentAt: new Date(nowMs),
    expiresAt: new Date(nowMs + CODE_MS),
    verifiedAt: null,
  };
  const kept = await db
    .insert(billingEmail)
    .values({ accountId, customerId: principal.customerId ?? '', ...row })
    .onConflictDoUpdate({
      target: billingEmail.accountId,
      set: row,
      setWhere: lt(billingEmail.sentAt, new Date(nowMs - AGAIN_AFTER_MS)),
    })
    .returning({ accountId: billingEmail.accountId });
  return kept.length === 1;
}

export const requestElectronicBill: Resolver = async (_root, args, context) => {
  const action = 'requestElectronicBill';
  const asked = await ready(context, action, args.input as RequestInput); // by the schema
  if ('stop' in asked) return asked.stop;
  const { email, account, bills, plan } = asked;
  const own = ownOf(context);
  const { actorId } = context.operation.principal;
  if (own.signIn === undefined) throw clientError('NOT_CONFIGURED');
  const token = String(randomInt(0, 1_000_000)).padStart(6, '0');
  if (!(await keepCode(context, account, email, token)))
    return refused(context, action, [{ code: 'TOO_SOON' }]);
  await own.audit.append(entryOf(context, { action, outcome: 'DONE', objectId: globalId(account) }));
  const expiresAtMs = context.operation.nowMs + CODE_MS;
  await own.signIn.sender.send({ kind: 'EMAIL_VERIFICATION', actorId, token, expiresAtMs, sendTo: email });
  return payload([], { effectiveFrom: bills.effectiveFrom, consequences: plan.consequences });
};

/** Good once; each look counts, so that nobody tries a million of them. */
async function codeFits(
  context: SubgraphContext,
  accountId: string,
  email: string,
  code: string,
): Promise<boolean> {
  const { db, tables } = ownOf(context).store;
  const { billingEmail } = tables;
  const [row] = await db
    .update(billingEmail)
    .set({ attempts: sql`${billingEmail.attempts} + 1` })
    .where(
      and(
        eq(billingEmail.accountId, accountId),
        isNotNull(billingEmail.code),
        lt(billingEmail.attempts, MAX_ATTEMPTS),
        gt(billingEmail.expiresAt, new Date(context.operation.nowMs)),
      ),
    )
    .returning({ code: billingEmail.code });
  const wanted = Buffer.from(row?.code ?? '');
  const given = Buffer.from(codeHash(accountId, email, code.trim()));
  return wanted.length === given.length && timingSafeEqual(wanted, given);
}

export const confirmElectronicBill: Resolver = async (_root, args, context) => {
  const action = 'confirmElectronicBill';
  const { code, ...input } = args.input as RequestInput & { readonly code: string }; // by the schema
  const asked = await ready(context, action, input);
  if ('stop' in asked) return asked.stop;
  const { email, account, bills, plan } = asked;
  const accountId = globalId(account);
  if (!(await codeFits(context, accountId, email, code)))
    return refused(context, action, [{ code: 'CODE_WRONG', field: 'code' }]);
  const done = await carryOut(context, action, account, bills, plan);
  if (!done.done) return done;
  const { db, tables } = ownOf(context).store;
  await db
    .update(tables.billingEmail)
    .set({ code: null, verifiedAt: new Date(context.operation.nowMs) })
    .where(eq(tables.billingEmail.accountId, accountId));
  return done;
};

interface CancelInput {
  readonly accountId: string;
  readonly dryRun?: boolean | null;
  readonly agreement?: string | null;
}

export const cancelElectronicBill: Resolver = (_root, args, context) =>
  agreed(context, 'cancelElectronicBill', args.input as CancelInput, async (account, bills) =>
    mediaOf(account).some(isMail)
      ? mediumPlan(context, account, isPaper, {
          consequences: [
            {
              code: 'PAPER_BEGINS',
              message: `Bills from ${day(bills)} on come on paper; a fee may be charged for it.`,
            },
          ],
          changes: {},
        })
      : { code: 'NOTHING_CHANGES' },
  );
