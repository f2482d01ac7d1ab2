// A configuration against its specification: every choice allowed, every gap filled with its default.
import type { Item } from '../item.ts';
import { asBoolean, asList, asNumber, asText, at } from '../tmf/read.ts';

export interface Chosen {
  readonly name: string;
  readonly value: string;
}

export interface Fault {
  readonly code: string;
  readonly message: string;
  readonly field: readonly string[];
}

export interface Configured {
  readonly values: ReadonlyMap<string, string>;
  readonly faults: readonly Fault[];
}

interface Option {
  readonly configurable: boolean;
  readonly byDefault: string | undefined;
  allows(value: string): boolean;
}

function allows(allowed: readonly unknown[], value: string): boolean {
  if (allowed.length === 0) return true;
  return allowed.some((each) => {
    if (asText(at(each, 'value')) === value) return true;
    const [from, to, given] = [
      asNumber(at(each, 'valueFrom')),
      asNumber(at(each, 'valueTo')),
      asNumber(value),
    ];
    return from !== undefined && to !== undefined && given !== undefined && from <= given && given <= to;
  });
}

function optionsOf(specifications: readonly Item[]): ReadonlyMap<string, Option> {
  const options = new Map<string, Option>();
  for (const specification of specifications) {
    for (const each of asList(specification.raw.productSpecCharacteristic)) {
      const name = asText(at(each, 'name'));
      if (name === undefined) continue;
      const allowed = asList(at(each, 'productSpecCharacteristicValue'));
      const byDefault = allowed.find((value) => asBoolean(at(value, 'isDefault')) === true);
      options.set(name, {
        configurable: asBoolean(at(each, 'configurable')) ?? false,
        byDefault: asText(at(byDefault, 'value')),
        allows: (value) => allows(allowed, value),
      });
    }
  }
  return options;
}

export function configure(specifications: readonly Item[], chosen: readonly Chosen[]): Configured {
  const options = optionsOf(specifications);
  const values = new Map<string, string>();
  const faults: Fault[] = [];
  for (const [name, option] of options)
    if (option.byDefault !== undefined) values.set(name, option.byDefault);
  for (const { name, value } of chosen) {
    const option = options.get(name);
    const field = ['configuration', name];
    if (option === undefined) {
      faults.push({ code: 'UNKNOWN_OPTION', message: 'The offering has no such option.', field });
    } else if (!option.configurable && value !== option.byDefault) {
      faults.push({ code: 'OPTION_FIXED', message: 'The option cannot be chosen.', field });
    } else if (!option.allows(value)) {
      faults.push({ code: 'VALUE_NOT_ALLOWED', message: 'The option does not take this value.', field });
    } else {
      values.set(name, value);
    }
  }
  return { values, faults };
}
