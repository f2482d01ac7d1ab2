// An object as its back end has it now: money goes by it, and what this operation has read or anybody keeps may be older.
import type { SsmFunction } from '../../schema/access.ts';
import { idOfType } from '../../schema/id.ts';
import type { SubgraphContext } from '../context.ts';
import { type Item, itemOf } from '../item.ts';
import { sourceOf } from '../loads.ts';

/** Undefined for what may not be used so, isn't there, or is another type's. */
export async function fresh(
  { objects, operation }: SubgraphContext,
  type: string,
  id: string,
  fn: SsmFunction,
  besides: readonly string[] = [],
): Promise<Item | undefined> {
  const parts = idOfType(id, type);
  if (parts === undefined || !objects.serves(type, parts.provider)) return undefined;
  const sheet = objects.sheet(type);
  const fields = [...sheet.attributes, ...besides];
  const source = sourceOf(sheet, parts.provider);
  const raw = await objects.systems.client.one(source, parts.id, { fields }, operation);
  if (raw === undefined) return undefined;
  return (await objects.visible([itemOf(type, parts.provider, raw)], fn))[0];
}
