// Whether a payment method can be charged: seen by who asks, of the same provider, in force.
import type { SsmFunction } from '../../schema/access.ts';
import { idOfType } from '../../schema/id.ts';
import type { SubgraphContext } from '../context.ts';
import { asText, instantMs } from '../tmf/read.ts';
import type { MoneyFault } from './faults.ts';

/** The back end's id of it, or what stands in the way. */
export async function chargeable(
  { objects, operation }: SubgraphContext,
  methodId: string,
  provider: string,
  fn: SsmFunction,
): Promise<{ readonly id: string } | MoneyFault> {
  const unknown: MoneyFault = { code: 'METHOD_UNKNOWN', field: 'methodId' };
  const parts = idOfType(methodId, 'PaymentMethod');
  if (parts === undefined || parts.provider !== provider || !objects.serves('PaymentMethod', provider))
    return unknown;
  const { attributes } = objects.sheet('PaymentMethod');
  const method = await objects.see('PaymentMethod', provider, parts.id, attributes, fn);
  if (method === undefined) return unknown;
  const state = asText(method.raw.status)?.toLowerCase() ?? 'active';
  const expiresMs = instantMs(method.raw.expirationDate);
  const isExpired = expiresMs !== undefined && expiresMs < operation.nowMs;
  return state !== 'active' || isExpired
    ? { code: 'METHOD_NOT_USABLE', field: 'methodId' }
    : { id: parts.id };
}
