import { freeVariables } from "./free-variables.ts";
import { childrenOf, parseScript, type SyntaxNode } from "./parse.ts";
import { parseFunction } from "./parse-function.ts";

/** How the text of a function uses the name that it gives itself. */
export interface OwnNameUse {
  /** `null` when the text does not use it. */
  readonly name: string | null;
  readonly isAssigned: boolean;
}

const unused: OwnNameUse = { name: null, isAssigned: false };

export function ownNameUse(text: string): OwnNameUse {
  const parsed = parseFunction(text);
  if ("refused" in parsed || parsed.node.type !== "FunctionExpression") return unused;
  const name = (parsed.node.id as SyntaxNode | null)?.name as string | undefined;
  if (name === undefined) return unused;
  const { references, assignments } = freeVariables(parsed.root, parsed.node);
  if (!references.some((reference) => reference.name === name)) return unused;
  return { name, isAssigned: assignments.some(({ names }) => names.includes(name)) };
}

/** Whether the function at a place in a script is a declaration, whose name is a variable, rather than an expression. */
export function isDeclarationAt(source: string, offset: number): boolean {
  let node: SyntaxNode | undefined = parseScript(source);
  while (node !== undefined && !(node.type === "FunctionDeclaration" && node.start === offset))
    node = childrenOf(node).find(({ start, end }) => start <= offset && offset < end);
  return node !== undefined;
}
