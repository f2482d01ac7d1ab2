// The values that travel through execution: JSON as subgraphs answer it, and names that a plain object already has.

export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `constructor`, `__proto__` and the like are legal aliases: reading them off a plain object finds the prototype's. */
export function isInherited(name: string): boolean {
  return name in Object.prototype;
}

export function read(object: JsonObject, name: string, inherited: boolean): unknown {
  return inherited && !Object.hasOwn(object, name) ? undefined : object[name];
}

export function write(object: JsonObject, name: string, value: unknown, inherited: boolean): void {
  if (inherited) {
    Object.defineProperty(object, name, { value, configurable: true, enumerable: true, writable: true });
  } else {
    object[name] = value;
  }
}
