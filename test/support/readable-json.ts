// JSON as a person reads it: what fits on a line stands on one, so that a snapshot of a list is a table.

const WIDTH = 150;

const flat = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(flat).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'undefined';
  const members = Object.entries(value).map(([name, each]) => `${name}: ${flat(each)}`);
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
};

/** Names of members without quotes; otherwise JSON. */
export function readableJson(value: unknown, indent = ''): string {
  const line = flat(value);
  if (typeof value !== 'object' || value === null || indent.length + line.length <= WIDTH) return line;
  const inner = `${indent}  `;
  const parts = Array.isArray(value)
    ? value.map((each) => readableJson(each, inner))
    : Object.entries(value).map(([name, each]) => `${name}: ${readableJson(each, inner)}`);
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  return `${open}\n${parts.map((part) => inner + part).join('\n')}\n${indent}${close}`;
}
