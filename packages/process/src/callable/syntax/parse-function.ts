import { isSyntaxError, parseSyntax, type SyntaxNode } from "./parse.ts";

/** Why a text cannot be evaluated elsewhere: it uses `arguments` or `new.target` from around it, or does not parse. */
export interface TextRefusal {
  readonly refused: "arguments" | "new.target" | "text";
  readonly cause: unknown;
}

/** The syntax tree of the text of a function or a class. */
export interface ParsedFunction {
  readonly root: SyntaxNode;
  readonly node: SyntaxNode;
  readonly isMethod: boolean;
  readonly offset: number;
}

// Several facts about one text are read one after the other.
let lastParsed: { readonly text: string; readonly parsed: ParsedFunction | TextRefusal } | undefined;

/** Parses the text of a function or a class. */
export function parseFunction(text: string): ParsedFunction | TextRefusal {
  if (lastParsed?.text !== text) lastParsed = { text, parsed: parseNow(text) };
  return lastParsed.parsed;
}

function parseNow(text: string): ParsedFunction | TextRefusal {
  let failure: unknown;
  // The text of a method is no expression. Expressions are tried first, since most functions are.
  for (const [before, after, isMethod] of [
    ["(", "\n)", false],
    ["({", "\n})", true],
  ] as const) {
    for (const sourceType of ["module", "script"] as const) {
      try {
        // A private method's name is valid inside of its class only.
        const root = parseSyntax(
          before + (isMethod ? text.replace(/^((?:async\b)?\s*\*?\s*)#/, "$1 ") : text) + after,
          sourceType,
        );
        const statement = (root.body as SyntaxNode[])[0] as SyntaxNode;
        const expression = statement.expression as SyntaxNode;
        const node = isMethod ? (propertyOf(root).value as SyntaxNode) : expression;
        return { root, node, isMethod, offset: before.length };
      } catch (error) {
        if (!isSyntaxError(error)) throw error;
        failure ??= error;
      }
    }
  }
  return { refused: /'new\.target'/.test(String(failure)) ? "new.target" : "text", cause: failure };
}

/** The member of the object literal in which the text of a method is parsed. */
export function propertyOf(root: SyntaxNode): SyntaxNode {
  const statement = (root.body as SyntaxNode[])[0] as SyntaxNode;
  return ((statement.expression as SyntaxNode).properties as SyntaxNode[])[0] as SyntaxNode;
}
