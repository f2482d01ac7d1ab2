// How large a document may be: measured before validation, in one pass, whatever its fragments do.
import { Lexer, Source, TokenKind } from 'graphql';
import type { ErrorCode } from '../schema/errors.ts';
import type { Extent } from '../schema/extent.ts';
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

/** The first limit that the document passes, or undefined. */
export function passedLimit(extent: Extent, limits: Limits): ErrorCode | undefined {
  if (extent.depth > limits.maxDepth) return 'OPERATION_TOO_DEEP';
  if (extent.fields > limits.maxFields || extent.rootFields > limits.maxRootFields)
    return 'OPERATION_TOO_WIDE';
  if (extent.aliases > limits.maxAliases) return 'OPERATION_TOO_MANY_ALIASES';
  return undefined;
}
