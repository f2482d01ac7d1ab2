// Grants inside the contract: what the customer's contract doesn't name, nobody of that customer holds.
import { createHash } from 'node:crypto';
import type { SsmFunction } from '../../schema/access.ts';
import type { ContractReader, GrantReader } from '../../schema/ports.ts';
import type { Grant, Principal } from '../../schema/principal.ts';

const versionOf = (contract: ReadonlySet<SsmFunction>): string =>
  createHash('sha256')
    .update([...contract].join())
    .digest('base64url')
    .slice(0, 8);

export function bounded(principal: Principal, contract: ReadonlySet<SsmFunction>): Principal {
  const grants = principal.grants.flatMap((grant): Grant[] => {
    const functions = grant.functions.filter((name) => contract.has(name));
    return functions.length === 0 ? [] : [{ ...grant, functions }];
  });
  return { ...principal, grants, grantVersion: `${principal.grantVersion}-${versionOf(contract)}` };
}

/** Rejects when neither the contract nor the last known one can be read: the caller refuses. */
export function contractBound(grants: GrantReader, contracts: ContractReader): GrantReader {
  // both are snapshots that live for seconds and serve many operations
  const made = new WeakMap<
    Principal,
    { readonly by: ReadonlySet<SsmFunction>; readonly principal: Principal }
  >();
  return {
    async read(actorId) {
      const principal = await grants.read(actorId);
      if (principal?.customerId === undefined) return principal;
      const contract = await contracts.read(principal.customerId);
      const known = made.get(principal);
      if (known?.by === contract) return known.principal;
      const within = bounded(principal, contract);
      made.set(principal, { by: contract, principal: within });
      return within;
    },
  };
}
