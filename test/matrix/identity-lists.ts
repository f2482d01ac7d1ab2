// The root fields of identity that read: authorizations, authority, the audit trail, alarms and permissions.
import { encodeId } from '../../schema/id.ts';
import type { ListQuery } from './lists.ts';

const read = (field: string, query: string, title = field): ListQuery => ({ title, field, query });

/** Numbers come in the order in which actors are saved, and many come before these. */
const number = (each: number) => JSON.stringify(encodeId('gateway', 'Authorization', String(each)));

export const IDENTITY_LISTS: readonly ListQuery[] = [
  read('authorizations', 'authorizations(first: 200) { nodes { id actorId grantorId functions scopeIds } }'),
  read(
    'authorizations',
    'authorizations(first: 200, filter: { actorId: "borealis-manager" }) { nodes { id } }',
    'authorizations, of an actor of Borealis',
  ),
  read('authorization', `authorization(id: ${number(999_999)}) { id }`, 'authorization, absent'),
  read('actors', 'actors(first: 200) { nodes { actorId kind } }'),
  read('authorities', 'authorities { id actorId }'),
  read('mayI', 'mayI(function: "USAGE_VIEW") { allowed code }'),
  // how many there are grows with what is asked
  read('auditTrail', 'auditTrail(first: 1) { nodes { number } }'),
  read('securityAlarms', 'securityAlarms(first: 1) { nodes { id } }'),
];
