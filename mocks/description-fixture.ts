// TM Forum's published descriptions, in the folder that TMF_SPECS names, as checks that refuse every attribute besides.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import * as formats from 'ajv-formats';

/** Undefined where there are none. */
export const DESCRIPTIONS = process.env.TMF_SPECS;

interface Schema {
  $ref?: string;
  type?: string;
  required?: string[];
  properties?: Record<string, Schema>;
  allOf?: Schema[];
  oneOf?: Schema[];
  anyOf?: Schema[];
  items?: Schema;
  enum?: unknown[];
  additionalProperties?: boolean;
  [other: string]: unknown;
}

/** @-attributes that TMF630 allows on every object, described or not. */
const ALWAYS = ['@type', '@baseType', '@schemaLocation', '@referredType'];

function described(file: string): Record<string, Schema> {
  // the published files are Swagger 2 or OpenAPI 3
  const document = JSON.parse(readFileSync(join(DESCRIPTIONS ?? '', `${file}.json`), 'utf8')) as {
    definitions?: Record<string, Schema>;
    components?: { schemas: Record<string, Schema> };
  };
  return document.definitions ?? document.components?.schemas ?? {};
}

/** The description without inheritance and with every other attribute name refused. */
function closed(all: Record<string, Schema>): Record<string, Schema> {
  const flat = (schema: Schema): { properties: Record<string, Schema>; required: string[] } => {
    const parts = [...(schema.allOf ?? [])].map((part) =>
      flat(part.$ref === undefined ? part : (all[part.$ref.split('/').at(-1) ?? ''] ?? {})),
    );
    return {
      properties: Object.assign({}, ...parts.map((part) => part.properties), schema.properties),
      required: [...parts.flatMap((part) => part.required), ...(schema.required ?? [])],
    };
  };
  const property = (schema: Schema): Schema => {
    if (schema.items !== undefined) return { type: 'array', items: property(schema.items) };
    if (schema.$ref !== undefined)
      return { $ref: schema.$ref.replace('#/components/schemas/', '#/definitions/') };
    const { enum: values, type, format } = schema;
    return {
      ...(type === undefined ? {} : { type }),
      ...(values === undefined ? {} : { enum: values }),
      ...(format === undefined ? {} : { format }),
    };
  };
  return Object.fromEntries(
    Object.entries(all).map(([name, schema]) => {
      if (schema.enum !== undefined) return [name, property(schema)];
      const choices = schema.oneOf ?? schema.anyOf;
      if (choices !== undefined) return [name, { anyOf: choices.map(property) }];
      const { properties, required } = flat(schema);
      if (Object.keys(properties).every((key) => ALWAYS.includes(key))) return [name, {}];
      const known = Object.fromEntries(
        Object.entries(properties).map(([key, value]) => [key, property(value)]),
      );
      for (const key of ALWAYS) known[key] ??= { type: 'string' };
      return [
        name,
        { type: 'object', properties: known, required: [...new Set(required)], additionalProperties: false },
      ];
    }),
  );
}

/** Ids that the description calls integers and its own references, and TM Forum's conformance kit, text. */
const TEXT_IDS: Readonly<Record<string, readonly string[]>> = { 'TMF642-v4': ['Alarm', 'AlarmRefOrValue'] };

export function validator(file: string, name: string): ValidateFunction {
  const definitions = closed(described(file));
  for (const each of TEXT_IDS[file] ?? []) {
    const { properties } = definitions[each] ?? {};
    if (properties !== undefined) properties.id = { type: 'string' };
  }
  const ajv = new Ajv({ strict: false, allErrors: true });
  // ajv-formats is CommonJS: its function is the default of the default
  (formats as unknown as { default: { default: (ajv: Ajv) => void } }).default.default(ajv);
  for (const unknown of ['base64', 'float', 'int64', 'uri']) ajv.addFormat(unknown, true);
  return ajv.compile({ definitions, $ref: `#/definitions/${name}` });
}
