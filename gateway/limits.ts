// How large a document may be: measured before validation, in one pass, whatever its fragments do.
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  Lexer,
  type SelectionSetNode,
  Source,
  TokenKind,
} from 'graphql';
import type { ErrorCode } from '../schema/errors.ts';
import type { Limits } from './config.ts';

/** The parser and the validation rules recurse by bracket: some thousands would exhaust the stack. */
const MAX_BRACKETS = 256;
const OPENING: ReadonlySet<string> = new Set([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
const CLOSING: ReadonlySet<string> = new Set([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);

/**
 * The limit that the bare text passes, or undefined. Asked before the text is parsed.
 * @throws GraphQLError for what isn't even a token.
 */
export function passedByText(text: string, { maxTokens }: Limits): ErrorCode | undefined {
  const lexer = new Lexer(new Source(text));
  let open = 0;
  for (let tokens = 0; lexer.advance().kind !== TokenKind.EOF; ) {
    tokens += 1;
    if (tokens > maxTokens) return 'OPERATION_TOO_MANY_TOKENS';
    if (OPENING.has(lexer.token.kind)) open += 1;
    else if (CLOSING.has(lexer.token.kind)) open -= 1;
    if (open > MAX_BRACKETS) return 'OPERATION_TOO_DEEP';
  }
  return undefined;
}

export interface Extent {
  readonly depth: number;
  readonly fields: number;
  readonly rootFields: number;
  readonly aliases: number;
}

const NOTHING: Extent = { depth: 0, fields: 0, rootFields: 0, aliases: 0 };

/** The largest extent of any operation. Each fragment is measured once, so doubling spreads cost nothing. */
export function measure(document: DocumentNode): Extent {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  }
  const measured = new Map<string, Extent>();

  const ofFragment = (name: string): Extent => {
    const known = measured.get(name);
    if (known !== undefined) return known;
    measured.set(name, NOTHING); // a cycle adds nothing here; validation refuses it
    const fragment = fragments.get(name);
    const extent = fragment === undefined ? NOTHING : ofSelections(fragment.selectionSet);
    measured.set(name, extent);
    return extent;
  };

  const ofSelections = (set: SelectionSetNode): Extent => {
    let { depth, fields, rootFields, aliases } = NOTHING;
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        const below = selection.selectionSet === undefined ? NOTHING : ofSelections(selection.selectionSet);
        // introspection nests deep by nature; graphql's own validation bounds that
        const introspection = selection.name.value.startsWith('__');
        depth = Math.max(depth, introspection ? 0 : below.depth + 1);
        fields += below.fields + 1;
        rootFields += 1;
        aliases += below.aliases + (selection.alias === undefined ? 0 : 1);
      } else {
        const inner =
          selection.kind === Kind.INLINE_FRAGMENT
            ? ofSelections(selection.selectionSet)
            : ofFragment(selection.name.value);
        depth = Math.max(depth, inner.depth);
        fields += inner.fields;
        rootFields += inner.rootFields;
        aliases += inner.aliases;
      }
    }
    return { depth, fields, rootFields, aliases };
  };

  return document.definitions
    .filter((node) => node.kind === Kind.OPERATION_DEFINITION)
    .map((node) => ofSelections(node.selectionSet))
    .reduce(
      (most, each) => ({
        depth: Math.max(most.depth, each.depth),
        fields: Math.max(most.fields, each.fields),
        rootFields: Math.max(most.rootFields, each.rootFields),
        aliases: Math.max(most.aliases, each.aliases),
      }),
      NOTHING,
    );
}

/** The first limit that the document passes, or undefined. */
export function passedLimit(extent: Extent, limits: Limits): ErrorCode | undefined {
  if (extent.depth > limits.maxDepth) return 'OPERATION_TOO_DEEP';
  if (extent.fields > limits.maxFields || extent.rootFields > limits.maxRootFields)
    return 'OPERATION_TOO_WIDE';
  if (extent.aliases > limits.maxAliases) return 'OPERATION_TOO_MANY_ALIASES';
  return undefined;
}
