// `npm run generate`: writes the README's tables from the code that they describe; `--check` only compares.
import { readFileSync, writeFileSync } from 'node:fs';
import { FUNCTIONS } from '../schema/access.ts';
import { ERRORS } from '../schema/errors.ts';
import { optionRows } from './options.ts';

const README = new URL('../README.md', import.meta.url);

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const code = (text: string): string => (text === '' ? '' : `\`${text}\``);

/** By the name that stands in the README's marks. */
const TABLES: Readonly<Record<string, () => string>> = {
  options: () =>
    table(
      ['variable', 'default', 'meaning'],
      optionRows().map((row) => [code(row.name), code(row.default), row.meaning]),
    ),
  functions: () =>
    table(
      ['function', 'level', 'allows to', 'held without a grant by'],
      Object.entries(FUNCTIONS).map(([name, { level, description, heldBy }]) => [
        code(name),
        level,
        description,
        heldBy.map(code).join(', '),
      ]),
    ),
  errors: () =>
    table(
      ['code', 'status', 'meaning'],
      Object.entries(ERRORS).map(([name, { status, meaning }]) => [code(name), String(status), meaning]),
    ),
};

function filled(readme: string): string {
  let text = readme;
  for (const [name, make] of Object.entries(TABLES)) {
    const [begin, end] = [`<!-- generated: ${name} -->`, `<!-- end: ${name} -->`];
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`README.md has no place for ${name}`);
    text = `${text.slice(0, from + begin.length)}\n${make()}\n${text.slice(to)}`;
  }
  return text;
}

const before = readFileSync(README, 'utf8');
const after = filled(before);
if (before === after) console.log('README.md: nothing has changed.');
else if (process.argv.includes('--check')) {
  console.error('README.md is stale. Run: npm run generate');
  process.exitCode = 1;
} else writeFileSync(README, after);
