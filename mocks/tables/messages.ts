// TMF681 messages: what customers were told, and what is sent when somebody creates one.
import { isRecord, type Row } from '../server/row.ts';
import type { Step, Table } from '../server/table.ts';
import { type Billing, billId } from '../world/billing.ts';
import { iso, monthName, monthStart } from '../world/calendar.ts';
import { type CustomerModel, fullName } from '../world/customer-model.ts';
import type { World } from '../world/world.ts';
import { customerParty, customerTable, namedValue } from './customer-table.ts';

const SENDER = { id: 'org-aurora', name: 'Aurora Telecom', email: 'service@aurora.example' };
/** A gateway of messages is not at once: a client meets all three states. */
const SENT_AFTER_MS = { begun: 2_000, done: 5_000 };

function messageRow(
  world: World,
  customer: CustomerModel,
  id: string,
  sentMs: number,
  [subject, content]: readonly [string, string],
): Row {
  const [person] = customer.people;
  const { id: partyId, name, '@referredType': referred } = customerParty(customer);
  return {
    id,
    href: world.href('communicationMessage', id),
    messageType: 'Email',
    subject,
    content,
    priority: 'normal',
    logFlag: true,
    tryTimes: 1,
    state: 'completed',
    sendTime: iso(sentMs),
    sendTimeComplete: iso(sentMs + SENT_AFTER_MS.done),
    sender: SENDER,
    receiver: [
      {
        id: '1',
        name: fullName(person),
        email: person.email,
        ...(person.phone === undefined ? {} : { phoneNumber: person.phone }),
        party: { id: partyId, name, role: 'customer', '@referredType': referred },
      },
    ],
    '@type': 'CommunicationMessage',
  };
}

function billNotices(world: World, billing: Billing, customer: CustomerModel): Row[] {
  return customer.accounts.flatMap((account) => {
    const month = billing.billedMonths(customer, account, world.now()).at(-1);
    if (month === undefined) return [];
    const id = `msg-${billId(account, month)}`;
    const text = [`Your bill for ${monthName(month)}`, `Your bill for ${account.name} is ready.`] as const;
    const row = messageRow(world, customer, id, monthStart(month + 1), text);
    return [{ ...row, characteristic: [namedValue('billId', billId(account, month))] }];
  });
}

function isReachable(receiver: unknown): boolean {
  return (
    isRecord(receiver) &&
    ['email', 'phoneNumber', 'appUserId', 'ip', 'party', 'id'].some((name) => receiver[name] !== undefined)
  );
}

/** A message that reaches nobody stays where it is. */
function sending(world: World, row: Row): readonly Step[] {
  if (row.state !== 'initial' || !Array.isArray(row.receiver) || !row.receiver.some(isReachable)) return [];
  const laterMs =
    typeof row.scheduledSendTime === 'string'
      ? Math.max(0, Date.parse(row.scheduledSendTime) - world.now() || 0)
      : 0;
  return [
    {
      afterMs: laterMs + SENT_AFTER_MS.begun,
      change: () => ({ state: 'inProgress', sendTime: iso(world.now()), tryTimes: 1 }),
    },
    {
      afterMs: laterMs + SENT_AFTER_MS.done,
      change: () => ({ state: 'completed', sendTimeComplete: iso(world.now()) }),
    },
  ];
}

export function messages(world: World, billing: Billing): Table {
  return customerTable(world, {
    resource: 'communicationMessage',
    type: 'CommunicationMessage',
    linked: ['receiver.party.id'],
    mandatory: ['content', 'messageType', 'receiver', 'sender'],
    stateAttribute: 'state',
    created: (body) => ({ state: body.state ?? 'initial' }),
    steps: (row) => sending(world, row),
    rows: (customer) => [
      messageRow(
        world,
        customer,
        `msg-welcome-${customer.owner}`,
        Date.parse(`${customer.since}T08:00:00Z`),
        ['Welcome to Aurora Telecom', 'You manage your services yourself: usage, bills, faults and orders.'],
      ),
      ...billNotices(world, billing, customer),
    ],
  });
}
