// Every mutation, asked by everybody with an input that changes nothing: who is refused, and who is told what to mend.
import { encodeId } from '../../schema/id.ts';
import type { MatrixActor } from './actors.ts';
import type { Ask } from './by-id.ts';
import { table } from './verdicts.ts';

const none = JSON.stringify(encodeId('gateway', 'Authorization', '999999'));
const noAuthority = JSON.stringify(encodeId('gateway', 'Authority', '999999'));
const noAlert = JSON.stringify(encodeId('gateway', 'Alert', '999999'));
const service = JSON.stringify(encodeId('home', 'Service', 'svc-acme-m-99'));
const noBill = JSON.stringify(encodeId('home', 'CustomerBill', 'bill-acc-acme-none'));
const noBalance = JSON.stringify(encodeId('home', 'Balance', 'bal-acme-none'));
const noAccount = JSON.stringify(encodeId('home', 'BillingAccount', 'acc-acme-none'));
const noMethod = JSON.stringify(encodeId('home', 'PaymentMethod', 'pm-acme-none'));
const scope = `scope: { kind: SERVICES, ids: [${service}] }`;
const nobody = 'actorId: "nobody"';
const functions = 'functions: ["USAGE_VIEW"]';

/** By mutation: its arguments. */
export const MUTATIONS: Readonly<Record<string, string>> = {
  setAlert: `(input: { serviceId: ${service}, percent: 80 })`,
  changeAlert: `(input: { id: ${noAlert}, version: 1, percent: 80 })`,
  deleteAlert: `(input: { id: ${noAlert} })`,
  grantAuthorization: `(input: { ${nobody}, ${functions}, ${scope} })`,
  changeAuthorization: `(input: { id: ${none}, version: 1, ${functions}, ${scope} })`,
  suspendAuthorization: `(input: { id: ${none} })`,
  resumeAuthorization: `(input: { id: ${none} })`,
  revokeAuthorization: `(input: { id: ${none} })`,
  enableUse: `(input: { ${nobody}, ${functions}, serviceIds: [${service}] })`,
  giveAuthority: `(input: { ${nobody} })`,
  withdrawAuthority: `(input: { id: ${noAuthority} })`,
  inviteActor: '(input: { kind: SSM_USER, name: "" })',
  renewInvitation: `(input: { ${nobody}, sendTo: "" })`,
  deactivateActor: `(input: { ${nobody} })`,
  reactivateActor: `(input: { ${nobody} })`,
  removeActorDynamicPassword: `(input: { ${nobody} })`,
  exportPersonalData: `(input: { ${nobody} })`,
  erasePersonalData: `(input: { ${nobody} })`,
  signIn: `(input: { ${nobody}, password: "wrong" })`,
  answerChallenge: '(input: { challengeId: "none", code: "000000" })',
  refresh: '(input: { refreshToken: "none" })',
  requestPasswordReset: `(input: { ${nobody} })`,
  resetPassword: '(input: { token: "none", newPassword: "three words of mine" })',
  changePassword: '(input: { password: "wrong", newPassword: "short" })',
  enrolDynamicPassword: '(input: { password: "wrong" })',
  confirmDynamicPassword: '(input: { code: "000000" })',
  removeDynamicPassword: '(input: { password: "wrong", code: "000000" })',
  pay: `(input: { idempotencyKey: "none", bills: [{ billId: ${noBill} }], methodId: ${noMethod} })`,
  changeBilling: `(input: { accountId: ${noAccount} })`,
  requestElectronicBill: `(input: { accountId: ${noAccount}, email: "a@b.example" })`,
  confirmElectronicBill: `(input: { accountId: ${noAccount}, email: "a@b.example", code: "000000" })`,
  cancelElectronicBill: `(input: { accountId: ${noAccount} })`,
  topUp: `(input: { idempotencyKey: "none", balanceId: ${noBalance}, amount: "1", methodId: ${noMethod} })`,
  transferBalance: `(input: { idempotencyKey: "none", fromId: ${noBalance}, toId: ${noMethod}, amount: "1" })`,
  registerPaymentMethod: '(input: { token: "-", lastFourDigits: "1", expiresOn: "2030-01-01" })',
  removePaymentMethod: `(input: { id: ${noMethod} })`,
  signOut: '',
  signOutEverywhere: '',
};

interface Payload {
  readonly userErrors: readonly { readonly code: string }[];
}

/** `between`: so much later that nobody is slowed by what others tried. */
export async function byMutation(
  ask: Ask,
  actors: readonly MatrixActor[],
  between: () => void,
): Promise<string> {
  const rows: string[][] = [];
  for (const [name, args] of Object.entries(MUTATIONS)) {
    const row = [name];
    for (const { as } of actors) {
      between();
      const { data, errors } = await ask(`mutation { ${name}${args} { userErrors { code } } }`, as);
      const payload = (data as Record<string, Payload | null> | null | undefined)?.[name]; // by the schema
      const codes = [...errors, ...(payload?.userErrors ?? [])].map(({ code }) => code);
      row.push(codes.join() || 'DONE');
    }
    rows.push(row);
  }
  return table(['mutation', ...actors.map(({ name }) => name)], rows);
}
