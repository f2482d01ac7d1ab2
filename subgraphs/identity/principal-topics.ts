// The topics that say: what this principal may do has changed, or it is signed out.
import type { Principal } from '../../schema/principal.ts';
import { grantsTopic } from '../store/grants.ts';
import { sessionTopic } from '../store/sessions.ts';
import { contractTopic } from './contract.ts';

export const principalTopics = ({ actorId, sessionId, customerId }: Principal): readonly string[] => [
  grantsTopic(actorId),
  ...(sessionId === undefined ? [] : [sessionTopic(sessionId)]),
  ...(customerId === undefined ? [] : [contractTopic(customerId)]),
];
