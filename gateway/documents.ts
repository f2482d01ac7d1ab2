// Operation texts that have been seen: parsed, measured, validated and understood once each, bounded by memory.
import { createHash } from 'node:crypto';
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { measure } from '../schema/extent.ts';
import type { Limits } from './config.ts';
import { coded, Refusal, refuse } from './errors.ts';
import { passedByText, passedLimit } from './limits.ts';
import { factsOf, type OperationFacts } from './operation-facts.ts';
import type { SchemaRules } from './schema-rules.ts';

/** Within the limits; whether it fits the schema is told only to those who got past authentication. */
export interface ReadText {
  readonly text: string;
  /** SHA-256 of the text. */
  readonly hash: string;
  readonly document: DocumentNode;
}

/** The operations of a document, by name; the unnamed one's is ''. */
export type Operations = ReadonlyMap<string, OperationFacts>;

export interface Documents {
  /** @throws Refusal when the text isn't GraphQL or passes a limit. */
  read(text: string): ReadText;
  /** @throws Refusal when it doesn't fit the schema. */
  understand(read: ReadText): Operations;
}

/** A parsed document with its facts takes about this many times its text in memory. */
const WEIGHT = 40;
const MAX_WEIGHT = 64 * 1024 * 1024;
/** Each error costs a search for suggestions; nobody mends more at once. */
const MAX_ERRORS = 10;

function readNew(text: string, limits: Limits): ReadText | Refusal {
  try {
    const byText = passedByText(text, limits);
    if (byText !== undefined) return refuse(byText);
    const document = parse(text);
    const passed = passedLimit(measure(document), limits);
    if (passed !== undefined) return refuse(passed);
    return { text, hash: createHash('sha256').update(text).digest('base64url'), document };
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return new Refusal([coded(error, 'GRAPHQL_PARSE_FAILED')]);
  }
}

function faultsIn(document: DocumentNode, schema: GraphQLSchema): readonly GraphQLError[] {
  try {
    return validate(schema, document, specifiedRules, { maxErrors: MAX_ERRORS });
  } catch (error) {
    // graphql's rule on subscriptions throws at a root field whose @include asks for a variable
    if (error instanceof GraphQLError) return [error];
    throw error;
  }
}

function understandNew(
  document: DocumentNode,
  schema: GraphQLSchema,
  rules: SchemaRules,
): Operations | Refusal {
  const faults = faultsIn(document, schema);
  if (faults.length > 0) return new Refusal(faults.map((each) => coded(each, 'GRAPHQL_VALIDATION_FAILED')));
  const operations = factsOf(document, schema, rules);
  for (const { node, live, roots } of operations.values()) {
    // graphql's validation lets an operation pass whose root type the schema lacks
    if (!schema.getRootType(node.operation)) {
      return refuse('GRAPHQL_VALIDATION_FAILED', `The schema has no ${node.operation}.`);
    }
    if (node.operation !== 'subscription') continue;
    if (live === undefined) return refuse('GRAPHQL_VALIDATION_FAILED', 'The field is not live.');
    if (roots.some(({ conditions }) => conditions.length > 0)) {
      const message = '@skip and @include are not for the root field of a subscription.';
      return refuse('GRAPHQL_VALIDATION_FAILED', message);
    }
  }
  return operations;
}

export function knownDocuments(schema: GraphQLSchema, rules: SchemaRules, limits: Limits): Documents {
  // by the text itself: hashing it anew would cost each request more than comparing it does
  const texts = new LRUCache<string, ReadText | Refusal>({
    maxSize: MAX_WEIGHT,
    sizeCalculation: (read, text) => 1024 + ('text' in read ? WEIGHT : 2) * text.length,
  });
  const understood = new WeakMap<ReadText, Operations | Refusal>();
  return {
    read: (text) => {
      let read = texts.get(text);
      if (read === undefined) {
        read = readNew(text, limits);
        texts.set(text, read);
      }
      if (read instanceof Refusal) throw read;
      return read;
    },
    understand: (read) => {
      let operations = understood.get(read);
      if (operations === undefined) {
        operations = understandNew(read.document, schema, rules);
        understood.set(read, operations);
      }
      if (operations instanceof Refusal) throw operations;
      return operations;
    },
  };
}
