// The scalars of the graph: what they take, checked alike in the gateway and in every subgraph.
import { type GraphQLScalarType, type GraphQLSchema, isScalarType, Kind } from 'graphql';
import { clientError } from './errors.ts';

const INSTANT = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?([Zz]|[+-]\d{2}:\d{2})$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const DECIMAL = /^-?\d{1,30}(\.\d{1,30})?$/;

/** The engine's parser makes March of the 30th of February. */
function isDay(text: string): boolean {
  const ms = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
}

interface Form {
  readonly fits: (text: string) => boolean;
  readonly example: string;
}

/** Without a zone an instant would be whichever the reader's machine thinks. */
const FORMS: Readonly<Record<string, Form>> = {
  DateTime: {
    fits: (text) => INSTANT.test(text) && !Number.isNaN(Date.parse(text)) && isDay(text.slice(0, 10)),
    example: 'an instant with its zone: 2026-11-15T10:00:00Z',
  },
  Date: {
    fits: (text) => DAY.test(text) && isDay(text),
    example: 'a calendar day: 2026-11-15',
  },
  Decimal: { fits: (text) => DECIMAL.test(text), example: 'a decimal number as text: "19.90"' },
};

function check(scalar: GraphQLScalarType, form: Form): void {
  const parse = (value: unknown): string => {
    if (typeof value === 'string' && form.fits(value)) return value;
    throw clientError('BAD_USER_INPUT', `${scalar.name} takes ${form.example}`);
  };
  scalar.parseValue = parse;
  scalar.parseLiteral = (node) => parse(node.kind === Kind.STRING ? node.value : undefined);
}

/** Makes a schema's scalars check what they are given. */
export function checkScalars(schema: GraphQLSchema): void {
  for (const [name, form] of Object.entries(FORMS)) {
    const type = schema.getType(name);
    if (isScalarType(type)) check(type, form);
  }
}
