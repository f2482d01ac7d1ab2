// What the caller can mend, as the graph shows it.
import { RULE_FAULTS, type RuleFault } from '../../schema/authorization-rules.ts';

export interface UserError {
  readonly code: string;
  readonly message: string;
  readonly field: string | null;
}

/** Each only once: many functions may lack in one contract. */
export function userErrors(faults: readonly RuleFault[]): readonly UserError[] {
  const shown = new Map<string, UserError>();
  for (const { code, field = null } of faults)
    shown.set(`${code} ${field}`, { code, message: RULE_FAULTS[code], field });
  return [...shown.values()];
}
